/** A thread that makes, checks or imports an image: it is all waiting for files and packages, and must not hold a process up. */
import { DiskLibrary } from '../../core/host/disks/library.ts';
import { importImage, prepareImage, readyImage } from '../../core/host/images/prepare.ts';
import { recipeNamed } from '../../core/host/images/recipes.ts';
import { ImageStore } from '../../core/host/images/store.ts';
import { refuse } from '../../core/service/refuse.ts';
import type { MakerJob, MakerNews } from './images.ts';
import { serveThread } from './thread.ts';

serveThread(({ dataFolder, packaged, order }: MakerJob, tell: (news: MakerNews) => void) => {
  const store = new ImageStore(dataFolder, packaged);
  if (order.kind === 'disk')
    for (const { done, of } of new DiskLibrary(dataFolder).add(order.name, order.path)) tell({ copied: done, of });
  else if (order.kind === 'ready') readyImage(store, order.name, tell);
  else if (order.kind === 'prepare') {
    const recipe = recipeNamed(order.name);
    if (recipe === undefined) refuse('no-image');
    prepareImage(store, recipe, tell);
  } else
    importImage(store, { name: order.name, kernel: order.kernel, initrd: order.ramDisk ?? undefined, commandLine: undefined });
});
