/** Guest classes from the measured load of running machines, and measured slowdowns beside the predicted ones. */
import * as z from 'zod';
import type { Plan } from './plan/plan.ts';
import { checked } from './refuse.ts';
import type { ScenarioInput } from './scenario.ts';

const fraction = z.number().min(0).max(1);
const traceSchema = z.strictObject({
  name: z.string().min(1).max(63),
  vcpus: z.number().int().min(1).max(512),
  memoryMb: z.number().positive().max(1e9),
  diskGb: z.number().min(0).max(1e9).default(0),
  weight: z.number().int().min(1).max(65_535).default(256),
  capPercent: z.number().int().min(0).max(51_200).default(0),
  intervalSeconds: z.number().min(0.1).max(86_400),
  /** Hour of the day of the first sample. */
  firstHour: z.number().min(0).lt(24).default(0),
  /** Of its virtual CPUs, one for each interval; the same intervals for all machines. */
  cpu: z.array(fraction).min(2).max(1_000_000),
  /** Of its memory; the same length as `cpu`, or left out. */
  memory: z.array(fraction).default([]),
  networkMbps: z.array(z.number().min(0).max(1e9)).default([]),
});

export type Trace = z.input<typeof traceSchema>;
type Checked = z.output<typeof traceSchema>;
type GuestInput = ScenarioInput['guests'][number];

const WHAT = {
  code: 'measurement-invalid',
  noun: 'The measurement',
  remedy: 'Give at least two samples for each machine, as parts between 0 and 1.',
};
const average = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, it) => sum + it, 0) / values.length;
/** Samples busier than this part of the way from the least to the most are busy. */
const MIDDLE = 0.5;

/** Two levels that stand for a trace: what it wants when busy and when not, and for how long at a stretch. */
interface TwoLevels {
  readonly mean: number;
  readonly burst: number;
  readonly duty: number;
  readonly burstSeconds: number;
  readonly busy: readonly boolean[];
}

function twoLevels(trace: Checked): TwoLevels {
  const low = trace.cpu.reduce((a, b) => Math.min(a, b), 1);
  const high = trace.cpu.reduce((a, b) => Math.max(a, b), 0);
  const limit = low + (high - low) * MIDDLE;
  const busy = trace.cpu.map((it) => it > limit || high - low < 0.05);
  const mean = average(trace.cpu);
  const burst = Math.max(mean, average(trace.cpu.filter((_, at) => busy[at])), 0.001);
  const share = busy.filter((it) => it).length / busy.length;
  const spells = busy.filter((it, at) => it && !(busy[at - 1] ?? false)).length;
  const seconds = spells === 0 ? trace.intervalSeconds : (share * busy.length * trace.intervalSeconds) / spells;
  // Duty x burst must not be above the mean; rounding of the samples is all that could make it so.
  const duty = Math.min(share, mean / burst);
  return { mean, burst, duty, burstSeconds: Math.min(Math.max(seconds, 0.1), 86_400), busy };
}

/** Mean correlation between machines of being busy, from the variance of their sum; 0 if they are never all the same. */
function correlationOf(all: readonly TwoLevels[]): number {
  const n = all.length;
  const length = all.reduce((least, it) => Math.min(least, it.busy.length), Number.MAX_SAFE_INTEGER);
  if (n < 2 || length < 2) return 0;
  const shares = all.map((it) => it.busy.slice(0, length).filter((busy) => busy).length / length);
  const own = shares.reduce((sum, it) => sum + it * (1 - it), 0);
  if (own === 0) return 0;
  const expected = shares.reduce((sum, it) => sum + it, 0);
  let variance = 0;
  for (let at = 0; at < length; at += 1)
    variance += (all.reduce((sum, it) => sum + (it.busy[at] ? 1 : 0), 0) - expected) ** 2 / length;
  return Math.min(1, Math.max(0, (variance / own - 1) / (n - 1)));
}

