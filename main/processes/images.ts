/** Making images beside the work of a process: steps are told, and cancelling ends it at once. */
import { abandonTurn } from '../../core/host/images/turn.ts';
import type { Work } from '../../core/worlds/desk.ts';
import { runThread } from './thread.ts';

export type MakerOrder =
  | { readonly kind: 'ready'; readonly name: string }
  | { readonly kind: 'prepare'; readonly name: string }
  | { readonly kind: 'import'; readonly name: string; readonly kernel: string; readonly ramDisk: string | null }
  | { readonly kind: 'disk'; readonly name: string; readonly path: string };
/** What it does next, or how many bytes of a disk are copied. */
export type MakerNews = string | { readonly copied: number; readonly of: number };

export interface MakerPlaces {
  readonly dataFolder: string;
  /** Folder of the image that came with the program. */
  readonly packaged?: string;
}

/** What the thread is given. */
export interface MakerJob extends MakerPlaces {
  readonly order: MakerOrder;
}

/** Resolves when the image is there. `ready` makes it only if it is missing or damaged. */
export function makeImage({ dataFolder, packaged }: MakerPlaces, order: MakerOrder, work: Work): Promise<void> {
  const job: MakerJob = { dataFolder, order, ...(packaged !== undefined && { packaged }) };
  return runThread('image-maker.mjs', job, work, (news: MakerNews) => {
    if (typeof news !== 'string') return work.progress(news.copied, news.of, '');
    work.progress(0, 0, news);
    work.say(news);
  }).finally(() => abandonTurn(dataFolder, order.name));
}
