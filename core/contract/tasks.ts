/** Long work: what it is, how far it got, and what it said. */
import * as z from 'zod';
import { amount, moment, taskId, unitId } from './shapes.ts';

export const refusalShape = z.object({ code: z.string(), message: z.string(), remedy: z.string() });

const taskState = z.enum(['running', 'done', 'failed', 'cancelled']);

export const task = z.object({
  id: taskId,
  /** Key of the sentence that names the work, and what fills its gaps. */
  title: z.string(),
  values: z.record(z.string(), z.string()),
  /** What it is about. */
  unit: unitId.nullable(),
  /** The task it is a part of. */
  parent: taskId.nullable(),
  state: taskState,
  startedAt: moment,
  endedAt: moment.nullable(),
  /** Amount done, of how much, in what; `of` 0 when nobody can know. */
  done: amount,
  of: amount,
  measure: z.enum(['steps', 'bytes', 'machines', 'seconds']),
  /** What it does at the moment. */
  step: z.string(),
  cancellable: z.boolean(),
  failure: refusalShape.nullable(),
});

export type Task = z.output<typeof task>;
export type RefusalShape = z.output<typeof refusalShape>;
