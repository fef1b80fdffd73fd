/** Memory overload in closed form: how often working sets do not fit, and for how long at a stretch. */
import { above, distributionOf, each, type Group } from './distribution.ts';
import { expNegative } from './elementary.ts';
import type { Hour, Load } from './load.ts';
import { groupsOf, wantsMemory } from './offered.ts';

/** An overload shorter than this is transient (Overdriver, VEE 2011: up to 88.1 % of overloads in its traces were). */
export const TRANSIENT_SECONDS = 120;

export interface MemoryOverload {
  /** Part of the time in which working sets exceed memory. */
  readonly probability: number;
  /** Overloads that begin in an hour. */
  readonly perHour: number;
  /** Mean length; null if there are none, and if one never ends. */
  readonly meanSeconds: number | null;
  /** Part of the overloads that are over within two minutes; null if there are none. */
  readonly transientShare: number | null;
  /** Working sets exceed memory always: not an event but a wrong size. */
  readonly permanent: boolean;
}

interface Mover {
  readonly group: Group;
  /** Rate at which an idle member becomes busy, per second. */
  readonly rate: number;
}

function moversOf(load: Load, hour: Hour): { base: number; movers: Mover[] } {
  let base = 0;
  const movers: Mover[] = [];
  load.classes.forEach((it, index) => {
    const { idle, burst } = wantsMemory(it);
    const duty = hour.duty[index] ?? 0;
    base += it.count * idle;
    const rate = duty >= 1 || duty <= 0 ? 0 : duty / (it.burstSeconds * (1 - duty));
    for (const group of groupsOf(it, burst - idle, duty)) movers.push({ group, rate });
  });
  return { base, movers };
}

/**
 * Overloads begin when a member that was idle becomes busy and lifts the sum over the limit: count x P(idle) x rate x
 * P(the others are within one increment below). Independent members make that exact.
 */
function beginnings(
  base: number,
  movers: readonly Mover[],
  limit: number,
  lattice: { size: number; table: Float64Array },
): number {
  let sum = 0;
  movers.forEach(({ group, rate }, index) => {
    if (rate === 0 || group.increment <= 0 || group.count <= 0) return;
    const rest = movers.map((it, at) => (at === index ? { ...it.group, count: it.group.count - 1 } : it.group));
    const it = distributionOf(base, rest, lattice.size, lattice.table);
    let below = 0;
    const slack = it.step * 1e-6;
    each(it, (value, probability) => {
      if (value <= limit + slack && value + group.increment > limit + slack) below += probability;
    });
    sum += group.count * (1 - group.probability) * rate * below;
  });
  return sum;
}

/** Over the day, for `memoryMb` left to guests. */
export function memoryOverload(load: Load, memoryMb: number, lattice: { size: number; table: Float64Array }): MemoryOverload {
  let [probability, perSecond, always] = [0, 0, 0];
  for (const hour of load.hours) {
    const { base, movers } = moversOf(load, hour);
    const most = movers.reduce((sum, it) => sum + it.group.count * it.group.increment, base);
    if (most <= memoryMb * (1 + 1e-12)) continue;
    const over = above(
      distributionOf(
        base,
        movers.map((it) => it.group),
        lattice.size,
        lattice.table,
      ),
      memoryMb,
    );
    probability += hour.weight * over;
    if (over > 1 - 1e-9) always += hour.weight;
    else perSecond += hour.weight * beginnings(base, movers, memoryMb, lattice);
  }
  const permanent = always > 1 - 1e-9;
  // Below one in a thousand years the lattice has nothing to say.
  if (permanent || perSecond < 3e-11)
    return { probability, perHour: 0, meanSeconds: null, transientShare: permanent ? 0 : null, permanent };
  const meanSeconds = probability / perSecond;
  return {
    probability,
    perHour: perSecond * 3600,
    meanSeconds,
    transientShare: 1 - expNegative(-TRANSIENT_SECONDS / meanSeconds),
    permanent,
  };
}
