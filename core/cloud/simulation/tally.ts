/** What the simulation counts: weighted values in fixed bins, so that memory does not grow with the simulated time. */
import type { Random } from '../../base/random.ts';
import { ln } from '../model/elementary.ts';

/** Exponentially distributed with the given mean. */
export const exponential = (chance: Random, mean: number): number => -mean * ln(1 - chance.unit());

/** Weights of values between `low` and `high` in bins of equal width; the mean is kept exactly. */
export class Histogram {
  readonly bins: Float64Array;
  readonly low: number;
  readonly high: number;
  weight = 0;
  #sum = 0;

  constructor(low: number, high: number, size = 4096) {
    this.low = low;
    this.high = high > low ? high : low + 1;
    this.bins = new Float64Array(size);
  }

  add(value: number, weight: number): void {
    const at = Math.round(((value - this.low) / (this.high - this.low)) * (this.bins.length - 1));
    const bin = Math.min(Math.max(at, 0), this.bins.length - 1);
    this.bins[bin] = (this.bins[bin] ?? 0) + weight;
    this.weight += weight;
    this.#sum += value * weight;
  }

  get mean(): number {
    return this.weight > 0 ? this.#sum / this.weight : 0;
  }

  valueOf(bin: number): number {
    return this.low + (bin / (this.bins.length - 1)) * (this.high - this.low);
  }

  /** The smallest bin that is not exceeded with `probability`. */
  quantile(probability: number): number {
    let sum = 0;
    for (let bin = 0; bin < this.bins.length; bin += 1) {
      sum += this.bins[bin] ?? 0;
      if (sum >= probability * this.weight - 1e-9) return this.valueOf(bin);
    }
    return this.high;
  }

  /** Adds `other`, made with the same bounds, at `factor` times its weight. */
  merge(other: Histogram, factor: number): void {
    for (let bin = 0; bin < this.bins.length; bin += 1) this.bins[bin] = (this.bins[bin] ?? 0) + factor * (other.bins[bin] ?? 0);
    this.weight += factor * other.weight;
    this.#sum += factor * other.mean * other.weight;
  }
}

/** Slowdowns are kept by their logarithm: from 1 to 10,000 in steps of less than half a percent. */
const MOST = 10_000;
const LN_MOST = ln(MOST);
const FINE = 2048;

export class SlowdownTally {
  readonly counts = new Float64Array(FINE + 1);
  bursts = 0;
  /** Seconds of bursts as they were, and alone. */
  took = 0;
  alone = 0;

  add(took: number, alone: number): void {
    const slowdown = Math.min(Math.max(took / alone, 1), MOST);
    const bin = Math.round((ln(slowdown) / LN_MOST) * FINE);
    this.counts[bin] = (this.counts[bin] ?? 0) + 1;
    this.bursts += 1;
    this.took += took;
    this.alone += alone;
  }

  /** Mean over work, as in the closed form: all time taken over all time alone. */
  get mean(): number {
    return this.alone > 0 ? this.took / this.alone : 1;
  }

  merge(other: SlowdownTally, factor: number): void {
    for (let bin = 0; bin <= FINE; bin += 1) this.counts[bin] = (this.counts[bin] ?? 0) + factor * (other.counts[bin] ?? 0);
    this.bursts += factor * other.bursts;
    this.took += factor * other.took;
    this.alone += factor * other.alone;
  }

  /** Slowdown that a share of the bursts does not exceed. */
  quantile(probability: number): number {
    let sum = 0;
    for (let bin = 0; bin <= FINE; bin += 1) {
      sum += this.counts[bin] ?? 0;
      if (sum > 0 && sum >= probability * this.bursts - 1e-9) return slowdownOf(bin);
    }
    return 1;
  }

  /** The distribution function at each slowdown that occurred, for the picture. */
  curve(): { readonly slowdown: number; readonly share: number }[] {
    const points: { slowdown: number; share: number }[] = [];
    let sum = 0;
    for (let bin = 0; bin <= FINE; bin += 1) {
      const count = this.counts[bin] ?? 0;
      if (count === 0) continue;
      sum += count;
      points.push({ slowdown: slowdownOf(bin), share: sum / this.bursts });
    }
    return points;
  }
}

const slowdownOf = (bin: number): number => {
  // 10,000^(bin / FINE) by repeated multiplication of its parts; no Math.exp.
  let [result, power, bits] = [1, STEP, bin];
  while (bits > 0) {
    if (bits % 2 === 1) result *= power;
    power *= power;
    bits = Math.floor(bits / 2);
  }
  return result;
};

/** 10,000^(1/2048), by eleven square roots; the square root is correctly rounded everywhere. */
const STEP = Array.from({ length: 11 }).reduce<number>((it) => Math.sqrt(it), MOST);
