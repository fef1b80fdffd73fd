/** What a provider charges for leases: every started period in full, in virtual time. */
import * as z from 'zod';
import { type Catalogue, money, type Price, typeOf } from './catalogue.ts';
import { priceOf } from './price.ts';
import { fraction, multiply, type Rational, toDecimal, whole, ZERO } from './rational.ts';
import { checked } from './refuse.ts';

/** Virtual time in whole milliseconds; exact for 285,000 years. */
const moment = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const leaseSchema = z
  .strictObject({
    instance: z.string().min(1),
    type: z.string().min(1),
    choice: z.strictObject({
      model: z.enum(['on-demand', 'reserved', 'spot']),
      termYears: z.number().int().optional(),
      option: z.string().optional(),
    }),
    startMs: moment,
    /** The moment up to which the lease is billed; the end, or now. */
    endMs: moment,
  })
  .refine((lease) => lease.endMs >= lease.startMs, 'ends before it starts');

export type Lease = z.output<typeof leaseSchema>;

/** Money is kept in billionths of the currency's unit: whole numbers, so that sums are exact. */
export type Nano = bigint;

export interface Charge {
  readonly lease: Lease;
  readonly price: Price;
  /** Started periods of `catalogue.billing.perSeconds`. */
  readonly periods: bigint;
  readonly usage: Nano;
  /** Due once when a reserved lease starts. */
  readonly upfront: Nano;
}

const BILLION = fraction(1_000_000_000n);

/** Nearest billionth, half to even. */
const toNano = (amount: Rational): Nano => BigInt(toDecimal(multiply(amount, BILLION), 0));
export const fromNano = (amount: Nano): Rational => fraction(amount, 1_000_000_000n);
/** Nine digits: exact. */
export const nanoText = (amount: Nano): string => {
  const [units = '0', part = ''] = toDecimal(fromNano(amount), 9).split('.');
  return `${units}.${part.padEnd(2, '0')}`;
};

const USAGE = {
  code: 'usage-invalid',
  noun: 'The usage record',
  remedy: 'Times are whole milliseconds of virtual time, and an end is not before its start.',
};

/** Started periods between two moments; nothing is charged for a lease that never ran. */
function startedPeriods(catalogue: Catalogue, durationMs: number): bigint {
  if (durationMs === 0) return 0n;
  const seconds = BigInt(durationMs) / 1000n + (durationMs % 1000 === 0 ? 0n : 1n);
  const least = BigInt(catalogue.billing.minimumSeconds);
  const period = BigInt(catalogue.billing.perSeconds);
  const billed = seconds < least ? least : seconds;
  return (billed + period - 1n) / period;
}

/** The charge for one lease. */
export function chargeOf(catalogue: Catalogue, input: Lease): Charge {
  const lease = checked(leaseSchema, input, USAGE);
  const price = priceOf(typeOf(catalogue, lease.type), lease.choice);
  const periods = startedPeriods(catalogue, lease.endMs - lease.startMs);
  const hours = multiply(fraction(periods), fraction(BigInt(catalogue.billing.perSeconds), 3600n));
  const upfront = price.model === 'reserved' ? money(price.upfront) : ZERO;
  return { lease, price, periods, usage: toNano(multiply(hours, money(price.perHour))), upfront: toNano(upfront) };
}

/** Length of a span in hours, for a person. */
export const hoursText = (fromMs: number, toMs: number): string =>
  toDecimal(multiply(whole(toMs - fromMs), fraction(1n, 3_600_000n)), 6);
