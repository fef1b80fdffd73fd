/** The planner's series as tables: curves, fronts, bars and sweeps. */
import { typeOf } from '../cloud/catalogue.ts';
import { curve } from '../cloud/plan/charts.ts';
import { pareto } from '../cloud/plan/pareto.ts';
import type { Planner } from '../cloud/plan/plan.ts';
import { bars, type Outcome, widestFirst } from '../cloud/plan/sensitivity.ts';
import { sweep, sweepSchema } from '../cloud/plan/sweep.ts';
import { checked, parsedJson } from '../cloud/refuse.ts';
import type { Scenario } from '../cloud/scenario.ts';
import type { PlanSweepRow } from '../contract/plan.ts';
import type { Table } from './text-table.ts';

const keys = <T extends object>(names: readonly (keyof T & string)[], items: readonly T[]): Table => ({
  header: names,
  rows: items.map((item) => names.map((name) => item[name] as string | number | boolean | null)),
});

export const curveTable = (planner: Planner, scenario: Scenario, counts: readonly number[]): Table =>
  keys(
    ['count', 'pricePerVmHour', 'ratioToBaseline', 'slowdown', 'cpuP95', 'cpuOverload', 'memoryOverload', 'bindingResource'],
    [...curve(planner, scenario, counts)],
  );

/** Only the front: the types and counts that nothing beats. */
export function paretoTable(planner: Planner, scenario: Scenario): Table {
  const { catalogue } = planner.setting(scenario);
  const types = catalogue.types
    .filter((type) => type.prices.some((it) => it.model === scenario.price.model))
    .map((type) => typeOf(catalogue, type.id).id);
  const steps = [...pareto(planner, scenario, types)];
  const front = (steps.at(-1)?.candidates ?? []).filter((it) => it.onFront);
  return keys(['type', 'count', 'pricePerVmHour', 'slowdown', 'cpuP95', 'memoryRatio'], front);
}

export function sensitivityTable(planner: Planner, scenario: Scenario, outcome: Outcome): Table {
  const rows = widestFirst([...bars(planner, scenario, outcome)]);
  return {
    header: ['input', 'low', outcome, 'high', `${outcome} at high`, 'swing'],
    rows: rows.map((it) => [it.path, it.low.value, it.low.outcome, it.high.value, it.high.outcome, it.swing]),
  };
}

const WHAT = {
  code: 'sweep-invalid',
  noun: 'The sweep',
  remedy: 'Give { "axes": [ { "path": "count", "values": [10, 20, 40] } ] }.',
};

export function sweepTable(planner: Planner, scenario: Scenario, text: string): Table {
  const input = checked(sweepSchema, parsedJson(text, WHAT), WHAT);
  const rows: PlanSweepRow[] = [];
  for (const progress of sweep(planner, scenario, input)) rows.push(...progress.rows);
  const header = [
    ...input.axes.map((axis) => axis.path),
    'pricePerVmHour',
    'ratioToBaseline',
    'bindingResource',
    'bindingRatio',
    'cpuP95',
    'cpuOverload',
    'memoryOverload',
    'slowdown',
    'refusal',
  ];
  return {
    header,
    rows: rows.map((it) => [
      ...it.at,
      it.pricePerVmHour,
      it.ratioToBaseline,
      it.bindingResource,
      it.bindingRatio,
      it.cpuP95,
      it.cpuOverload,
      it.memoryOverload,
      it.slowdown,
      it.refusal,
    ]),
  };
}
