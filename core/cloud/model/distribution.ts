/**
 * The distribution of a sum of many on-off demands, exactly: the characteristic function of the sum is the product of those
 * of its parts, and one Fourier transform turns it into probabilities on a lattice.
 */
import { turn } from './elementary.ts';

/** `count` independent demands; each is `increment` with `probability`, else nothing. */
export interface Group {
  readonly count: number;
  readonly increment: number;
  readonly probability: number;
}

/** Probability of `base + k * step` is `mass[k]`. */
export interface Distribution {
  readonly base: number;
  readonly step: number;
  readonly mass: Float64Array;
}

/** Below this a demand or a probability is none; smaller doubles lose their digits. */
const NOTHING = 1e-200;

/** One value with certainty. */
export const certain = (value: number): Distribution => ({ base: value, step: 1, mass: Float64Array.of(1) });

/**
 * The lattice. Its step divides the increment of the heaviest group, so that the common case, machines of one kind, is
 * exact; an increment that falls between two points is split over both, which keeps the mean.
 */
function stepOf(groups: readonly Group[], total: number, size: number): number {
  let heaviest: Group | undefined;
  for (const group of groups) {
    if (heaviest === undefined || group.count * group.increment > heaviest.count * heaviest.increment) heaviest = group;
  }
  // Each group may overshoot by one point for each of its members.
  const room =
    size -
    1 -
    (groups.length > 1 ? groups.reduce((n, group) => n + (group === heaviest ? 0 : Math.min(group.count, size / 8)), 0) : 0);
  const points = Math.max(room, size / 2);
  const parts = heaviest === undefined ? 0 : Math.floor((points * heaviest.increment) / total);
  return heaviest !== undefined && parts >= 1 ? heaviest.increment / parts : total / points;
}

/** Places `size` roots of unity: cosines, then sines. Pure; callers that need many keep the table. */
export function roots(size: number): Float64Array {
  const table = new Float64Array(2 * size);
  for (let k = 0; k < size; k += 1) {
    const [c, s] = turn(k / size);
    table[k] = c;
    table[size + k] = s;
  }
  return table;
}

/**
 * Multiplies the characteristic function of a whole group into (re, im) at the frequencies 0 to size / 2. Scalars only: this
 * is where the planner's time goes.
 */
function multiplyIn(group: Group, step: number, table: Float64Array, re: Float64Array, im: Float64Array): void {
  const size = table.length / 2;
  const exact = group.increment / step;
  const low = Math.floor(exact + 1e-9);
  const high = Math.max(0, exact - low);
  const p = group.probability;
  const [near, far] = [p * (1 - high), p * high];
  for (let j = 0; j <= size / 2; j += 1) {
    const at = (j * low) % size;
    const next = (at + j) % size;
    // One member: nothing, or one of the two lattice points beside its increment.
    let a = 1 - p + near * (table[at] ?? 0) + far * (table[next] ?? 0);
    let b = near * (table[size + at] ?? 0) + far * (table[size + next] ?? 0);
    // To the power of `count` by squaring, collected in (c, d).
    let c = re[j] ?? 0;
    let d = im[j] ?? 0;
    for (let n = group.count; n > 0; n >>= 1) {
      if ((n & 1) === 1) {
        const x = c * a - d * b;
        d = c * b + d * a;
        c = x;
      }
      const square = a * a - b * b;
      b = 2 * a * b;
      a = square;
    }
    re[j] = c;
    im[j] = d;
  }
}

/** The distribution of `base` plus the sum of all groups. `size`, a power of two, is the number of lattice points. */
export function distributionOf(base: number, groups: readonly Group[], size: number, table = roots(size)): Distribution {
  const moving = groups.filter((group) => group.count > 0 && group.increment > NOTHING && group.probability > NOTHING);
  const total = moving.reduce((sum, group) => sum + group.count * group.increment, 0);
  const always = moving.filter((group) => group.probability >= 1);
  if (always.length === moving.length) return certain(base + total);
  const shift = always.reduce((sum, group) => sum + group.count * group.increment, 0);
  const random = moving.filter((group) => group.probability < 1);
  const step = stepOf(random, total - shift, size);
  const re = new Float64Array(size).fill(1, 0, size / 2 + 1);
  const im = new Float64Array(size);
  for (const group of random) multiplyIn(group, step, table, re, im);
  // The sum is real, so the other half is the mirror image.
  for (let j = 1; j < size / 2; j += 1) {
    re[size - j] = re[j] ?? 0;
    im[size - j] = -(im[j] ?? 0);
  }
  transform(re, im, table);
  return { base: base + shift, step, mass: normalised(re) };
}

/** What rounding left below zero is nothing; the rest is scaled to one. */
function normalised(values: Float64Array): Float64Array {
  let sum = 0;
  for (let k = 0; k < values.length; k += 1) {
    const value = values[k] ?? 0;
    values[k] = value > 1e-15 * values.length ? value : 0;
    sum += values[k] ?? 0;
  }
  for (let k = 0; k < values.length; k += 1) values[k] = (values[k] ?? 0) / sum;
  return values;
}

/** Fourier transform in place, radix two, with e^(-2 pi i j k / size). */
function transform(re: Float64Array, im: Float64Array, table: Float64Array): void {
  const size = re.length;
  for (let i = 1, j = 0; i < size; i += 1) {
    let bit = size >> 1;
    for (; (j & bit) !== 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      const [x, y] = [re[i] ?? 0, im[i] ?? 0];
      re[i] = re[j] ?? 0;
      im[i] = im[j] ?? 0;
      re[j] = x;
      im[j] = y;
    }
  }
  for (let length = 2; length <= size; length *= 2) {
    const half = length / 2;
    const stride = size / length;
    for (let start = 0; start < size; start += length) {
      for (let k = 0; k < half; k += 1) {
        const c = table[k * stride] ?? 0;
        const s = -(table[size + k * stride] ?? 0);
        const i = start + k;
        const j = i + half;
        const x = (re[j] ?? 0) * c - (im[j] ?? 0) * s;
        const y = (re[j] ?? 0) * s + (im[j] ?? 0) * c;
        re[j] = (re[i] ?? 0) - x;
        im[j] = (im[i] ?? 0) - y;
        re[i] = (re[i] ?? 0) + x;
        im[i] = (im[i] ?? 0) + y;
      }
    }
  }
}

/** Calls `take` with each value that can occur and its probability, from the smallest. */
export function each(it: Distribution, take: (value: number, probability: number) => void): void {
  for (let k = 0; k < it.mass.length; k += 1) {
    const probability = it.mass[k] ?? 0;
    if (probability > 0) take(it.base + k * it.step, probability);
  }
}

/** P(value > limit). A value within a millionth of a step of the limit counts as not above it. */
export function above(it: Distribution, limit: number): number {
  let sum = 0;
  each(it, (value, probability) => {
    if (value > limit + it.step * 1e-6) sum += probability;
  });
  return Math.min(1, sum);
}

export function mean(it: Distribution): number {
  let sum = 0;
  each(it, (value, probability) => {
    sum += value * probability;
  });
  return sum;
}
