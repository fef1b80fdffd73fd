/** The interval timer: counts read back, modes, gate, and the interrupt of counter 0. */
import { describe, expect, it } from 'vitest';
import { Pit } from './device.ts';
import { PitCounter } from './model.ts';

const load = (counter: PitCounter, mode: number, value: number, now = 0): void => {
  counter.configure({ mode, access: 3, bcd: false });
  counter.write(value & 0xff, now);
  counter.write(value >> 8, now);
};
const count = (counter: PitCounter, now: number): number => counter.read(now) | (counter.read(now) << 8);

describe('PitCounter', () => {
  it('counts down once in mode 0 and then keeps its output high', () => {
    const counter = new PitCounter();
    load(counter, 0, 1000);
    expect(count(counter, 400)).toBe(600);
    expect([counter.output(999), counter.output(1000), counter.output(5000)]).toEqual([false, true, true]);
    expect(counter.nextRise(10)).toBe(1000);
    expect(counter.nextRise(1000)).toBe(Number.POSITIVE_INFINITY);
    expect(count(counter, 1001)).toBe(0xffff);
  });

  it('repeats in modes 2 and 3', () => {
    const counter = new PitCounter();
    load(counter, 2, 100, 7);
    expect(counter.nextRise(7)).toBe(107);
    expect(counter.nextRise(250)).toBe(307);
    expect(count(counter, 107 + 30)).toBe(70);
    load(counter, 3, 100);
    expect([counter.output(10), counter.output(60), counter.output(110)]).toEqual([true, false, true]);
    expect(count(counter, 10)).toBe(80);
  });

  it('latches count and status until they are read', () => {
    const counter = new PitCounter();
    load(counter, 2, 0x1234);
    counter.latchCount(0x34);
    expect(count(counter, 0x500)).toBe(0x1200);
    counter.latchStatus(1);
    expect(counter.read(1) & 0x3f).toBe(0x34);
  });

  it('holds while its gate is low', () => {
    const counter = new PitCounter();
    counter.setGate(false, 0);
    load(counter, 0, 500);
    expect(counter.nextRise(0)).toBe(Number.POSITIVE_INFINITY);
    counter.setGate(true, 1000);
    expect(counter.nextRise(1000)).toBe(1500);
  });
});

describe('Pit', () => {
  it('raises line 0 at the rate that was set', () => {
    let now = 0;
    let edges = 0;
    const pit = new Pit(
      (level) => {
        if (level) edges++;
      },
      () => now,
      1_193_182 * 10,
    );
    for (const [port, value] of [
      [3, 0x34],
      [0, 0xe8],
      [0, 0x03],
    ] as const) {
      pit.ports.write(port, 1, value, 0);
    }
    for (let i = 1; i <= 5; i++) {
      expect(pit.due()).toBe(i * 10_000);
      now = pit.due();
      pit.advance(now);
    }
    expect(edges).toBe(5);
  });

  it('shows the output of counter 2 at port B once its gate is open', () => {
    let now = 0;
    const pit = new Pit(
      () => undefined,
      () => now,
      1_193_182,
    );
    pit.portB.write(0, 1, 0x01, 0);
    for (const [port, value] of [
      [3, 0xb0],
      [2, 0x64],
      [2, 0x00],
    ] as const) {
      pit.ports.write(port, 1, value, 0);
    }
    expect(pit.portB.read(0, 1, 0) & 0x20).toBe(0);
    now = 100;
    expect(pit.portB.read(0, 1, 0) & 0x20).toBe(0x20);
  });
});
