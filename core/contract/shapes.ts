/** Small schemas that many calls share. */
import './jitless.ts';
import * as z from 'zod';

/** Identifies an instance: `i` and a number, never used again. */
export const instanceId = z.string().regex(/^i\d{1,9}$/, 'an instance is named like i3');
/** Identifies a virtual machine: its instance, a dot, a number. */
export const machineId = z.string().regex(/^i\d{1,9}\.\d{1,9}$/, 'a machine is named like i3.7');
/** An instance or a machine. */
export const unitId = z.string().regex(/^i\d{1,9}(\.\d{1,9})?$/, 'a unit is named like i3 or i3.7');
export const taskId = z.string().min(1).max(64);
/** What people call a thing: starts with a letter or digit, safe as a host name. */
export const name = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i, 'letters, digits and dashes, at most 63');
export const label = z.string().trim().min(1).max(40);
export const note = z.string().max(4000);
export const count = z.number().int().nonnegative();
export const positive = z.number().int().positive();
export const amount = z.number().nonnegative();
/** Milliseconds since 1970, wall time. */
export const moment = z.number().nonnegative();
export const nothing = z.strictObject({});
export const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'bytes are expected');
export const done = z.object({});

/** The instance a machine lives in. */
export function instanceOf(unit: string): string {
  const dot = unit.indexOf('.');
  return dot < 0 ? unit : unit.slice(0, dot);
}
