/** For tests only: a check of a plan that takes a moment and measures what an ideal scheduler would give. */
import type { CheckNews, Partition } from '../../core/cloud/check.ts';
import type { Provisions } from '../../core/worlds/desk.ts';

/** Looks at each point, so that progress can be seen and cancelling has something to cancel. */
const LOOKS = 10;
/** Milliseconds between two looks. */
const PAUSE = Number(process.env.BLANKET_SCRIPTED_CHECK ?? 150);

export function* checkPartition(_provisions: Provisions, { threads, cores, smtYield, points }: Partition): Generator<CheckNews> {
  for (const [done, machines] of points.entries()) {
    const count = machines.reduce((sum, each) => sum + each, 0);
    const step = `Measuring ${count} machines at once`;
    for (let look = 0; look < LOOKS; look++) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
      yield { done, of: points.length, step };
    }
    const busy = Math.min(count, threads);
    const speed = busy <= cores ? busy : cores + ((busy - cores) / (threads - cores)) * cores * (smtYield - 1);
    const slowdown = (count / speed) * 1.02;
    const point = { machines, slowdowns: machines.map(() => slowdown), least: slowdown * 0.97, most: slowdown * 1.04 };
    yield { done: done + 1, of: points.length, step, point };
  }
}
