/** Ties virtual time to the clock on the wall: never ahead of it, and what it falls behind is forgiven. */
import type { Cycles } from '../../seams/addresses.ts';

/** Milliseconds behind the wall after which virtual time gives up catching up. */
const FORGIVEN = 100;

export class Pace {
  private origin: number;

  constructor(
    private readonly frequency: number,
    /** Milliseconds of wall time. */
    private readonly wall: () => number,
  ) {
    this.origin = wall();
  }

  /** Milliseconds that `clock` is ahead of the wall; negative: behind. */
  ahead(clock: Cycles): number {
    const difference = (clock / this.frequency) * 1000 - (this.wall() - this.origin);
    if (difference < -FORGIVEN) this.origin -= difference + FORGIVEN;
    return Math.max(difference, -FORGIVEN);
  }
}
