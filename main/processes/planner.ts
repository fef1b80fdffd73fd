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
import { LongWork } from './planner/long-work.ts';

type PlannerCalls = { [N in NamesBy<'planner'>]: (request: Request<N>) => Answer<N> | Promise<Answer<N>> };

/** Milliseconds of work before what is there is shown. */
const SHOW_AFTER = 400;

/** True once {@link SHOW_AFTER} is over. */
function shown(): () => boolean {
  const until = Date.now() + SHOW_AFTER;
  return () => Date.now() >= until;
}

/** A sweep that goes on where it was; the rows so far are kept. */
class Sweeping {
  #rows: PlanSweepRow[] = [];
  #total = 0;
  readonly #work: LongWork<Omit<Request<'plan.sweep'>, 'from'>, SweepProgress, void>;

  constructor(planner: PlannerAnswers) {
    this.#work = new LongWork(({ scenario, axes }) => {
      this.#rows = [];
      return planner.sweep(scenario, { axes }, 1);
    });
  }

  async next({ from, ...request }: Request<'plan.sweep'>): Promise<Answer<'plan.sweep'>> {
    const enough = shown();
    await this.#work.goOn(request, ({ rows, total }) => {
      this.#rows.push(...rows);
      this.#total = total;
      return enough();
    });
    return { done: this.#rows.length, total: this.#total, rows: this.#rows.slice(from) };
  }
}

function callsOver(planner: PlannerAnswers, checks: Checks): PlannerCalls {
  const simulation = new LongWork((scenario: PlanScenario) => planner.refine(scenario));
  const types = new LongWork((scenario: PlanScenario) => planner.pareto(scenario));
  const drawing = new LongWork(({ scenario, counts }: Request<'plan.pictures'>) => planner.pictures(scenario, counts));
  const sweeping = new Sweeping(planner);
  return {
    'plan.evaluate': ({ scenario }) => planner.evaluate(scenario),
    'plan.pictures': async (request) => (await drawing.goOn(request))?.value ?? unfinished(),
    'plan.pareto': async ({ scenario }) => {
      let newest: Answer<'plan.pareto'> = { done: 0, total: 1, candidates: [] };
      const enough = shown();
      await types.goOn(scenario, (step) => {
        newest = step;
        return enough();
      });
      return newest;
    },
    'plan.refine': async ({ scenario }) => {
      let better: Answer<'plan.refine'> | undefined;
      await simulation.goOn(scenario, (step) => {
        better = step;
        return step !== undefined;
      });
      return better ?? unfinished();
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

const unfinished = (): never => {
  throw new Bug('long work ended without its answer');
};

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
