/** The process of the planner: answers over the price lists, and checks of plans in a thread beside it. */
import { Bug } from '../../core/base/bug.ts';
import { type PlannerAnswers, plannerAnswers } from '../../core/cloud/answers.ts';
import type { SweepProgress } from '../../core/cloud/plan/sweep.ts';
import { parseScenario } from '../../core/cloud/scenario.ts';
import type { Answer, CallName, NamesBy, Request } from '../../core/contract/calls.ts';
import type { PlanSweepRow } from '../../core/contract/plan.ts';
import type { PlanScenario } from '../../core/contract/plan-scenario.ts';
import { readBytes } from '../../core/host/files.ts';
import { refuse } from '../../core/service/refuse.ts';
import { Works } from '../../core/service/works.ts';
import { PriceLists } from './clouds/price-lists.ts';
import { serveProcess } from './edge.ts';
import { Checks } from './planner/check.ts';

type PlannerCalls = { [N in NamesBy<'planner'>]: (request: Request<N>) => Answer<N> | Promise<Answer<N>> };

const RATIOS = [0.5, 1, 1.5, 2, 3, 4, 6, 8, 10] as const;
const HEAT_COUNTS = [1, 2, 4, 8, 16, 24, 32, 48, 64] as const;
/** Milliseconds of work on types before what is there is shown. */
const SHOW_AFTER = 400;
/** Scenarios between two looks at the clock. */
const SWEEP_BATCH = 50;

/** A generator that goes on where it was, as long as the same scenario is asked for. */
class Going<Asked, T> {
  private key = '';
  private steps: Iterator<T> | undefined;

  constructor(private readonly begin: (asked: Asked) => Iterator<T>) {}

  next(asked: Asked): IteratorResult<T, unknown> {
    const key = JSON.stringify(asked);
    if (key !== this.key || this.steps === undefined) {
      this.key = key;
      this.steps = this.begin(asked);
    }
    return this.steps.next();
  }
}

/** A sweep that goes on where it was; the rows so far are kept. */
class Sweeping {
  private rows: PlanSweepRow[] = [];
  private total = 0;
  private readonly steps: Going<Omit<Request<'plan.sweep'>, 'from'>, SweepProgress>;

  constructor(planner: PlannerAnswers) {
    this.steps = new Going(({ scenario, axes }) => {
      this.rows = [];
      return planner.sweep(scenario, { axes }, SWEEP_BATCH);
    });
  }

  next({ from, ...request }: Request<'plan.sweep'>): Answer<'plan.sweep'> {
    const until = Date.now() + SHOW_AFTER;
    let over = false;
    do {
      const step = this.steps.next(request);
      over = step.done === true;
      if (step.done === true) break;
      this.rows.push(...step.value.rows);
      this.total = step.value.total;
    } while (Date.now() < until);
    return { done: over ? this.total : this.rows.length, total: this.total, rows: this.rows.slice(from) };
  }
}

function callsOver(planner: PlannerAnswers, checks: Checks): PlannerCalls {
  const simulation = new Going((scenario: PlanScenario) => planner.refine(scenario));
  const types = new Going((scenario: PlanScenario) => planner.pareto(scenario));
  const sweeping = new Sweeping(planner);
  let newest: Answer<'plan.pareto'> = { done: 0, total: 1, candidates: [] };
  return {
    'plan.evaluate': ({ scenario }) => planner.evaluate(scenario),
    'plan.pictures': ({ scenario, counts }) => ({
      curve: planner.curve(scenario, counts),
      heat: planner.heatMap(scenario, RATIOS, HEAT_COUNTS),
      hours: planner.guestByHour(scenario),
      bars: { price: planner.sensitivity(scenario), slowdown: planner.sensitivity(scenario, 'slowdown') },
    }),
    'plan.pareto': ({ scenario }) => {
      const until = Date.now() + SHOW_AFTER;
      do {
        const step = types.next(scenario);
        if (step.done === true) return newest;
        newest = step.value;
      } while (Date.now() < until);
      return newest;
    },
    'plan.refine': ({ scenario }) => {
      const step = simulation.next(scenario);
      if (step.done === true) throw new Bug('the simulation has no end');
      return step.value;
    },
    'plan.sweep': (request) => sweeping.next(request),
    'plan.check': ({ scenario, counts }) => {
      const planned = planner.check(scenario, counts);
      return { task: checks.start(JSON.stringify(scenario), planner.evaluate(scenario).scenario.name, planned) };
    },
    'plan.checked': ({ scenario }) => checks.found(JSON.stringify(scenario)),
    'plan.export': ({ scenario, kind }) => planner.exported(kind, scenario),
    'plan.open': ({ path }) => ({ scenario: parseScenario(new TextDecoder().decode(readBytes(path))) }),
    'plan.measured': ({ machines }) => ({ guests: planner.measured(machines) }),
  };
}

serveProcess((begin, edge) => {
  const lists = new PriceLists(begin.dataFolder);
  const works = new Works(edge, 'p');
  const calls = callsOver(plannerAnswers(lists.byId), new Checks(works, begin));
  return {
    call: (name: CallName, request) => {
      lists.refresh();
      const answer = (calls as Record<string, ((request: unknown) => unknown) | undefined>)[name];
      return answer === undefined ? refuse('bad-request') : answer(request);
    },
    cancel: (task) => works.cancel(task),
    stop: async () => undefined,
  };
});
