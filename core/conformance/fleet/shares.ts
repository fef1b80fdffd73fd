/** How the Blanket's scheduler divides a processor between domains that could each use it all. */
import { gaugeIndex } from '../../contract/gauges.ts';
import { FastInstance, machineRecord, work } from './fast-instance.ts';

export interface Shares {
  /** CPU of a domain of weight 512 by that of one of weight 256. */
  readonly ratio: number;
  /** Percent of a CPU that a domain with a cap of 50 gets. */
  readonly share: number;
}

/** Virtual seconds in which the scheduler settles. */
const SETTLE = 0.5;

/**
 * One processor, two domains at work, then one of them alone with a cap.
 * @param span virtual seconds that are measured of each
 */
export async function measureShares(span: number): Promise<Shares> {
  const instance = new FastInstance({ cpus: 1, memoryMib: 512 });
  try {
    await instance.lay();
    const busy = { commandLine: 'quiet blanket.run="echo at work; while :; do :; done"' };
    await instance.boot(machineRecord(1, { ...busy, weight: 256 }));
    await instance.boot(machineRecord(2, { ...busy, weight: 512 }));
    for (const id of ['i1.1', 'i1.2']) await instance.expect(id, /at work/, 120);
    const both = await used(instance, span);
    await instance.world.act('i1.2', 'pause', work);
    instance.world.adjust('i1.1', { cap: 50 });
    const alone = await used(instance, span);
    return { ratio: (both['i1.2'] ?? 0) / (both['i1.1'] ?? 0), share: alone['i1.1'] ?? 0 };
  } finally {
    instance.close();
  }
}

/** Percent of a CPU that each machine used for a while. */
async function used(instance: FastInstance, span: number): Promise<Record<string, number>> {
  await instance.pass(SETTLE);
  instance.world.sample();
  await instance.pass(span);
  const { rows } = instance.world.sample();
  return Object.fromEntries(rows.map(({ unit, values }) => [unit, values[gaugeIndex.cpu] ?? 0]));
}
