/** Price against performance over all types and counts: the plans that no other beats in both. */
import { Refusal } from '../../base/refusal.ts';
import { type Scenario, totalCount } from '../scenario.ts';
import type { Planner } from './plan.ts';
import { withCount, withType } from './vary.ts';

export interface Candidate {
  readonly type: string;
  readonly count: number;
  readonly pricePerVmHour: number;
  readonly slowdown: number;
  readonly cpuP95: number;
  /** Promised memory over usable. */
  readonly memoryRatio: number;
  readonly fits: boolean;
  readonly onFront: boolean;
}

export interface ParetoProgress {
  /** Types. */
  readonly done: number;
  readonly total: number;
  /** Complete with the last step. */
  readonly candidates: readonly Candidate[];
}

/** Cheapest and fastest first, not beaten in price or slowdown by any that fits. */
function frontOf(candidates: readonly Omit<Candidate, 'onFront'>[]): Candidate[] {
  const order = [...candidates].sort(
    (a, b) => a.pricePerVmHour - b.pricePerVmHour || a.slowdown - b.slowdown || (a.type < b.type ? -1 : 1) || a.count - b.count,
  );
  let best = Number.POSITIVE_INFINITY;
  return order.map((it) => {
    const onFront = it.fits && it.slowdown < best - 1e-12;
    if (onFront) best = it.slowdown;
    return { ...it, onFront };
  });
}

/** Counts worth trying for up to `most` machines: all small ones, then by steps of about a sixth. */
export function countsUpTo(most: number): number[] {
  const counts: number[] = [];
  for (let count = 1; count <= most; count = Math.max(count + 1, Math.floor(count * 1.17))) counts.push(count);
  if (counts.at(-1) !== most) counts.push(most);
  return counts;
}

/**
 * Tries every type of the scenario's provider with every count; a step for each of them, while progress is by the type.
 * Types too small are passed over.
 */
export function* pareto(
  planner: Planner,
  scenario: Scenario,
  types: readonly string[],
  counts: readonly number[] = countsUpTo(Math.max(64, totalCount(scenario))),
): Generator<ParetoProgress, void> {
  const found: Omit<Candidate, 'onFront'>[] = [];
  let progress: ParetoProgress = { done: 0, total: types.length, candidates: [] };
  for (const [index, type] of types.entries()) {
    for (const count of counts) {
      yield progress;
      try {
        const plan = planner.planChecked(withCount(withType(scenario, type), count));
        const memoryRatio = plan.resources.find((it) => it.name === 'memory')?.ratio ?? 0;
        const fits = plan.resources.every((it) => it.fits) && !plan.contention.memoryOverload.permanent;
        found.push({
          type,
          count,
          pricePerVmHour: plan.pricePerVmHour,
          slowdown: plan.contention.slowdown,
          cpuP95: plan.contention.cpu.p95,
          memoryRatio,
          fits,
        });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        break;
      }
    }
    progress = { done: index + 1, total: types.length, candidates: frontOf(found) };
  }
  yield progress;
}
