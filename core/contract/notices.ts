/** What a person should see: an alarm, a refusal nobody waited for, a process brought back. */
import * as z from 'zod';
import { moment, unitId } from './shapes.ts';
import { refusalShape } from './tasks.ts';

export const notice = z.object({
  at: moment,
  level: z.enum(['information', 'success', 'warning', 'failure']),
  unit: unitId.nullable(),
  /** Of the catalogue, into which the values go. */
  words: z.string(),
  values: z.record(z.string(), z.string()),
  refusal: refusalShape.nullable(),
});
export type Notice = z.output<typeof notice>;
