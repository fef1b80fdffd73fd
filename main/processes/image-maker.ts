/** A thread that makes, checks or imports an image: it is all waiting for files and packages, and must not hold a process up. */
import { parentPort, workerData } from 'node:worker_threads';
import { asRefusal, refusalOf } from '../../core/contract/refusals.ts';
import { DiskLibrary } from '../../core/host/disks/library.ts';
import { importImage, prepareImage, readyImage } from '../../core/host/images/prepare.ts';
import { recipeNamed } from '../../core/host/images/recipes.ts';
import { ImageStore } from '../../core/host/images/store.ts';
import type { MakerMessage, MakerOrder, MakerPlaces } from './images.ts';

const { dataFolder, packaged, order } = workerData as MakerPlaces & { order: MakerOrder };
const say = (message: MakerMessage): void => parentPort?.postMessage(message);

try {
  const store = new ImageStore(dataFolder, packaged);
  const tell = (step: string): void => say({ step });
  if (order.kind === 'disk')
    for (const { done, of } of new DiskLibrary(dataFolder).add(order.name, order.path)) say({ copied: done, of });
  else if (order.kind === 'ready') readyImage(store, order.name, tell);
  else if (order.kind === 'prepare') {
    const recipe = recipeNamed(order.name);
    if (recipe === undefined) throw Object.assign(new Error(refusalOf('no-image').message), refusalOf('no-image'));
    prepareImage(store, recipe, tell);
  } else
    importImage(store, { name: order.name, kernel: order.kernel, initrd: order.ramDisk ?? undefined, commandLine: undefined });
  say({ done: true });
} catch (thrown) {
  say({ refusal: asRefusal(thrown) });
}
