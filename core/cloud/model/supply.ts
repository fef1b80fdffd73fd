/**
 * What an instance's CPUs deliver. Capacity is counted in threads: one is what a thread does while its core's others are idle.
 *
 * Up to `cores` runnable threads each has a core of its own; beyond that the second threads add `yield - 1` of a core each;
 * beyond `threads` nothing is added. With cores equal to threads this is min(runnable, threads).
 */

export interface Supply {
  readonly threads: number;
  readonly cores: number;
  /** What a core does with all its threads busy, as a multiple of what it does with one. */
  readonly smtYield: number;
  /** Threads kept busy on average by the driver domain, from the beginning. */
  readonly own: number;
}

/** Full-speed threads delivered to `runnable` threads; not falling, concave. */
export function delivered(supply: Supply, runnable: number): number {
  const { threads, cores, smtYield } = supply;
  if (runnable <= cores) return runnable;
  if (threads <= cores) return cores;
  const extra = (Math.min(runnable, threads) - cores) / (threads - cores);
  return cores + extra * cores * (smtYield - 1);
}

/** Threads left for guests. */
export const guestThreads = (supply: Supply): number => Math.max(supply.threads - supply.own, 0);

/** Time per work for a runnable thread when `runnable` guest threads all get a thread: 1 if alone on a core. */
export function pace(supply: Supply, runnable: number): number {
  const all = Math.min(runnable + supply.own, supply.threads);
  return all <= 0 ? 1 : all / delivered(supply, all);
}

/** Full-speed threads that `runnable` guest threads get together, whoever gets them. */
export function deliveredToGuests(supply: Supply, runnable: number): number {
  const served = Math.min(runnable, guestThreads(supply));
  return served / pace(supply, served);
}
