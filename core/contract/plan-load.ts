/** The measured load of running machines, as the planner takes it: one trace for each machine, over the same intervals. */
import './jitless.ts';
import * as z from 'zod';
import type { Machine } from './fleet.ts';
import type { History } from './gauges.ts';

const part = z.number().min(0).max(1);

export const loadTrace = z.strictObject({
  name: z.string().min(1).max(60),
  vcpus: z.number().int().min(1).max(512),
  memoryMb: z.number().positive(),
  diskGb: z.number().min(0),
  weight: z.number().int().min(1).max(65_535),
  capPercent: z.number().int().min(0).max(51_200),
  intervalSeconds: z.number().min(0.1).max(86_400),
  /** Hour of the day of the first sample. */
  firstHour: z.number().min(0).lt(24),
  /** Of its virtual CPUs, one for each interval. */
  cpu: z.array(part).min(2).max(100_000),
  networkMbps: z.array(z.number().min(0)),
});
export type LoadTrace = z.output<typeof loadTrace>;

export interface LoadHistories {
  readonly cpu: History;
  readonly netIn: History;
  readonly netOut: History;
}

/** A day in minutes shows when machines are busy; what has not run that long is looked at in seconds. */
const DAY = 86_400;
const QUARTER_OF_AN_HOUR = 900;
/** Points of a history of minutes from which it says more than one of seconds. */
const ENOUGH = 30;

/** The histories that a trace is made of, from wherever histories are read. */
export async function loadHistories(
  read: (gauge: keyof LoadHistories, seconds: number) => Promise<History>,
): Promise<LoadHistories> {
  const day = await read('cpu', DAY);
  const seconds = day.mean.length >= ENOUGH ? DAY : QUARTER_OF_AN_HOUR;
  const [cpu, netIn, netOut] = await Promise.all([read('cpu', seconds), read('netIn', seconds), read('netOut', seconds)]);
  return { cpu, netIn, netOut };
}

const BITS_PER_MEGABIT = 1e6;
const MIB_PER_GIB = 1024;

/** Undefined: there is not enough history yet. */
export function traceOf(machine: Machine, { cpu, netIn, netOut }: LoadHistories): LoadTrace | undefined {
  if (cpu.mean.length < 2) return undefined;
  const from = new Date(cpu.from);
  return {
    name: machine.name,
    vcpus: machine.vcpus,
    memoryMb: machine.memoryMib,
    diskGb: machine.disks.reduce((sum, disk) => sum + disk.sizeMib, 0) / MIB_PER_GIB,
    weight: machine.weight,
    capPercent: machine.cap,
    intervalSeconds: cpu.step / 1000,
    firstHour: from.getHours() + from.getMinutes() / 60,
    cpu: cpu.mean.map((percent) => Math.min(1, Math.max(0, percent / 100))),
    networkMbps: cpu.mean.map((_, at) => (8 * ((netIn.mean[at] ?? 0) + (netOut.mean[at] ?? 0))) / BITS_PER_MEGABIT),
  };
}
