/** A thread that builds the partition of a plan on the emulated stack and measures it; it computes all the time. */
import { join } from 'node:path';
import type { CheckNews } from '../../core/cloud/check.ts';
import { provisionsFrom } from '../../core/host/provisions.ts';
import { checkPartition } from '../../core/worlds/catalogue.ts';
import type { CheckJob } from './planner/check.ts';
import { serveThread } from './thread.ts';

/** Milliseconds between two reports of how far it is; a point that was measured is told at once. */
const TELL_EVERY = 250;

serveThread(({ dataFolder, folder, partition }: CheckJob, say: (news: CheckNews) => void) => {
  const engine = join(import.meta.dirname, 'engine.wasm');
  const tell = (step: string): void => say({ done: 0, of: 0, step });
  let told = 0;
  for (const news of checkPartition(provisionsFrom({ engine, dataFolder, folder, tell }), partition)) {
    if (news.point === undefined && performance.now() - told < TELL_EVERY) continue;
    told = performance.now();
    say(news);
  }
});
