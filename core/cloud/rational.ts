/** Exact fractions: money and shares are never rounded until they are printed. */
import { invariant } from '../base/bug.ts';

/** Always in lowest terms, denominator positive. */
export interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

const gcd = (a: bigint, b: bigint): bigint => {
  let [x, y] = [a < 0n ? -a : a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
};

/** `n / d`; the denominator is not zero. */
export function fraction(n: bigint, d = 1n): Rational {
  invariant(d !== 0n, 'a fraction has a denominator');
  if (n === 0n) return ZERO;
  const divisor = gcd(n, d < 0n ? -d : d);
  const sign = d < 0n ? -1n : 1n;
  return { n: (sign * n) / divisor, d: (sign * d) / divisor };
}

export const ZERO: Rational = { n: 0n, d: 1n };
export const ONE: Rational = { n: 1n, d: 1n };

export const add = (a: Rational, b: Rational): Rational => fraction(a.n * b.d + b.n * a.d, a.d * b.d);
export const subtract = (a: Rational, b: Rational): Rational => fraction(a.n * b.d - b.n * a.d, a.d * b.d);
export const multiply = (a: Rational, b: Rational): Rational => fraction(a.n * b.n, a.d * b.d);
/** `b` is not zero. */
export const divide = (a: Rational, b: Rational): Rational => fraction(a.n * b.d, a.d * b.n);
/** Negative, zero or positive as `a` is below, equal to or above `b`. */
export const compare = (a: Rational, b: Rational): number =>
  Number(a.n * b.d - b.n * a.d > 0n) - Number(a.n * b.d - b.n * a.d < 0n);
export const sum = (items: Iterable<Rational>): Rational => {
  let total = ZERO;
  for (const item of items) total = add(total, item);
  return total;
};

/** The smallest whole number that is not below `a`. */
export function ceiling(a: Rational): bigint {
  const quotient = a.n / a.d;
  return a.n > 0n && a.n % a.d !== 0n ? quotient + 1n : quotient;
}

/** A whole number as it is; callers pass counts and seconds, never measured values. */
export const whole = (value: number): Rational => fraction(BigInt(value));

/** The nearest double. Scales first, so that long numerators do not overflow. */
export function toNumber(a: Rational): number {
  const digits = a.d.toString(2).length - 1000;
  const shift = digits > 0 ? BigInt(digits) : 0n;
  const direct = Number(a.n >> shift) / Number(a.d >> shift);
  return Number.isFinite(direct) ? direct : Number(a.n / a.d);
}

const DECIMAL = /^([+-]?)(\d{1,30})(?:\.(\d{1,30}))?(?:[eE]([+-]?\d{1,2}))?$/;

/** Reads a decimal such as 0.085 or 1.6e-3 exactly; undefined if it is not one. */
export function parseDecimal(text: string): Rational | undefined {
  const match = DECIMAL.exec(text.trim());
  if (match === null) return undefined;
  const [, sign = '', whole = '0', part = '', power = '0'] = match;
  const exponent = Number(power) - part.length;
  const digits = BigInt(whole + part) * (sign === '-' ? -1n : 1n);
  return exponent >= 0 ? fraction(digits * 10n ** BigInt(exponent)) : fraction(digits, 10n ** BigInt(-exponent));
}

/** The exact value of a finite double's shortest decimal: what a person typed, not its binary neighbour. */
export function fromNumber(value: number): Rational {
  invariant(Number.isFinite(value), `not a finite number: ${value}`);
  const [mantissa = '0', power = '0'] = String(value).split('e');
  const exact = parseDecimal(mantissa) ?? ZERO;
  const exponent = BigInt(power);
  return multiply(exact, exponent < 0n ? fraction(1n, 10n ** -exponent) : fraction(10n ** exponent));
}

/** Decimal with at most `places` digits behind the point, rounded half to even, without trailing zeros. */
export function toDecimal(a: Rational, places: number): string {
  const scale = 10n ** BigInt(places);
  const negative = a.n < 0n;
  const scaled = (negative ? -a.n : a.n) * scale;
  let quotient = scaled / a.d;
  const twice = (scaled % a.d) * 2n;
  if (twice > a.d || (twice === a.d && quotient % 2n === 1n)) quotient += 1n;
  const digits = quotient.toString().padStart(places + 1, '0');
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`.replace(/\.?0+$/, '');
  return negative && quotient !== 0n ? `-${text}` : text;
}

/**
 * Splits `total` whole units by `weights` so that the parts add up to it exactly: everyone gets the whole part of the
 * share, the units left over go to the largest remainders, first come first served among equals.
 */
export function apportion(total: bigint, weights: readonly Rational[]): bigint[] {
  const all = sum(weights);
  if (all.n === 0n) return weights.map(() => 0n);
  const exact = weights.map((weight) => divide(multiply(fraction(total), weight), all));
  const parts = exact.map((share) => share.n / share.d);
  const left = Number(total - parts.reduce((a, b) => a + b, 0n));
  const order = exact
    .map((share, index) => ({ index, rest: subtract(share, fraction(share.n / share.d)) }))
    .sort((a, b) => compare(b.rest, a.rest) || a.index - b.index);
  for (const { index } of order.slice(0, left)) parts[index] = (parts[index] ?? 0n) + 1n;
  return parts;
}
