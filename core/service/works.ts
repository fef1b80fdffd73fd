/** Long work of a process as tasks: numbered, reported at a bearable rate, cancellable, ended exactly once. */
import { inspect } from 'node:util';
import { Refusal } from '../base/refusal.ts';
import { asRefusal, REFUSALS } from '../contract/refusals.ts';
import type { Task } from '../contract/tasks.ts';
import type { Work } from '../worlds/desk.ts';
import type { Edge } from './edge.ts';

const REPORT_EVERY = 120;

export interface WorkSpec {
  readonly title: string;
  readonly values: Record<string, string>;
  readonly unit: string | null;
  readonly measure?: Task['measure'];
  readonly parent?: string;
  readonly cancellable?: boolean;
}

export class Works {
  private readonly cancelled = new Set<string>();
  private readonly running = new Set<string>();
  private next = 1;

  constructor(
    private readonly edge: Edge,
    private readonly prefix: string,
  ) {}

  get busy(): boolean {
    return this.running.size > 0;
  }

  cancel(id: string): void {
    if (this.running.has(id)) this.cancelled.add(id);
  }

  /** Begins the work and returns its id at once; `ended` resolves with whether it was done. */
  begin(spec: WorkSpec, body: (work: Work, id: string) => Promise<void>): { id: string; ended: Promise<boolean> } {
    const id = `${this.prefix}-${process.pid}-${this.next++}`;
    let task: Task = {
      id,
      title: spec.title,
      values: spec.values,
      unit: spec.unit,
      parent: spec.parent ?? null,
      state: 'running',
      startedAt: Date.now(),
      endedAt: null,
      done: 0,
      of: 0,
      measure: spec.measure ?? 'steps',
      step: '',
      cancellable: spec.cancellable ?? true,
      failure: null,
    };
    this.running.add(id);
    const tell = (): void => this.edge.tell({ name: 'task.changed', fact: { task } });
    let told = 0;
    const work: Work = {
      progress: (done, of, step) => {
        const news = step !== task.step;
        task = { ...task, done, of, step };
        const now = Date.now();
        if (news || now - told > REPORT_EVERY) {
          told = now;
          tell();
        }
      },
      say: (line) => this.edge.tell({ name: 'task.said', fact: { task: id, lines: [line] } }),
      check: () => {
        if (this.cancelled.has(id)) throw new Refusal('cancelled', REFUSALS.cancelled.message, REFUSALS.cancelled.remedy);
      },
    };
    tell();
    const ended = Promise.resolve()
      .then(() => body(work, id))
      .then(
        () => ({ state: 'done' as const, failure: null }),
        (thrown: unknown) => {
          const failure = asRefusal(thrown);
          if (failure.code === 'internal') process.stderr.write(`${inspect(thrown)}\n`);
          return failure.code === 'cancelled'
            ? { state: 'cancelled' as const, failure: null }
            : { state: 'failed' as const, failure };
        },
      )
      .then((outcome) => {
        this.running.delete(id);
        this.cancelled.delete(id);
        task = { ...task, ...outcome, endedAt: Date.now() };
        tell();
        return outcome.state === 'done';
      });
    return { id, ended };
  }
}
