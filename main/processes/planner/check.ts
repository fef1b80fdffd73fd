/** Checks of plans beside the work of the planner: one at a time, in a thread of its own, as a task that can be cancelled. */
import { Refusal } from '../../../core/base/refusal.ts';
import type { CheckNews } from '../../../core/cloud/check.ts';
import { checkRows, type MeasuredPoint, type Partition, type PlannedCheck } from '../../../core/cloud/check.ts';
import type { Answer } from '../../../core/contract/calls.ts';
import type { Begin } from '../../../core/contract/wire.ts';
import type { Works } from '../../../core/service/works.ts';
import { usesImages } from '../../../core/worlds/catalogue.ts';
import { makeImage } from '../images.ts';
import { runThread } from '../thread.ts';

/** What the thread is given. */
export interface CheckJob {
  readonly dataFolder: string;
  readonly folder: string;
  readonly partition: Partition;
}

type Checked = Answer<'plan.checked'>;
/** Checks whose answers are remembered. */
const REMEMBERED = 16;

export class Checks {
  readonly #found = new Map<string, Checked>();

  constructor(
    private readonly works: Works,
    private readonly begin: Begin,
  ) {}

  /** @returns the task */
  start(key: string, title: string, { partition, plans }: PlannedCheck): string {
    if (this.works.busy)
      throw new Refusal(
        'check-running',
        'Another check is under way.',
        'Wait until it has ended, or cancel it on the Tasks page.',
      );
    const { dataFolder, folder } = this.begin;
    const job: CheckJob = { dataFolder, folder, partition };
    const points: MeasuredPoint[] = [];
    const spec = { title: 'task.checkPlan', values: { plan: title }, unit: null };
    const { id } = this.works.begin(spec, async (work) => {
      if (usesImages) await makeImage(this.begin, { kind: 'ready', name: 'default' }, work);
      await runThread('plan-checker.mjs', job, work, ({ done, of, step, point }: CheckNews) => {
        work.progress(done, of, step);
        if (point === undefined) return;
        points.push(point);
        this.#keep(key, { task: id, rows: checkRows(plans, points) });
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
}
