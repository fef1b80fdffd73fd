/** Making images beside the work of a process: steps are told, and cancelling ends it at once. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Refusal } from '../../core/base/refusal.ts';
import type { RefusalShape } from '../../core/contract/tasks.ts';
import type { Work } from '../../core/worlds/desk.ts';

export type MakerOrder =
  | { readonly kind: 'ready'; readonly name: string }
  | { readonly kind: 'prepare'; readonly name: string }
  | { readonly kind: 'import'; readonly name: string; readonly kernel: string; readonly ramDisk: string | null }
  | { readonly kind: 'disk'; readonly name: string; readonly path: string };
export type MakerMessage = { step: string } | { copied: number; of: number } | { done: true } | { refusal: RefusalShape };

const LOOK_EVERY = 200;

export interface MakerPlaces {
  readonly dataFolder: string;
  /** Folder of the image that came with the program. */
  readonly packaged?: string;
}

/** Resolves when the image is there. `ready` makes it only if it is missing or damaged. */
export function makeImage({ dataFolder, packaged }: MakerPlaces, order: MakerOrder, work: Work): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(import.meta.dirname, 'image-maker.mjs'), { workerData: { dataFolder, packaged, order } });
    const end = (settle: () => void): void => {
      clearInterval(timer);
      void worker.terminate();
      settle();
    };
    const timer = setInterval(() => {
      try {
        work.check();
      } catch (cancelled) {
        end(() => reject(cancelled));
      }
    }, LOOK_EVERY);
    worker.on('message', (message: MakerMessage) => {
      if ('step' in message) {
        work.progress(0, 0, message.step);
        work.say(message.step);
      } else if ('copied' in message) work.progress(message.copied, message.of, '');
      else if ('done' in message) end(resolve);
      else {
        const { code, message: sentence, remedy } = message.refusal;
        end(() => reject(new Refusal(code, sentence, remedy)));
      }
    });
    worker.on('error', (error) => end(() => reject(error)));
  });
}
