/** A plan from what runs: the instance with its type, and guest classes from the measured load of its machines. */
import type { Instance, Machine } from '../../../core/contract/fleet.ts';
import { loadHistories, traceOf } from '../../../core/contract/plan-load.ts';
import type { PlanScenario } from '../../../core/contract/plan-scenario.ts';
import { call, Refused } from '../../desk/client.ts';
import { say } from '../../words/say.ts';

export const measurable = (machines: readonly Machine[]): Machine[] => machines.filter((it) => it.state === 'running');

/** `draft` with the load of these machines; of the instance they run on, where that is one. */
export async function planFromFleet(
  draft: PlanScenario,
  machines: readonly Machine[],
  instance: Instance | undefined,
): Promise<PlanScenario> {
  const traces = await Promise.all(
    measurable(machines).map(async (machine) => {
      const { id: unit } = machine;
      return traceOf(machine, await loadHistories((gauge, seconds) => call('metrics.history', { unit, gauge, seconds })));
    }),
  );
  const usable = traces.filter((it) => it !== undefined);
  if (usable.length === 0) throw new Refused({ code: 'no-load', message: say('plan.noLoad'), remedy: say('plan.noLoadHelp') });
  const { guests } = await call('plan.measured', { machines: usable });
  const place = instance === undefined ? {} : { provider: instance.provider, type: instance.type, instances: 1 };
  const baseline = instance === undefined || instance.provider === draft.provider ? draft.baseline : null;
  return { ...draft, ...place, baseline, name: say('plan.measuredName', { name: instance?.name ?? '' }).trim(), guests };
}
