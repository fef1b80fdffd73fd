/** The process of the planner: pure answers over the price lists that come with the program. */
import { type PlannerAnswers, plannerAnswers } from '../../core/cloud/answers.ts';
import type { Catalogue } from '../../core/cloud/catalogue.ts';
import { hostUserData } from '../../core/cloud/export/cloud-init.ts';
import { libvirtXml } from '../../core/cloud/export/libvirt.ts';
import { DEFAULT_HOST, machinesOf } from '../../core/cloud/export/machines.ts';
import { tofuJson } from '../../core/cloud/export/tofu.ts';
import { xlConfig } from '../../core/cloud/export/xl.ts';
import { asScenario, type Scenario, scenarioText } from '../../core/cloud/scenario.ts';
import type { Answer, CallName, NamesBy, Request } from '../../core/contract/calls.ts';
import { refuse } from '../../core/service/refuse.ts';
import { builtInLists } from './clouds/price-lists.ts';
import { serveProcess } from './edge.ts';

type PlannerCalls = { [N in NamesBy<'planner'>]: (request: Request<N>) => Answer<N> | Promise<Answer<N>> };

const RATIOS = [0.5, 1, 1.5, 2, 3, 4, 6, 8, 10] as const;
const HEAT_COUNTS = [1, 2, 4, 8, 16, 24, 32, 48, 64] as const;
/** Milliseconds of work on types before what is there is shown. */
const SHOW_AFTER = 400;

/** A generator that goes on where it was, as long as the same scenario is asked for. */
class Going<T> {
  private key = '';
  private steps: Iterator<T> | undefined;

  constructor(private readonly begin: (scenario: unknown) => Iterator<T>) {}

  next(scenario: unknown): IteratorResult<T, unknown> {
    const key = JSON.stringify(scenario);
    if (key !== this.key || this.steps === undefined) {
      this.key = key;
      this.steps = this.begin(scenario);
    }
    return this.steps.next();
  }
}

function exported(scenario: Scenario, kind: Request<'plan.export'>['kind'], lists: ReadonlyMap<string, Catalogue>): string {
  const list = lists.get(scenario.provider);
  switch (kind) {
    case 'scenario':
      return scenarioText(scenario);
    case 'libvirt':
      return machinesOf(scenario)
        .map((machine) => libvirtXml(list?.flavour ?? 'kvm', machine, DEFAULT_HOST))
        .join('\n');
    case 'xl':
      return machinesOf(scenario)
        .map((machine) => xlConfig(machine, DEFAULT_HOST))
        .join('\n');
    case 'cloud-init':
      return hostUserData(scenario);
    case 'tofu':
      return list === undefined ? refuse('bad-request', 'There is no such price list.') : tofuJson(scenario, list);
  }
}

function callsOver(planner: PlannerAnswers, lists: ReadonlyMap<string, Catalogue>): PlannerCalls {
  const simulation = new Going((scenario) => planner.refine(scenario));
  const types = new Going((scenario) => planner.pareto(scenario));
  let newest: Answer<'plan.pareto'> = { done: 0, total: 1, candidates: [] };
  return {
    'plan.evaluate': ({ scenario }) => planner.evaluate(scenario),
    'plan.pictures': ({ scenario, counts }) => ({
      curve: planner.curve(scenario, counts),
      heat: planner.heatMap(scenario, RATIOS, HEAT_COUNTS),
      hours: planner.guestByHour(scenario),
      bars: planner.sensitivity(scenario),
    }),
    'plan.pareto': ({ scenario }) => {
      const until = Date.now() + SHOW_AFTER;
      do {
        const step = types.next(scenario);
        if (step.done === true) return newest;
        newest = step.value as Answer<'plan.pareto'>;
      } while (Date.now() < until);
      return newest;
    },
    'plan.refine': ({ scenario }) => simulation.next(scenario).value as Answer<'plan.refine'>,
    'plan.export': ({ scenario, kind }) => {
      const checked = asScenario(scenario);
      return { text: exported(checked, kind, lists), name: checked.name };
    },
    'plan.measured': () => refuse('not-possible-here', 'The load of running machines is taken on the Machines page.'),
  };
}

serveProcess(() => {
  const lists = new Map(builtInLists().map((list) => [list.id, list]));
  const calls = callsOver(plannerAnswers(lists), lists);
  return {
    call: (name: CallName, request) => {
      const answer = (calls as Record<string, ((request: unknown) => unknown) | undefined>)[name];
      return answer === undefined ? refuse('bad-request') : answer(request);
    },
    stop: async () => undefined,
  };
});
