/**
 * What a worker or a utility process answers about prices: every function takes and gives plain data, nothing is kept but a
 * memory of the last contentions, and whatever takes long is a generator that is gone through step by step.
 */
import { countsToCheck, type PlannedCheck, plannedCheck } from './check.ts';
import { type ExportKind, exportedPlan } from './export/plan.ts';
import { guestsFromMeasured, type Trace } from './measured.ts';
import { type ParetoProgress, pareto } from './plan/pareto.ts';
import { type Pictures, pictures } from './plan/pictures.ts';
import { type Plan, Planner } from './plan/plan.ts';
import type { Catalogues } from './plan/setting.ts';
import { type SweepProgress, sweep } from './plan/sweep.ts';
import { asScenario, type ScenarioInput } from './scenario.ts';
import { type Simulated, Simulation } from './simulation/simulation.ts';

export interface PlannerAnswers {
  /** The closed form: at once. */
  evaluate(scenario: unknown): Plan;
  /**
   * The simulation: better and better answers without end, with steps between them that have none; stop asking to cancel. Says
   * nothing until it is `ready`.
   */
  refine(scenario: unknown): Generator<Simulated | undefined, never>;
  /** Some milliseconds in each step. */
  pictures(scenario: unknown, counts: readonly number[]): Generator<void, Pictures>;
  pareto(scenario: unknown, types?: readonly string[], counts?: readonly number[]): Generator<ParetoProgress, void>;
  sweep(scenario: unknown, axes: unknown, batch?: number): Generator<SweepProgress, void>;
  /** What has to be built and what is predicted of it, at these counts of machines on one instance. */
  check(scenario: unknown, counts?: readonly number[]): PlannedCheck;
  /** Guest classes from measured load. */
  measured(traces: readonly Trace[]): ScenarioInput['guests'];
  exported(kind: ExportKind, scenario: unknown): { text: string; name: string };
}

/** Work of the simulation: a few milliseconds in each step, some tenths of a second to a better answer. */
const STEP_WORK = 25_000;
const STEPS_TO_AN_ANSWER = 48;

/** Answers over the given price lists. */
export function plannerAnswers(catalogues: Catalogues): PlannerAnswers {
  const planner = new Planner(catalogues);
  return {
    evaluate: (scenario) => planner.plan(scenario),
    *refine(scenario) {
      const simulation = new Simulation(planner.setting(scenario));
      for (;;) {
        for (let step = 0; step < STEPS_TO_AN_ANSWER; step += 1) {
          simulation.step(STEP_WORK);
          yield undefined;
        }
        yield simulation.result();
      }
    },
    pictures: (scenario, counts) => pictures(planner, asScenario(scenario), counts),
    pareto: (scenario, types, counts) => {
      const { scenario: checked, catalogue } = planner.setting(scenario);
      return pareto(planner, checked, types ?? catalogue.types.map((type) => type.id), counts);
    },
    sweep: (scenario, axes, batch) => sweep(planner, asScenario(scenario), axes, batch),
    check: (scenario, counts) => {
      const checked = asScenario(scenario);
      return plannedCheck(planner, checked, counts ?? countsToCheck(checked));
    },
    measured: guestsFromMeasured,
    exported: (kind, scenario) => {
      const { scenario: checked, catalogue } = planner.setting(scenario);
      return { text: exportedPlan(kind, checked, catalogue), name: checked.name };
    },
  };
}
