/** The run loop: exact budgets, interruptible REP, events, and the same course however it is cut. */
import { describe, expect, it } from 'vitest';
import { CODE, DATA, type Program, program } from '../testing/program.ts';

/** A loop with stores, calls and flags that no slice boundary may disturb. */
const MIXED = `
  48 c7 c1 e8 03 00 00   ; mov rcx, 1000
  48 c7 c3 00 00 30 00   ; mov rbx, DATA
  48 01 c8 48 31 0b e8 0a 00 00 00 48 11 c2 48 ff c9 75 ed 0f 0b
  50 48 c1 c8 05 48 0f bd f0 5f c3`;

const state = (p: Program): string =>
  [...p.context.registers, p.context.rip, p.context.rflags, p.context.instructions, p.context.cycles, p.read(DATA, 8)].join(' ');

describe('budget', () => {
  it('is exact to the instruction', () => {
    const p = program('90 90 90 eb fb');
    for (let i = 1; i <= 9; i++) {
      expect(p.run(1)).toEqual({ kind: 'budget' });
      expect([p.context.cycles, p.context.instructions, Number(p.context.rip) - CODE]).toEqual([i, i, i % 4]);
    }
    p.run(1_000_003);
    expect(p.context.cycles).toBe(1_000_012);
  });

  it('does not change the course', () => {
    const whole = program(MIXED);
    expect(whole.run()).toMatchObject({ vector: 6 });
    for (const slice of [1, 7, 100, 1013]) {
      const p = program(MIXED);
      while (p.run(slice).kind === 'budget');
      expect(state(p)).toBe(state(whole));
    }
  });

  it('is the same for two engines', () => {
    const [a, b] = [program(MIXED), program(MIXED)];
    a.run(5000);
    b.run(5000);
    expect(state(a)).toBe(state(b));
  });

  it('ends a loop of faults', () => {
    const p = program('0f 0b');
    for (let i = 0; i < 5; i++) p.run();
    expect([p.context.cycles, p.context.instructions]).toEqual([5, 0]);
  });
});

describe('REP', () => {
  const copy = (count: number, extra = ''): Program => {
    const p = program(`${extra} f3 a4 0f 0b`);
    p.context.registers[1] = BigInt(count);
    p.context.registers[6] = BigInt(DATA);
    p.context.registers[7] = BigInt(DATA + 0x8000);
    return p;
  };

  it('costs a cycle for each iteration and retires once', () => {
    const p = copy(5000);
    p.run();
    // The ud2 costs a cycle too.
    expect([p.context.cycles, p.context.instructions]).toEqual([5001, 1]);
    const none = copy(0);
    none.run();
    expect([none.context.cycles, none.context.instructions]).toEqual([2, 1]);
  });

  it('is interruptible at every iteration', () => {
    const p = copy(100);
    p.memory.write(
      DATA,
      Uint8Array.from({ length: 100 }, (_, i) => i),
    );
    expect(p.run(33)).toEqual({ kind: 'budget' });
    expect([p.register(1), p.register(6), p.context.rip]).toEqual([67n, BigInt(DATA + 33), BigInt(CODE)]);
    while (p.run(9).kind === 'budget');
    expect(p.memory.read(DATA + 0x8000, 100)).toEqual(p.memory.read(DATA, 100));
    expect(p.context.instructions).toBe(1);
  });

  it('stops at the element that faults and goes on from there', () => {
    const p = copy(0x1800);
    p.memory.write(
      DATA,
      Uint8Array.from({ length: 0x1800 }, (_, i) => i & 0xff),
    );
    p.page(DATA + 0x9000, 0n);
    expect(p.run()).toMatchObject({ vector: 14, errorCode: 6, address: BigInt(DATA + 0x9000) });
    expect([p.register(1), p.register(7), p.context.rip]).toEqual([0x800n, BigInt(DATA + 0x9000), BigInt(CODE)]);
    p.page(DATA + 0x9000, 7n);
    expect(p.run()).toMatchObject({ vector: 6 });
    expect(p.memory.read(DATA + 0x8000, 0x1800)).toEqual(p.memory.read(DATA, 0x1800));
  });

  it('repeats a pattern when the ranges overlap', () => {
    const p = copy(64);
    p.memory.write(DATA, Uint8Array.of(1, 2, 3));
    p.context.registers[7] = BigInt(DATA + 3);
    p.run();
    expect([...p.memory.read(DATA, 9)]).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3]);
  });

  it('runs backwards with DF', () => {
    const p = copy(4, 'fd');
    p.memory.write(DATA, Uint8Array.of(1, 2, 3, 4));
    p.context.registers[6] = BigInt(DATA + 3);
    p.context.registers[7] = BigInt(DATA + 0x8003);
    p.run();
    expect([...p.memory.read(DATA + 0x8000, 4)]).toEqual([1, 2, 3, 4]);
    expect(p.register(6)).toBe(BigInt(DATA - 1));
  });

  it('compares until a difference, flags and count as then', () => {
    const p = program('f3 a6 0f 0b');
    p.memory.write(DATA, Uint8Array.of(1, 2, 3, 9));
    p.memory.write(DATA + 0x100, Uint8Array.of(1, 2, 4, 9));
    p.context.registers[1] = 10n;
    p.context.registers[6] = BigInt(DATA);
    p.context.registers[7] = BigInt(DATA + 0x100);
    p.run();
    expect([p.register(1), p.context.rflags & 0x41n]).toEqual([7n, 1n]);
  });
});

describe('events', () => {
  it('return an offered interrupt to an occupant at the next boundary', () => {
    const p = program('eb fe');
    p.run(10);
    p.context.offerInterrupt(true);
    expect(p.run(100)).toMatchObject({ kind: 'interrupt' });
    expect(p.context.cycles).toBe(10);
    p.context.offerInterrupt(false);
    expect(p.run(100)).toEqual({ kind: 'budget' });
  });

  it('let a device ask for the CPU back after the instruction', () => {
    const p = program('8b 03 90 90 eb fc');
    p.context.registers[3] = 0x2000_0000n;
    p.device.onAccess = () => p.context.leave();
    expect(p.run(100)).toEqual({ kind: 'budget' });
    expect([p.context.cycles, p.context.rip]).toEqual([1, BigInt(CODE + 2)]);
    expect(p.device.times).toEqual([0]);
  });

  it('charge what a device access costs', () => {
    const p = program('8b 03 90 90 eb fc');
    p.context.registers[3] = 0x2000_0000n;
    p.device.onAccess = () => p.context.charge(50);
    p.run(10);
    expect([p.context.cycles, p.context.instructions]).toEqual([51, 1]);
    p.run(10);
    expect([p.context.cycles, p.context.instructions]).toEqual([61, 11]);
  });
});
