/** What it costs: since start, and at this rate. */
import * as z from 'zod';
import { amount, instanceId, machineId, moment } from './shapes.ts';

const spendRow = z.object({
  instance: instanceId,
  /** Null: the part of the instance that no machine answers for. */
  machine: machineId.nullable(),
  name: z.string(),
  /** Why this row has no machine. */
  part: z.enum(['machine', 'idle', 'own', 'native']),
  perHour: amount,
  sinceStart: amount,
  hours: amount,
});

export const budget = z.object({ perMonth: amount, alarmAt: z.number().min(1).max(100), on: z.boolean() });

export const spend = z.object({
  currency: z.string(),
  perHour: amount,
  sinceStart: amount,
  thisMonth: amount,
  rows: z.array(spendRow),
  /** Total per hour over time, for the chart. */
  course: z.array(z.object({ at: moment, perHour: amount, total: amount })),
  budget,
});

export type SpendRow = z.output<typeof spendRow>;
export type Spend = z.output<typeof spend>;
export type Budget = z.output<typeof budget>;
