/**
 * What a worker or a utility process answers about prices: every function takes and gives plain data, nothing is kept but a
 * memory of the last contentions, and whatever takes long is a generator that is gone through step by step.
 */
import { countsToCheck, type PlannedCheck, plannedCheck } from './check.ts';
import { type ExportKind, exportedPlan } from './export/plan.ts';
import { guestsFromMeasured, type Trace } from './measured.ts';
import { type CurvePoint, curve, guestByHour, type HeatCell, type HourCell, heatMap, pressureByHour } from './plan/charts.ts';
import { type ParetoProgress, pareto } from './plan/pareto.ts';
import { type Plan, Planner } from './plan/plan.ts';
import { type Bar, type Outcome, sensitivity } from './plan/sensitivity.ts';
import type { Catalogues } from './plan/setting.ts';
import { type SweepProgress, sweep } from './plan/sweep.ts';
import { asScenario, type ScenarioInput } from './scenario.ts';
import { type Simulated, Simulation } from './simulation/simulation.ts';

export interface PlannerAnswers {
  /** The closed form: at once. */
  evaluate(scenario: unknown): Plan;
  /** The simulation: one better answer for each step, without end; stop asking to cancel. Says nothing until it is `ready`. */
  refine(scenario: unknown): Generator<Simulated, never>;
  curve(scenario: unknown, counts: readonly number[]): CurvePoint[];
  heatMap(scenario: unknown, ratios: readonly number[], counts: readonly number[]): HeatCell[];
  guestByHour(scenario: unknown): HourCell[];
  pressureByHour(scenario: unknown): ReturnType<typeof pressureByHour>;
  sensitivity(scenario: unknown, outcome?: Outcome, by?: number): Bar[];
  pareto(scenario: unknown, types?: readonly string[], counts?: readonly number[]): Generator<ParetoProgress, void>;
  sweep(scenario: unknown, axes: unknown, batch?: number): Generator<SweepProgress, void>;
  /** What has to be built and what is predicted of it, at these counts of machines on one instance. */
  check(scenario: unknown, counts?: readonly number[]): PlannedCheck;
  /** Guest classes from measured load. */
  measured(traces: readonly Trace[]): ScenarioInput['guests'];
  exported(kind: ExportKind, scenario: unknown): { text: string; name: string };
}

/** Some tenths of a second of work. */
const STEPS_TO_AN_ANSWER = 6;

/** Answers over the given price lists. */
export function plannerAnswers(catalogues: Catalogues): PlannerAnswers {
  const planner = new Planner(catalogues);
  return {
    evaluate: (scenario) => planner.plan(scenario),
    *refine(scenario) {
      const simulation = new Simulation(planner.setting(scenario));
      for (;;) {
        for (let step = 0; step < STEPS_TO_AN_ANSWER; step += 1) simulation.step();
        yield simulation.result();
      }
    },
    curve: (scenario, counts) => curve(planner, asScenario(scenario), counts),
    heatMap: (scenario, ratios, counts) => heatMap(planner, asScenario(scenario), ratios, counts),
    guestByHour: (scenario) => guestByHour(planner, asScenario(scenario)),
    pressureByHour: (scenario) => pressureByHour(planner, asScenario(scenario)),
    sensitivity: (scenario, outcome, by) => sensitivity(planner, asScenario(scenario), outcome, by),
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
