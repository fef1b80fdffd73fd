/** Who answers for an instance's charge: machines by what they reserved or used, the second layer, and idle as its own row. */
import * as z from 'zod';
import { Refusal } from '../base/refusal.ts';
import type { Charge, Nano } from './billing.ts';
import {
  add,
  apportion,
  compare,
  divide,
  fraction,
  fromNumber,
  multiply,
  ONE,
  type Rational,
  subtract,
  sum,
  whole,
  ZERO,
} from './rational.ts';
import { checked } from './refuse.ts';

const moment = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const level = z.number().finite().min(0).max(1e12);

/** What a machine held, or drew on average, during a span; the second layer's own share is a row with `part: 'own'`. */
export const spanSchema = z
  .strictObject({
    machine: z.string().min(1),
    part: z.enum(['machine', 'own']).default('machine'),
    fromMs: moment,
    toMs: moment,
    cpuUnits: level,
    memoryMb: level,
  })
  .refine((span) => span.toMs >= span.fromMs, 'ends before it starts');

export type Span = z.input<typeof spanSchema>;

export interface Capacity {
  readonly cpuUnits: number;
  readonly memoryMb: number;
  /** The part of the price that CPU answers for; memory answers for the rest. Half, unless said otherwise. */
  readonly cpuPart?: number;
}

export interface ShareRow {
  readonly part: 'machine' | 'own' | 'idle';
  readonly machine: string | null;
  /** Of the instance's charge; all rows add up to one exactly. */
  readonly share: Rational;
  readonly amount: Nano;
}

const USAGE = {
  code: 'usage-invalid',
  noun: 'The usage record',
  remedy: 'Give times in whole milliseconds and levels that are not negative.',
};

type Checked = z.output<typeof spanSchema>;

/** To the millionth: what was measured has no more digits, and fractions stay short. */
const exactLevel = (value: number): Rational => fraction(BigInt(Math.round(value * 1e6)), 1_000_000n);

/** Share of capacity that each active span takes; if together they hold more than there is, each is scaled down alike. */
function sharesOf(active: readonly Checked[], capacity: Capacity): Rational[] {
  const half = fromNumber(capacity.cpuPart ?? 0.5);
  const scaled = (levels: readonly number[], total: number): Rational[] => {
    const parts = levels.map((it) => divide(exactLevel(it), exactLevel(total)));
    const all = sum(parts);
    return compare(all, ONE) > 0 ? parts.map((it) => divide(it, all)) : parts;
  };
  const cpu = scaled(
    active.map((it) => it.cpuUnits),
    capacity.cpuUnits,
  );
  const memory = scaled(
    active.map((it) => it.memoryMb),
    capacity.memoryMb,
  );
  return cpu.map((it, index) => add(multiply(half, it), multiply(subtract(ONE, half), memory[index] ?? ZERO)));
}

/** Splits the charge of a lease over its time by the spans; `shareIdle` hands the idle row to the machines in proportion. */
export function apportionCharge(charge: Charge, spans: readonly Span[], capacity: Capacity, shareIdle = false): ShareRow[] {
  if (!(capacity.cpuUnits > 0 && capacity.memoryMb > 0)) {
    throw new Refusal('usage-invalid', 'The capacity of an instance must be above zero.', USAGE.remedy);
  }
  const { startMs, endMs } = charge.lease;
  const list = checked(z.array(spanSchema), spans, USAGE).map((it) => ({
    ...it,
    fromMs: Math.max(it.fromMs, startMs),
    toMs: Math.min(it.toMs, endMs),
  }));
  const cuts = [
    ...new Set([startMs, endMs, ...list.filter((it) => it.toMs > it.fromMs).flatMap((it) => [it.fromMs, it.toMs])]),
  ].sort((a, b) => a - b);
  const held = new Map<string, { part: 'machine' | 'own'; share: Rational }>();
  const length = whole(endMs - startMs);
  for (let index = 0; index + 1 < cuts.length; index += 1) {
    const [from = 0, to = 0] = [cuts[index], cuts[index + 1]];
    const active = list.filter((it) => it.fromMs <= from && it.toMs >= to);
    const weight = divide(whole(to - from), length);
    sharesOf(active, capacity).forEach((share, at) => {
      const span = active[at];
      if (span === undefined) return;
      const before = held.get(span.machine)?.share ?? ZERO;
      held.set(span.machine, { part: span.part, share: add(before, multiply(weight, share)) });
    });
  }
  return rowsOf(charge, held, shareIdle);
}

function rowsOf(
  charge: Charge,
  held: ReadonlyMap<string, { part: 'machine' | 'own'; share: Rational }>,
  shareIdle: boolean,
): ShareRow[] {
  const named = [...held].map(([machine, it]) => ({ machine, ...it }));
  const machines = sum(named.filter((it) => it.part === 'machine').map((it) => it.share));
  const idle = subtract(ONE, sum(named.map((it) => it.share)));
  const handOut = shareIdle && machines.n > 0n;
  const grown = handOut ? divide(add(machines, idle), machines) : ONE;
  const rows = named.map((it) => ({
    part: it.part,
    machine: it.machine as string | null,
    share: it.part === 'machine' ? multiply(it.share, grown) : it.share,
  }));
  const all = [...rows, { part: 'idle' as const, machine: null, share: handOut ? fraction(0n) : idle }];
  const amounts = apportion(
    charge.usage,
    all.map((it) => it.share),
  );
  return all.map((it, index) => ({ ...it, amount: amounts[index] ?? 0n }));
}
