/** Checks a value against a schema and says which part is wrong, in a sentence a person understands. */
import type * as z from 'zod';
import { refusalOf } from './refusals.ts';
import type { RefusalShape } from './tasks.ts';

export type Checked<T> = { ok: true; value: T } | { ok: false; refusal: RefusalShape };

export function check<S extends z.ZodType>(schema: S, value: unknown): Checked<z.output<S>> {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  const first = result.error.issues[0];
  const where = first === undefined || first.path.length === 0 ? '' : `${first.path.map(String).join('.')}: `;
  return { ok: false, refusal: refusalOf('bad-request', `${where}${first?.message ?? 'not understood'}.`) };
}
