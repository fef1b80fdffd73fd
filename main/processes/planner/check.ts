/** Checks of plans beside the work of the planner: one at a time, in a thread of its own, as a task that can be cancelled. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Refusal } from '../../../core/base/refusal.ts';
import { checkRows, type MeasuredPoint, type Partition, type PlannedCheck } from '../../../core/cloud/check.ts';
import type { Answer } from '../../../core/contract/calls.ts';
import type { RefusalShape } from '../../../core/contract/tasks.ts';
import type { Begin } from '../../../core/contract/wire.ts';
import type { Works } from '../../../core/service/works.ts';
import { usesImages } from '../../../core/worlds/catalogue.ts';
import type { CheckNews } from '../../../core/cloud/check.ts';
import type { Work } from '../../../core/worlds/desk.ts';
import { makeImage } from '../images.ts';

export interface CheckOrder {
  readonly dataFolder: string;
  readonly folder: string;
  readonly partition: Partition;
}
export type CheckMessage = { news: CheckNews } | { done: true } | { refusal: RefusalShape };

type Checked = Answer<'plan.checked'>;
/** Checks whose answers are remembered. */
const REMEMBERED = 16;
const LOOK_EVERY = 200;

export class Checks {
  readonly #found = new Map<string, Checked>();

  constructor(
    private readonly works: Works,
    private readonly begin: Begin,
  ) {}

  /** @returns the task */
  start(key: string, title: string, planned: PlannedCheck): string {
    if (this.works.busy)
      throw new Refusal(
        'check-running',
        'Another check is under way.',
        'Wait until it has ended, or cancel it on the Tasks page.',
      );
    const points: MeasuredPoint[] = [];
    const spec = { title: 'task.checkPlan', values: { plan: title }, unit: null };
    const { id } = this.works.begin(spec, async (work) => {
      if (usesImages) await makeImage(this.begin, { kind: 'ready', name: 'default' }, work);
      await this.#measure(planned.partition, work, (point) => {
        points.push(point);
        this.#keep(key, { task: id, rows: checkRows(planned.plans, points) });
      });
    });
    this.#keep(key, { task: id, rows: [] });
    return id;
  }

  found(key: string): Checked {
    return this.#found.get(key) ?? { task: null, rows: [] };
  }

  #keep(key: string, found: Checked): void {
    this.#found.delete(key);
    this.#found.set(key, found);
    for (const oldest of this.#found.keys()) {
      if (this.#found.size <= REMEMBERED) break;
      this.#found.delete(oldest);
    }
  }

  #measure(partition: Partition, work: Work, measured: (point: MeasuredPoint) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const { dataFolder, folder } = this.begin;
      const workerData: CheckOrder = { dataFolder, folder, partition };
      const worker = new Worker(join(import.meta.dirname, 'plan-checker.mjs'), { workerData });
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
      worker.on('message', (message: CheckMessage) => {
        if ('news' in message) {
          const { done, of, step, point } = message.news;
          if (point !== undefined) measured(point);
          work.progress(done, of, step);
        } else if ('done' in message) end(resolve);
        else {
          const { code, message: sentence, remedy } = message.refusal;
          end(() => reject(new Refusal(code, sentence, remedy)));
        }
      });
      worker.on('error', (error) => end(() => reject(error)));
    });
  }
}
