/** What of a plan has to do with machines that run: checking it on the emulated stack, and taking load from a running fleet. */
import { join } from 'node:path';
import { Refusal } from '../base/refusal.ts';
import { checkRows, countsToCheck, type MeasuredPoint, type MeasuredRow, plannedCheck } from '../cloud/check.ts';
import { guestsFromMeasured } from '../cloud/measured.ts';
import type { Planner } from '../cloud/plan/plan.ts';
import type { Scenario, ScenarioInput } from '../cloud/scenario.ts';
import type { GaugeName, History } from '../contract/gauges.ts';
import { loadHistories, traceOf } from '../contract/plan-load.ts';
import { ask } from '../host/attach/client.ts';
import { dataFolder } from '../host/data-folder.ts';
import { provisionsFrom } from '../host/provisions.ts';
import { checkPartition } from '../worlds/catalogue.ts';
import { ENGINE } from './shipped.ts';
import type { Table } from './text-table.ts';

/** Rents, cuts and measures for real; steps are told on standard error. */
export function measuredRows(planner: Planner, scenario: Scenario, counts: readonly number[]): MeasuredRow[] {
  const { partition, plans } = plannedCheck(planner, scenario, counts);
  const tell = (step: string): void => void process.stderr.write(`${step} ...\n`);
  const provisions = provisionsFrom({ engine: ENGINE, dataFolder: dataFolder(), folder: join(dataFolder(), 'check'), tell });
  const points: MeasuredPoint[] = [];
  let told = '';
  for (const { step, point } of checkPartition(provisions, partition)) {
    if (step !== told) tell(step);
    told = step;
    if (point !== undefined) points.push(point);
  }
  return checkRows(plans, points);
}

export function checkTable(planner: Planner, scenario: Scenario, counts = countsToCheck(scenario)): Table {
  return {
    header: ['machines', 'predicted slowdown', 'measured', 'error', 'within 10 %', 'least', 'most'],
    rows: measuredRows(planner, scenario, counts).map((it) => [
      it.count,
      it.predicted,
      it.measured,
      it.error,
      it.within ? 'yes' : 'no',
      it.least,
      it.most,
    ]),
  };
}

/** Guest classes from the load of the machines that run, of one instance or of all. */
export async function measuredGuests(attach: string | undefined, instance: string | undefined): Promise<ScenarioInput['guests']> {
  if (attach === undefined)
    throw new Refusal('no-fleet', 'There is no running fleet to measure.', "Give --attach and the application's data folder.");
  const { machines } = await ask(attach, 'fleet.read', {});
  const running = machines.filter((it) => it.state === 'running' && (instance === undefined || it.instance === instance));
  const traces = await Promise.all(
    running.map(async (machine) => {
      const { id: unit } = machine;
      const read = (gauge: GaugeName, seconds: number): Promise<History> =>
        ask(attach, 'metrics.history', { unit, gauge, seconds });
      return traceOf(machine, await loadHistories(read));
    }),
  );
  const usable = traces.filter((it) => it !== undefined);
  if (usable.length === 0)
    throw new Refusal(
      'no-load',
      `No machine${instance === undefined ? '' : ` of ${instance}`} runs long enough to have been measured.`,
      'Start machines and wait some seconds.',
    );
  return guestsFromMeasured(usable);
}
