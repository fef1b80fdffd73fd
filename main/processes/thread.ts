/** A thread beside the work of a process: what it says is heard as it comes, its refusals are thrown, and cancelling ends it at once. */
import { join } from 'node:path';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { asRefusal, refusalFrom } from '../../core/contract/refusals.ts';
import type { RefusalShape } from '../../core/contract/tasks.ts';
import type { Work } from '../../core/worlds/desk.ts';

type Message<News> = { news: News } | { done: true } | { refusal: RefusalShape };

const LOOK_EVERY = 200;

/** Runs the built file `name` in a thread; resolves when its work is done. */
export function runThread<Order, News>(name: string, order: Order, work: Work, heard: (news: News) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(import.meta.dirname, name), { workerData: order });
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
    worker.on('message', (message: Message<News>) => {
      if ('news' in message) heard(message.news);
      else if ('done' in message) end(resolve);
      else {
        const { refusal } = message;
        end(() => reject(refusalFrom(refusal)));
      }
    });
    worker.on('error', (error) => end(() => reject(error)));
  });
}

/** The other side: what a thread does with its order. */
export function serveThread<Order, News>(body: (order: Order, say: (news: News) => void) => void): void {
  const say = (message: Message<News>): void => parentPort?.postMessage(message);
  try {
    body(workerData as Order, (news) => say({ news }));
    say({ done: true });
  } catch (thrown) {
    say({ refusal: asRefusal(thrown) });
  }
}
