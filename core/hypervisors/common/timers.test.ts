/** Timers fire in order of time, then of setting; the clock agrees with the arithmetic of the guest. */
import { describe, expect, it } from 'vitest';
import { Clock, rateOf } from './timekeeping.ts';
import { createTimer, stopTimer, Timers } from './timers.ts';

describe('timers', () => {
  it('fire in order, and may be moved and stopped', () => {
    const timers = new Timers();
    const fired: number[] = [];
    const made = Array.from({ length: 50 }, (_, index) => createTimer(() => fired.push(index)));
    for (const [index, timer] of made.entries()) timers.set(timer, (index * 37) % 50);
    const [moved, stopped] = [made[3], made[7]];
    if (moved === undefined || stopped === undefined) throw new Error('made above');
    timers.set(moved, 1000);
    stopTimer(stopped);
    timers.run(999);
    expect(fired).toHaveLength(48);
    const times = fired.map((index) => (index * 37) % 50);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(timers.next).toBe(1000);
    timers.run(1000);
    expect(fired.at(-1)).toBe(3);
    expect(timers.next).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('clock', () => {
  it.each([300e6, 1e9, 2e9, 2.93e9])('at %d Hz shows what a guest computes', (frequency) => {
    const clock = new Clock(frequency);
    const { multiplier, shift } = rateOf(frequency);
    for (const cycles of [0, 1, 12_345, 9_876_543_210, 10_548_000_000_000]) {
      const guest = ((BigInt(cycles) << BigInt(shift)) * BigInt(multiplier)) >> 32n;
      expect(Math.abs(Number(guest) - clock.toNanoseconds(cycles))).toBeLessThanOrEqual(1);
    }
    const deadline = 123_456_789_012;
    expect(clock.toNanoseconds(clock.toCycles(deadline))).toBeGreaterThanOrEqual(deadline);
  });
});
