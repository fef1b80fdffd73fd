/** All long work of all processes: what runs, what ended, what it said; kept across restarts. */
import { join } from 'node:path';
import * as z from 'zod';
import { refusalOf } from '../core/contract/refusals.ts';
import { type Task, task as taskSchema } from '../core/contract/tasks.ts';
import { Records } from './records.ts';

const KEPT = 400;
const LINES = 500;
const ended = z.object({ task: taskSchema, lines: z.array(z.string()) });

export class Tasks {
  private readonly running = new Map<string, { task: Task; process: string }>();
  private readonly lines = new Map<string, string[]>();
  private readonly history: Records<z.output<typeof ended>>;

  constructor(folder: string) {
    this.history = new Records(join(folder, 'tasks.jsonl'), ended, KEPT);
  }

  get all(): Task[] {
    return [...[...this.running.values()].map((entry) => entry.task), ...this.history.all.map((entry) => entry.task).reverse()];
  }

  processOf(id: string): string | undefined {
    return this.running.get(id)?.process;
  }

  hear(process: string, task: Task): void {
    if (task.state === 'running') this.running.set(task.id, { task, process });
    else if (this.running.delete(task.id) || task.endedAt !== null) {
      this.history.add({ task, lines: this.lines.get(task.id) ?? [] });
      this.lines.delete(task.id);
    }
  }

  say(id: string, lines: readonly string[]): void {
    this.lines.set(id, [...(this.lines.get(id) ?? []), ...lines].slice(-LINES));
  }

  log(id: string): string[] {
    return this.lines.get(id) ?? this.history.all.find((entry) => entry.task.id === id)?.lines ?? [];
  }

  forget(): void {
    this.history.clear();
  }

  /** A process ended: what it worked on has failed. @returns the tasks as they are now */
  fail(process: string, reason: string): Task[] {
    const hit = [...this.running.values()].filter((entry) => entry.process === process);
    return hit.map(({ task }) => {
      const failed: Task = {
        ...task,
        state: 'failed',
        endedAt: Date.now(),
        failure: refusalOf('process-down', `The process that did this ${reason}.`),
      };
      this.hear(process, failed);
      return failed;
    });
  }
}
