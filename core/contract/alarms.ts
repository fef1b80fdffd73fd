/** Alarms: which reading of which units must stay on which side of a limit, and what has left it. */
import * as z from 'zod';
import { gaugeName } from './gauges.ts';
import { label, moment, positive, unitId } from './shapes.ts';

const alarmRule = z.object({
  id: z.string().regex(/^[\w-]{1,40}$/),
  gauge: gaugeName,
  comparison: z.enum(['above', 'below']),
  /** In the unit of the gauge. */
  limit: z.number().nonnegative(),
  /** Seconds without a break on the wrong side before it counts. */
  seconds: positive.max(86_400),
  about: z.enum(['machines', 'instances']),
  /** Only units with this tag; empty: all. */
  tag: label.or(z.literal('')),
  on: z.boolean(),
});

export const alarm = z.object({
  rule: z.string(),
  unit: unitId,
  /** When the reading crossed the limit. */
  since: moment,
  /** The reading when it was raised. */
  value: z.number(),
});

export const alarmRules = z.array(alarmRule).max(50);
export const alarms = z.object({ rules: alarmRules, active: z.array(alarm) });

export type AlarmRule = z.output<typeof alarmRule>;
export type Alarm = z.output<typeof alarm>;

/** What a new installation watches: machines that wait for the CPU, and ones that never rest. */
export const INITIAL_RULES: readonly AlarmRule[] = [
  { id: 'steal', gauge: 'steal', comparison: 'above', limit: 25, seconds: 300, about: 'machines', tag: '', on: true },
  { id: 'cpu', gauge: 'cpu', comparison: 'above', limit: 95, seconds: 900, about: 'machines', tag: '', on: true },
];
