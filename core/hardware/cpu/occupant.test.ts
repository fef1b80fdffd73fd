/** Traps of code whose ring 0 is one of our hypervisors: every one returns, with RIP as `Trap` promises; nothing is delivered. */
import { describe, expect, it } from 'vitest';
import { CODE, DATA, program, STACK } from '../testing/program.ts';

const exception = (vector: number, rest: object = {}): object => expect.objectContaining({ kind: 'exception', vector, ...rest });

describe('an occupant', () => {
  it.each([
    ['INT n', 'cd 80', 0x80, 2],
    ['INT3', 'cc', 3, 1],
    ['INT1', 'f1', 1, 1],
  ])('gets %s as software, RIP behind it', (_name, code, vector, length) => {
    const p = program(code);
    expect(p.run()).toEqual(exception(vector, { software: true, hasErrorCode: false }));
    expect(p.context.rip).toBe(BigInt(CODE + length));
  });

  it.each([
    ['HLT', 'f4', 13],
    ['CLI', 'fa', 13],
    ['MOV from CR0', '0f 20 c0', 13],
    ['IN', 'ec', 13],
    ['SWAPGS', '0f 01 f8', 13],
    ['UD2', '0f 0b', 6],
    ['an address that is not canonical', '48 b8 00 00 00 00 00 00 00 80 8a 00', 13],
  ])('gets a fault for %s, RIP at the instruction', (_name, code, vector) => {
    const p = program(code);
    expect(p.run()).toEqual(exception(vector, { software: false, errorCode: 0, hasErrorCode: vector === 13 }));
    expect(p.context.rip).toBe(BigInt(_name.startsWith('an address') ? CODE + 10 : CODE));
    expect(p.register(4)).toBe(BigInt(STACK));
  });

  it('gets a page fault with its address; CR2 stays its own business', () => {
    const p = program('8b 04 25 10 00 30 00');
    p.page(DATA, 0n);
    p.context.writeSystem('cr2', 5n);
    expect(p.run()).toEqual(exception(14, { errorCode: 4, address: BigInt(DATA + 0x10) }));
    expect(p.context.readSystem('cr2')).toBe(5n);
  });

  it('gets SYSCALL with RCX and R11 set, and can return by setting RIP', () => {
    const p = program('0f 05 b8 07 00 00 00 f4');
    p.context.rflags = 0x246n;
    expect(p.run()).toEqual({ kind: 'syscall' });
    expect(p.context.rip).toBe(BigInt(CODE + 2));
    expect([p.register(1), p.register(11)]).toEqual([BigInt(CODE + 2), 0x246n]);
    expect(p.context.cpl).toBe(3);
    expect(p.run()).toEqual(exception(13));
    expect(p.register(0)).toBe(7n);
  });

  it('gets #UD for SYSCALL without EFER.SCE, and SYSENTER', () => {
    const p = program('0f 05');
    p.context.writeSystem('efer', 0xd00n);
    expect(p.run()).toEqual(exception(6));
    const enter = program('0f 34');
    expect(enter.run()).toEqual({ kind: 'sysenter' });
    expect(enter.context.rip).toBe(BigInt(CODE + 2));
  });

  it('gets #DB for single step as a trap, not as software', () => {
    const p = program('90 90');
    p.context.rflags = 0x302n;
    expect(p.run()).toEqual(exception(1, { software: false }));
    expect(p.context.rip).toBe(BigInt(CODE + 1));
    expect(p.context.readSystem('dr6') & 0x4000n).toBe(0x4000n);
  });

  it('gets an offered interrupt whatever IF says, between two instructions', () => {
    const p = program('90 90');
    p.context.rflags = 2n;
    p.context.offerInterrupt(true);
    expect(p.run()).toEqual({ kind: 'interrupt', vector: -1 });
    expect(p.context.rip).toBe(BigInt(CODE));
    expect(p.context.instructions).toBe(0);
  });

  it('sees cycles and instructions agree after every kind of stop', () => {
    const p = program('90 90 cd 80 90 0f 05 90 0f 0b');
    p.run();
    expect([p.context.cycles, p.context.instructions]).toEqual([3, 3]);
    p.run();
    expect([p.context.cycles, p.context.instructions]).toEqual([5, 5]);
    p.run();
    expect(p.context.cycles).toBe(7);
  });

  it('sees time pass where code waits by PAUSE', () => {
    const p = program('f3 90 f3 90 cd 80');
    p.run();
    expect([p.context.cycles, p.context.instructions]).toEqual([2 * 140 + 1, 3]);
  });

  it('loads segments through the tables it was given', () => {
    const p = program('b8 0b 00 00 00 8e d8 0f 0b');
    p.context.writeTable('gdt', BigInt(DATA), 0xf);
    p.memory.writeU64(DATA + 8, 0x00cf_f300_0000_ffffn);
    expect(p.run()).toEqual(exception(6));
    expect(p.context.readSegment('ds')).toMatchObject({ selector: 0x0b, limit: 0xffff_ffff });
    const bad = program('b8 13 00 00 00 8e d8');
    bad.context.writeTable('gdt', BigInt(DATA), 0xf);
    expect(bad.run()).toEqual(exception(13, { errorCode: 0x10 }));
  });
});
