/** Many scenarios one after the other, in steps: progress after each, cancelled by not going on. */

import * as z from 'zod';
import { Refusal } from '../../base/refusal.ts';
import type { PlanSweepRow } from '../../contract/plan.ts';
import { checked } from '../refuse.ts';
import type { Scenario } from '../scenario.ts';
import type { Planner } from './plan.ts';
import { withValues } from './vary.ts';

const axis = z.strictObject({
  path: z.string().min(1).max(120),
  values: z
    .array(z.union([z.number().finite(), z.string(), z.boolean(), z.null()]))
    .min(1)
    .max(10_000),
});
export const sweepSchema = z.strictObject({ axes: z.array(axis).min(1).max(4) });
export type Sweep = z.output<typeof sweepSchema>;

export interface SweepProgress {
  readonly done: number;
  readonly total: number;
  readonly rows: readonly PlanSweepRow[];
}

const MOST = 100_000;
const WHAT = {
  code: 'sweep-invalid',
  noun: 'The sweep',
  remedy: 'Give axes with a path and its values, such as { "path": "count", "values": [10, 20, 40] }.',
};

function rowOf(planner: Planner, scenario: Scenario, at: PlanSweepRow['at']): PlanSweepRow {
  const plan = planner.planChecked(scenario);
  const binding = plan.resources.find((it) => it.name === plan.bindingResource);
  return {
    at,
    pricePerVmHour: plan.pricePerVmHour,
    ratioToBaseline: plan.ratioToBaseline,
    bindingResource: plan.bindingResource,
    bindingRatio: binding?.ratio ?? null,
    cpuP95: plan.contention.cpu.p95,
    cpuOverload: plan.contention.cpu.overload,
    memoryOverload: plan.contention.memoryOverload.probability,
    slowdown: plan.contention.slowdown,
    refusal: null,
  };
}

const refused = (at: PlanSweepRow['at'], refusal: string): PlanSweepRow => ({
  at,
  pricePerVmHour: null,
  ratioToBaseline: null,
  bindingResource: null,
  bindingRatio: null,
  cpuP95: null,
  cpuOverload: null,
  memoryOverload: null,
  slowdown: null,
  refusal,
});

/** All combinations of the axes' values, the last axis fastest, `batch` rows for each step. A refused one is a row, too. */
export function* sweep(planner: Planner, scenario: Scenario, input: unknown, batch = 50): Generator<SweepProgress, void> {
  const { axes } = checked(sweepSchema, input, WHAT);
  const total = axes.reduce((product, it) => product * it.values.length, 1);
  if (total > MOST)
    throw new Refusal(
      'sweep-invalid',
      `The sweep has ${total} scenarios; ${MOST} are the most.`,
      'Give fewer values on an axis.',
    );
  let rows: PlanSweepRow[] = [];
  for (let index = 0; index < total; index += 1) {
    const at = valuesAt(axes, index);
    try {
      const changes = axes.map((one, place) => [one.path, at[place] ?? null] as const);
      rows.push(rowOf(planner, withValues(scenario, changes), at));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      rows.push(refused(at, error.message));
    }
    if (rows.length === batch || index === total - 1) {
      yield { done: index + 1, total, rows };
      rows = [];
    }
  }
}

function valuesAt(axes: Sweep['axes'], index: number): (number | string | boolean | null)[] {
  const values: (number | string | boolean | null)[] = [];
  let rest = index;
  for (const it of [...axes].reverse()) {
    values.unshift(it.values[rest % it.values.length] ?? null);
    rest = Math.floor(rest / it.values.length);
  }
  return values;
}
