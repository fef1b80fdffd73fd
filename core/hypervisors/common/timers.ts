/** What is due next: timers in virtual time, kept in a binary heap; equal times fire in the order they were set. */
import type { Cycles } from '../../seams/addresses.ts';

/** One timer of somebody; set and stopped through {@link Timers}. */
export interface Timer {
  /** Infinity: not set. */
  at: Cycles;
  readonly fire: (now: Cycles) => void;
  /** Position in the heap, -1 when not set; order of setting. For {@link Timers} only. */
  slot: number;
  serial: number;
  heap: Timers | undefined;
}

export const createTimer = (fire: (now: Cycles) => void): Timer => ({
  at: Number.POSITIVE_INFINITY,
  fire,
  slot: -1,
  serial: 0,
  heap: undefined,
});

const before = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.serial < b.serial);

export class Timers {
  private readonly heap: Timer[] = [];
  private serial = 0;

  /** When the next timer is due; Infinity: none. */
  get next(): Cycles {
    return this.heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** (Re)sets `timer`, whichever heap it was on. */
  set(timer: Timer, at: Cycles): void {
    stopTimer(timer);
    timer.at = at;
    if (at === Number.POSITIVE_INFINITY) return;
    timer.heap = this;
    timer.serial = this.serial++;
    timer.slot = this.heap.length;
    this.heap.push(timer);
    this.rise(timer);
  }

  /** Fires what is due; a timer may be set again from its own function. */
  run(now: Cycles): void {
    for (let timer = this.heap[0]; timer !== undefined && timer.at <= now; timer = this.heap[0]) {
      stopTimer(timer);
      timer.fire(now);
    }
  }

  /** For {@link stopTimer}. */
  remove(timer: Timer): void {
    const last = this.heap.pop();
    if (last !== undefined && last !== timer) {
      this.place(last, timer.slot);
      this.sink(last);
      this.rise(last);
    }
    timer.slot = -1;
  }

  private place(timer: Timer, slot: number): void {
    this.heap[slot] = timer;
    timer.slot = slot;
  }

  private rise(timer: Timer): void {
    while (timer.slot > 0) {
      const parent = this.heap[(timer.slot - 1) >>> 1];
      if (parent === undefined || !before(timer, parent)) return;
      const slot = parent.slot;
      this.place(parent, timer.slot);
      this.place(timer, slot);
    }
  }

  private sink(timer: Timer): void {
    for (;;) {
      const left = this.heap[2 * timer.slot + 1];
      const right = this.heap[2 * timer.slot + 2];
      const child = left !== undefined && right !== undefined && before(right, left) ? right : left;
      if (child === undefined || !before(child, timer)) return;
      const slot = child.slot;
      this.place(child, timer.slot);
      this.place(timer, slot);
    }
  }
}

export const stopTimer = (timer: Timer): void => {
  timer.heap?.remove(timer);
  timer.heap = undefined;
  timer.at = Number.POSITIVE_INFINITY;
};
