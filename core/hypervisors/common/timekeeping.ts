/**
 * What a guest sees of time: nanoseconds from cycles by the same multiplication that the guest does (pvclock), so that a
 * deadline computed by the guest and the moment we compute for it never differ.
 */
import type { Cycles } from '../../seams/addresses.ts';

export type Nanoseconds = number;

const TWO_32 = 0x1_0000_0000;

/** Multiplier and shift of a counter that ticks at `frequency`: ns = (cycles << shift) * multiplier / 2^32. */
export interface ClockRate {
  readonly multiplier: number;
  readonly shift: number;
}

export const rateOf = (frequency: number): ClockRate => {
  let shift = 0;
  let rate = frequency;
  while (rate < 1e9) {
    rate *= 2;
    shift += 1;
  }
  return { multiplier: Math.min(TWO_32 - 1, Math.round((1e9 / rate) * TWO_32)), shift };
};

export class Clock {
  readonly rate: ClockRate;
  private readonly perCycle: number;

  constructor(readonly frequency: number) {
    this.rate = rateOf(frequency);
    this.perCycle = (this.rate.multiplier * 2 ** this.rate.shift) / TWO_32;
  }

  toNanoseconds(cycles: Cycles): Nanoseconds {
    return Math.floor(cycles * this.perCycle);
  }

  /** The first cycle at which the clock shows `time` or more. */
  toCycles(time: Nanoseconds): Cycles {
    return Math.ceil(time / this.perCycle);
  }
}
