/** A thread that builds the partition of a plan on the emulated stack and measures it; it computes all the time. */
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { asRefusal } from '../../core/contract/refusals.ts';
import { provisionsFrom } from '../../core/host/provisions.ts';
import { checkPartition } from '../../core/worlds/catalogue.ts';
import type { CheckMessage, CheckOrder } from './planner/check.ts';

const { dataFolder, folder, partition } = workerData as CheckOrder;
const say = (message: CheckMessage): void => parentPort?.postMessage(message);
const TELL_EVERY = 250;

try {
  const engine = join(import.meta.dirname, 'engine.wasm');
  const provisions = provisionsFrom({ engine, dataFolder, folder, tell: (step) => say({ news: { done: 0, of: 0, step } }) });
  let told = 0;
  for (const news of checkPartition(provisions, partition)) {
    if (news.point === undefined && performance.now() - told < TELL_EVERY) continue;
    told = performance.now();
    say({ news });
  }
  say({ done: true });
} catch (thrown) {
  say({ refusal: asRefusal(thrown) });
}