/** Relative busyness by hour, if the trace covers a day; null otherwise. */
function hourlyOf(traces: readonly Checked[]): number[] | null {
  const sums = Array.from({ length: 24 }, () => ({ sum: 0, count: 0 }));
  for (const trace of traces) {
    trace.cpu.forEach((value, at) => {
      const slot = sums[Math.floor(trace.firstHour + (at * trace.intervalSeconds) / 3600) % 24];
      if (slot !== undefined) [slot.sum, slot.count] = [slot.sum + value, slot.count + 1];
    });
  }
  if (sums.some((it) => it.count === 0)) return null;
  const hours = sums.map((it) => it.sum / it.count);
  return hours.some((it) => it > 0) ? hours : null;
}

const bounds = (values: readonly number[], busy: readonly boolean[], none: number): { idle: number; burst: number } => {
  if (values.length === 0) return { idle: none, burst: none };
  const idle = values.filter((_, at) => !busy[at]);
  const burst = Math.max(average(values.filter((_, at) => busy[at])), average(idle));
  return { idle: idle.length === 0 ? burst : average(idle), burst };
};

/** Machines that are alike become one class: the same size and settings, and about the same load (a tenth). */
export function guestsFromMeasured(input: readonly Trace[]): GuestInput[] {
  const traces = checked(z.array(traceSchema).min(1).max(100_000), input, WHAT);
  const kinds = new Map<string, { trace: Checked; levels: TwoLevels }[]>();
  for (const trace of traces) {
    const levels = twoLevels(trace);
    const key = [
      trace.vcpus,
      trace.memoryMb,
      trace.diskGb,
      trace.weight,
      trace.capPercent,
      Math.round(levels.mean * 10),
      Math.round(levels.duty * 10),
    ].join(' ');
    kinds.set(key, [...(kinds.get(key) ?? []), { trace, levels }]);
  }
  return [...kinds.values()].map((members, index) => classFrom(members, `measured-${index + 1}`));
}

function classFrom(members: readonly { trace: Checked; levels: TwoLevels }[], name: string): GuestInput {
  const [first] = members;
  const of = (pick: (it: TwoLevels) => number): number => average(members.map((it) => pick(it.levels)));
  const mean = of((it) => it.mean);
  const burst = Math.max(
    mean,
    of((it) => it.burst),
  );
  const both = (pick: (trace: Checked) => readonly number[], none: number): { idle: number; burst: number } => {
    const each = members.map(({ trace, levels }) => bounds(pick(trace), levels.busy, none));
    return { idle: average(each.map((it) => it.idle)), burst: average(each.map((it) => it.burst)) };
  };
  const trace = first?.trace;
  const duty = Math.min(
    of((it) => it.duty),
    mean / burst,
  );
  return {
    name,
    count: members.length,
    vcpus: trace?.vcpus ?? 1,
    memoryMb: trace?.memoryMb ?? 1,
    diskGb: trace?.diskGb ?? 0,
    weight: trace?.weight ?? 256,
    capPercent: trace?.capPercent ?? 0,
    load: { mean, burst, burstSeconds: of((it) => it.burstSeconds), ...(duty > 0 && mean < burst ? { duty } : {}) },
    hourly: hourlyOf(members.map((it) => it.trace)),
    correlation: correlationOf(members.map((it) => it.levels)),
    workingSet: both((it) => it.memory, 1),
    networkMbps: both((it) => it.networkMbps, 0),
  };
}

export interface CheckRow {
  readonly count: number;
  readonly predicted: number;
  readonly measured: number;
  /** (measured - predicted) / predicted. */
  readonly error: number;
  readonly within: boolean;
}

/** Measured slowdowns beside predicted ones; `plans` and `measured` by machine count. `tolerance` 0.1 is ten percent. */
export function checkPlan(plans: ReadonlyMap<number, Plan>, measured: ReadonlyMap<number, number>, tolerance = 0.1): CheckRow[] {
  return [...measured].flatMap(([count, value]) => {
    const predicted = plans.get(count)?.contention.slowdown;
    if (predicted === undefined || !Number.isFinite(value)) return [];
    const error = (value - predicted) / predicted;
    return [{ count, predicted, measured: value, error, within: Math.abs(error) <= tolerance }];
  });
}
