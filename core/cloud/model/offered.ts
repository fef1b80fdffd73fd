/** The demand that an instance is offered, as distributions: what machines would use if nobody had to wait. */
import { certain, type Distribution, distributionOf, type Group } from './distribution.ts';
import type { Hour, Load, LoadClass } from './load.ts';
import { aboveOf, quantilesOf, type Weighted } from './mixture.ts';

/** What a machine of a class asks for, idle and busy. */
export type Wants = (it: LoadClass) => { readonly idle: number; readonly burst: number };

export const wantsThreads: Wants = (it) => ({
  idle: Math.min(it.idleThreads, it.capThreads),
  burst: Math.min(it.busyThreads, it.capThreads),
});
export const wantsMemory: Wants = (it) => it.memoryMb;
export const wantsNetwork: Wants = (it) => it.networkMbps;

/** The independent machines of a class, and its block as one machine of many. */
export function groupsOf(it: LoadClass, increment: number, probability: number): Group[] {
  const single = { count: it.count - it.block, increment, probability };
  return it.block === 0 ? [single] : [single, { count: 1, increment: increment * it.block, probability }];
}

/** Demand in one kind of hour. */
function offeredIn(load: Load, hour: Hour, wants: Wants, lattice: { size: number; table: Float64Array }): Distribution {
  let base = 0;
  const groups: Group[] = [];
  load.classes.forEach((it, index) => {
    const { idle, burst } = wants(it);
    base += it.count * idle;
    groups.push(...groupsOf(it, burst - idle, hour.duty[index] ?? 0));
  });
  return groups.length === 0 ? certain(base) : distributionOf(base, groups, lattice.size, lattice.table);
}

/** Demand over the day. */
export const offered = (load: Load, wants: Wants, lattice: { size: number; table: Float64Array }): Weighted[] =>
  load.hours.map((hour) => ({ weight: hour.weight, distribution: offeredIn(load, hour, wants, lattice) }));

/** Demand against supply. A ratio above one is an overload. */
export interface Pressure {
  readonly meanRatio: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly overload: number;
}

/** What the mean of demand is, exactly, without a lattice. */
function meanDemand(load: Load, wants: Wants): number {
  let sum = 0;
  load.classes.forEach((it, index) => {
    const { idle, burst } = wants(it);
    for (const hour of load.hours) sum += hour.weight * it.count * (idle + (hour.duty[index] ?? 0) * (burst - idle));
  });
  return sum;
}

/** Percentiles of demand over `supply`, which is above zero, and the chance that it is exceeded. */
export function pressureOf(load: Load, wants: Wants, supply: number, lattice: { size: number; table: Float64Array }): Pressure {
  const parts = offered(load, wants, lattice);
  const [p50 = 0, p95 = 0, p99 = 0] = quantilesOf(parts, [0.5, 0.95, 0.99]);
  return {
    meanRatio: meanDemand(load, wants) / supply,
    p50: p50 / supply,
    p95: p95 / supply,
    p99: p99 / supply,
    overload: aboveOf(parts, supply),
  };
}
