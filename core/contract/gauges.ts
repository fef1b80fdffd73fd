/** What is measured of every machine and instance each second, and how to write it. A reading is a row of numbers in this order. */
import * as z from 'zod';
import { moment, unitId } from './shapes.ts';

export const GAUGES = [
  { name: 'cpu', unit: 'percent' },
  { name: 'hostCpu', unit: 'percent' },
  { name: 'memory', unit: 'mebibytes' },
  { name: 'diskRead', unit: 'bytes-per-second' },
  { name: 'diskWrite', unit: 'bytes-per-second' },
  { name: 'netIn', unit: 'bytes-per-second' },
  { name: 'netOut', unit: 'bytes-per-second' },
  { name: 'steal', unit: 'percent' },
  { name: 'exits', unit: 'per-second' },
  { name: 'hypercalls', unit: 'per-second' },
  { name: 'sharedMemory', unit: 'mebibytes' },
] as const;

export type GaugeName = (typeof GAUGES)[number]['name'];
export type GaugeUnit = (typeof GAUGES)[number]['unit'];

export const gaugeName = z.enum(GAUGES.map((gauge) => gauge.name) as [GaugeName, ...GaugeName[]]);

/** One second of one process: every unit it holds, one row each. */
export const readings = z.object({
  at: moment,
  /** Seconds of the emulated world. */
  virtualSeconds: z.number(),
  rows: z.array(z.object({ unit: unitId, values: z.array(z.number()) })),
});

/** How often something happened per second, by reason, at one layer. */
export const exitRow = z.object({
  layer: z.enum(['first', 'second']),
  reason: z.string(),
  perSecond: z.number(),
  total: z.number(),
  cyclesEach: z.number(),
  /** Percent of one CPU that this comes to. */
  cpu: z.number(),
});

export const history = z.object({
  from: moment,
  /** Milliseconds between points. */
  step: z.number().positive(),
  mean: z.array(z.number()),
  low: z.array(z.number()),
  high: z.array(z.number()),
});

export type Readings = z.output<typeof readings>;
export type ExitRow = z.output<typeof exitRow>;
export type History = z.output<typeof history>;
/** Position of a gauge in a row. */
export const gaugeIndex = Object.fromEntries(GAUGES.map((gauge, index) => [gauge.name, index])) as Readonly<
  Record<GaugeName, number>
>;
