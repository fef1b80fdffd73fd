/** Devices in which something happens by itself: when it is due, and doing it. */
import type { Cycles } from '../seams/addresses.ts';

export interface Timed {
  /** When something is due next; Infinity: nothing. */
  due(): Cycles;
  /** Does everything that is due at `now`; afterwards `due()` is later than `now`. */
  advance(now: Cycles): void;
}

/** Ticks of a clock of `hertz` counted in processor cycles of `frequency`. */
export class TickClock {
  constructor(
    private readonly hertz: number,
    private readonly frequency: number,
  ) {}

  /** Whole ticks since cycle zero. */
  ticks(now: Cycles): number {
    return Math.floor((now * this.hertz) / this.frequency);
  }

  /** The first cycle at which `ticks` have passed. */
  cycles(ticks: number): Cycles {
    return Math.ceil((ticks * this.frequency) / this.hertz);
  }
}
