/** What it costs: since start, and at this rate. */
import * as z from 'zod';
import { amount, instanceId, machineId, moment } from './shapes.ts';

/** By what machines answer for the charge of their instance, and whether they answer for what nobody held or used, too. */
export const apportioning = z.strictObject({ by: z.enum(['reservation', 'use']), shareIdle: z.boolean() });

/** What machines drew on average since the last such account. */
export const use = z.object({
  instance: instanceId,
  from: moment,
  to: moment,
  machines: z.array(
    z.object({
      machine: machineId,
      /** Percent of the processors of the instance. */
      cpu: amount,
      memoryMib: amount,
    }),
  ),
});

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
  apportioning,
});

export type SpendRow = z.output<typeof spendRow>;
export type Apportioning = z.output<typeof apportioning>;
export type Use = z.output<typeof use>;
export type Spend = z.output<typeof spend>;
export type Budget = z.output<typeof budget>;
