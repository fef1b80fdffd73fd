/** Cycles to nanoseconds in the form that guests compute themselves: ((tsc << shift) * multiplier) >> 32. */

const NANOSECONDS = 1_000_000_000;

export interface TimeScale {
  /** Unsigned 32-bit fraction. */
  readonly multiplier: number;
  /** Signed; applied before the multiplication. */
  readonly shift: number;
  nanoseconds(cycles: bigint): bigint;
}

/** @param frequency cycles per second */
export function timeScale(frequency: number): TimeScale {
  // The multiplier is normalised to [2^31, 2^32), which keeps most precision (Xen's and KVM's set_time_scale do the same).
  let shift = 0;
  let ticks = frequency;
  while (ticks > 2 * NANOSECONDS) {
    ticks /= 2;
    shift -= 1;
  }
  while (ticks <= NANOSECONDS) {
    ticks *= 2;
    shift += 1;
  }
  const multiplier = Math.floor((NANOSECONDS * 2 ** 32) / ticks);
  return {
    multiplier,
    shift,
    nanoseconds: (cycles) => ((shift < 0 ? cycles >> BigInt(-shift) : cycles << BigInt(shift)) * BigInt(multiplier)) >> 32n,
  };
}
