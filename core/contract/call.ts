/** The form of a call: who answers it, what it takes, what it gives, and whether it changes anything. */
import type * as z from 'zod';

export type Answerer = 'desk' | 'clouds' | 'world' | 'planner';

export interface Call<Q extends z.ZodType = z.ZodType, A extends z.ZodType = z.ZodType, B extends Answerer = Answerer> {
  readonly by: B;
  readonly request: Q;
  readonly answer: A;
  /** Changes something: it is written to the audit log. */
  readonly changes: boolean;
  /** Milliseconds after which the caller is told that nobody reacts. */
  readonly patience: number;
}

const PATIENCE = 15_000;

export function reads<Q extends z.ZodType, A extends z.ZodType, B extends Answerer>(
  by: B,
  request: Q,
  answer: A,
  patience = PATIENCE,
): Call<Q, A, B> {
  return { by, request, answer, changes: false, patience };
}

export function changes<Q extends z.ZodType, A extends z.ZodType, B extends Answerer>(
  by: B,
  request: Q,
  answer: A,
  patience = PATIENCE,
): Call<Q, A, B> {
  return { by, request, answer, changes: true, patience };
}
