/** Loads of segment registers: which descriptor is refused how, and what a load leaves behind (SDM vol. 3, 5.3 to 5.6). */
import { describe, expect, it } from 'vitest';
import { CODE, DATA, descriptor, GDT, kernel, LDT, Selector, STACK, USER_CODE } from '../testing/kernel.ts';

const byte = (value: number): string => value.toString(16).padStart(2, '0');
/** mov eax, selector; mov sreg, eax; hlt (in ring 3: ud2) */
const load = (register: number, selector: number, end = 'f4'): string =>
  `b8 ${byte(selector)} 00 00 00 8e ${byte(0xc0 + 8 * register)} ${end}`;
const [ES, SS, DS, FS] = [0, 2, 3, 4];
const FREE = Selector.free;

describe('data segments', () => {
  it.each([
    ['data', 0x93, 0, undefined],
    ['read-only data', 0x91, 0, undefined],
    ['readable code', 0x9b, 0, undefined],
    ['execute-only code', 0x99, 0, 13],
    ['system segment', 0x82, 0, 13],
    ['absent', 0x13, 0, 11],
    ['RPL above DPL', 0x93, 3, 13],
    ['RPL above DPL of conforming code', 0x9f, 3, undefined],
    ['absent and of the wrong type', 0x19, 0, 13],
  ] as const)('ring 0 loads %s', (_name, access, rpl, vector) => {
    const k = kernel('long', load(DS, FREE | rpl));
    k.setGdt(FREE, descriptor(0x1234, 0x5678, access, 4));
    if (vector === undefined) {
      expect(k.run()).toEqual({ kind: 'halt' });
      expect(k.context.readSegment('ds')).toEqual({
        selector: FREE | rpl,
        base: 0x1234n,
        limit: 0x5678,
        attributes: 0x400 | access | 1,
      });
    } else expect(k.trapped()).toMatchObject({ vector, error: FREE, rip: CODE + 5 });
  });

  it('ring 3 reaches ring 3 only', () => {
    expect(kernel('user', load(ES, Selector.data)).trapped()).toMatchObject({ vector: 13, error: Selector.data });
    const k = kernel('user', load(ES, Selector.userData & ~3, '0f 0b'));
    expect(k.trapped().vector).toBe(6);
    expect(k.context.readSegment('es').selector).toBe(Selector.userData & ~3);
  });

  it('beyond the table is #GP, the error code tells the LDT', () => {
    expect(kernel('long', 'b8 00 10 00 00 8e d8').trapped()).toMatchObject({ vector: 13, error: 0x1000 });
    const k = kernel('long', load(DS, 0x0c));
    expect(k.trapped()).toMatchObject({ vector: 13, error: 0x0c });
    const table = kernel('long', load(DS, 0x0c));
    table.context.writeSegment('ldtr', { selector: Selector.ldt, base: BigInt(LDT), limit: 0xf, attributes: 0x82 });
    table.memory.writeU64(LDT + 8, descriptor(0x77, 1, 0x93, 0));
    expect(table.run()).toEqual({ kind: 'halt' });
    expect(table.context.readSegment('ds').base).toBe(0x77n);
    const end = kernel('long', load(DS, 0x14));
    end.context.writeSegment('ldtr', { selector: Selector.ldt, base: BigInt(LDT), limit: 0xf, attributes: 0x82 });
    expect(end.trapped()).toMatchObject({ vector: 13, error: 0x14 });
  });

  it('null makes FS unusable and clears its base', () => {
    const k = kernel('long', load(FS, 3));
    k.context.writeSegment('fs', { selector: Selector.data, base: 0x99n, limit: 1, attributes: 0x93 });
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.context.readSegment('fs')).toEqual({ selector: 3, base: 0n, limit: 0, attributes: 0x8000 });
  });

  it('the accessed bit is set in memory, which may fault', () => {
    const k = kernel('long', load(DS, FREE));
    k.setGdt(FREE, descriptor(0, 0xf_ffff, 0x92, 0xc));
    expect(k.run()).toEqual({ kind: 'halt' });
    expect((k.u64(GDT + FREE) >> 40n) & 0xffn).toBe(0x93n);
    const locked = kernel('long', load(DS, FREE));
    locked.setGdt(FREE, descriptor(0, 0xf_ffff, 0x92, 0xc));
    locked.setPage(GDT, 5n);
    expect(locked.trapped()).toMatchObject({ vector: 14, error: 3, rip: CODE + 5 });
    expect(locked.context.readSegment('ds').selector).toBe(Selector.data);
    // A page fault of the processor itself counts as one of ring 0.
    const user = kernel('user', load(DS, FREE | 3));
    user.setGdt(FREE, descriptor(0, 0xf_ffff, 0xf2, 0xc));
    user.setPage(GDT, 1n);
    expect(user.trapped()).toMatchObject({ vector: 14, error: 3 });
  });

  it('CS and the registers beyond GS cannot be loaded', () => {
    for (const register of [1, 6, 7]) expect(kernel('long', load(register, Selector.data)).trapped().vector).toBe(6);
  });
});

describe('the stack segment', () => {
  it.each([
    ['data of ring 0', 0x93, 0, undefined],
    ['read-only data', 0x91, 0, 13],
    ['code', 0x9b, 0, 13],
    ['DPL 3', 0xf3, 0, 13],
    ['RPL 3', 0x93, 3, 13],
    ['absent', 0x13, 0, 12],
  ] as const)('ring 0 loads %s', (_name, access, rpl, vector) => {
    const k = kernel('long', load(SS, FREE | rpl));
    k.setGdt(FREE, descriptor(0, 0xf_ffff, access, 0xc));
    if (vector === undefined) expect(k.run()).toEqual({ kind: 'halt' });
    else expect(k.trapped()).toMatchObject({ vector, error: FREE, rip: CODE + 5 });
  });

  it('null is good for 64-bit code of ring 0 only', () => {
    expect(kernel('long', load(SS, 0)).run()).toEqual({ kind: 'halt' });
    expect(kernel('long', load(SS, 3)).trapped()).toMatchObject({ vector: 13, error: 0 });
    expect(kernel('user', load(SS, 3)).trapped()).toMatchObject({ vector: 13, error: 0 });
    expect(kernel('protected', load(SS, 0)).trapped(4)).toMatchObject({ vector: 13, error: 0 });
  });
});

describe('limits outside 64-bit mode', () => {
  const small = (access: number, flags: number, limit: number, code: string): ReturnType<typeof kernel> => {
    const k = kernel('protected', `b8 ${byte(FREE)} 00 00 00 8e d8 ${code} f4`);
    k.setGdt(FREE, descriptor(DATA, limit, access, flags));
    return k;
  };

  it.each([
    ['the last byte', 0x93, 4, 0xfff, 'a0 ff 0f 00 00', undefined],
    ['one behind', 0x93, 4, 0xfff, 'a0 00 10 00 00', 13],
    ['a word across the end', 0x93, 4, 0xfff, '66 a1 ff 0f 00 00', 13],
    ['expand-down: below the limit', 0x97, 4, 0xfff, 'a0 ff 0f 00 00', 13],
    ['expand-down: above the limit', 0x97, 4, 0xfff, 'a0 00 10 00 00', undefined],
    ['expand-down, small: above 64 KiB', 0x97, 0, 0xfff, 'a0 00 00 01 00', 13],
    ['a write to read-only data', 0x91, 4, 0xfff, 'a2 00 00 00 00', 13],
    ['a write to code', 0x9b, 4, 0xfff, 'a2 00 00 00 00', 13],
    ['a read of code', 0x9b, 4, 0xfff, 'a0 00 00 00 00', undefined],
  ] as const)('%s', (_name, access, flags, limit, code, vector) => {
    const k = small(access, flags, limit, code);
    if (vector === undefined) expect(k.run()).toEqual({ kind: 'halt' });
    else expect(k.trapped(4)).toMatchObject({ vector, error: 0, rip: CODE + 7 });
  });

  it('a null segment raises #GP when used, the stack #SS', () => {
    expect(kernel('protected', '31 c0 8e d8 a0 00 00 05 00').trapped(4)).toMatchObject({ vector: 13, error: 0, rip: CODE + 4 });
    // mov ebp, 0xffffffff; a stack of 64 KiB: mov al, [ebp]
    const k = kernel('protected', 'bd ff ff ff ff 8a 45 00');
    k.context.writeSegment('ss', { selector: Selector.data, base: 0n, limit: 0x2_ffff, attributes: 0x493 });
    expect(k.trapped(4)).toMatchObject({ vector: 12, error: 0, rip: CODE + 5 });
  });

  it('far pointers load the segment first, and all or nothing', () => {
    // les eax, [DATA]; hlt
    const k = kernel('protected', 'c4 05 00 00 05 00 f4');
    k.memory.write(DATA, Uint8Array.of(0x78, 0x56, 0x34, 0x12, Selector.userData & ~3, 0));
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.register(0)).toBe(0x1234_5678);
    const bad = kernel('protected', 'c4 05 00 00 05 00 f4');
    bad.memory.write(DATA, Uint8Array.of(0x78, 0x56, 0x34, 0x12, 0xff, 0xff));
    expect(bad.trapped(4)).toMatchObject({ vector: 13, error: 0xfffc });
    expect(bad.register(0)).toBe(0);
  });

  it('POP SS casts a shadow; PUSH and POP of segments move ESP by the operand size', () => {
    // push ds; push fs; pop ss at 16 bits: 66 17
    const k = kernel('protected', '1e 0f a0 0f a9 17 90 f4');
    k.context.rflags = 0x202n;
    k.outside.vector = 0x31;
    expect(k.run(3)).toEqual({ kind: 'budget' });
    expect(k.register(4)).toBe(STACK - 4);
    expect(k.run(1)).toEqual({ kind: 'budget' });
    k.context.offerInterrupt(true);
    expect(k.trapped(4)).toMatchObject({ vector: 0x31, rip: CODE + 7 });
  });
});

describe('questions about selectors', () => {
  // mov ebx, selector; lar eax, ebx; sete cl; lsl edx, ebx; sete ch; verr bx; setz [..]: pushes ZF of each
  const ask = (selector: number): string =>
    `bb ${byte(selector)} 00 00 00 0f 02 c3 0f 94 c1 0f 03 d3 0f 94 c5 0f 00 e3 0f 94 c0 88 04 25 00 00 05 00 0f 00 eb 0f 94 c0 88 04 25 01 00 05 00`;
  const answers = (start: 'long' | 'user', selector: number, value: bigint): (number | boolean)[] => {
    const k = kernel(start, `${ask(selector)} 0f 0b`);
    k.setGdt(FREE, value);
    expect(k.trapped().vector).toBe(6);
    const [readable, writable] = k.memory.read(DATA, 2);
    return [(k.register(1) & 1) === 1, k.register(2), ((k.register(1) >> 8) & 1) === 1, readable === 1, writable === 1];
  };

  it.each([
    ['data', 'long', 0, descriptor(0, 0x12, 0x93, 0xc), [true, 0x1_2fff, true, true, true]],
    ['read-only data', 'long', 0, descriptor(0, 0x12, 0x91, 4), [true, 0x12, true, true, false]],
    ['execute-only code', 'long', 0, descriptor(0, 0x12, 0x99, 4), [true, 0x12, true, false, false]],
    ['conforming code from ring 3', 'user', 3, descriptor(0, 0x12, 0x9f, 4), [true, 0x12, true, true, false]],
    ['data of ring 0 from ring 3', 'user', 3, descriptor(0, 0x12, 0x93, 4), [false, 0, false, false, false]],
    ['data of ring 3 with RPL 0', 'user', 0, descriptor(0, 0x12, 0xf3, 4), [true, 0x12, true, true, true]],
    ['an absent segment', 'long', 0, descriptor(0, 0x12, 0x13, 4), [true, 0x12, true, true, true]],
    ['a TSS', 'long', 0, descriptor(0, 0x67, 0x89, 0), [true, 0x67, true, false, false]],
    ['a call gate', 'long', 0, 0x0000_8c00_0000_0000n, [true, 0, false, false, false]],
    ['an interrupt gate', 'long', 0, 0x0000_8e00_0000_0000n, [false, 0, false, false, false]],
    ['a 16-bit TSS in IA-32e mode', 'long', 0, descriptor(0, 0x67, 0x81, 0), [false, 0, false, false, false]],
  ] as const)('LAR LSL VERR VERW: %s', (_name, start, rpl, value, expected) => {
    const [lar, limit, lsl, verr, verw] = expected;
    const seen = answers(start, FREE | rpl, value);
    expect(seen).toEqual([lar, lsl ? limit : seen[1], lsl, verr, verw]);
  });

  it('LAR returns the second word of the descriptor, masked', () => {
    const k = kernel('long', `bb ${byte(Selector.userCode64)} 00 00 00 0f 02 c3 f4`);
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.register(0)).toBe(0x00a0_fb00);
  });

  it('ARPL raises the RPL', () => {
    const k = kernel('protected', 'b8 08 00 00 00 bb 03 00 00 00 63 d8 f4');
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.register(0)).toBe(0x0b);
    expect(k.context.rflags & 0x40n).toBe(0x40n);
  });

  it('are #UD in real mode', () => {
    for (const code of ['0f 02 c3', '0f 00 e3', '0f 00 c0', '0f 00 d8']) expect(kernel('real', code).trapped(2).vector).toBe(6);
  });
});

it('a far jump to conforming code keeps the ring', () => {
  // jmp far [DATA]
  const k = kernel('user', 'ff 2c 25 00 00 05 00');
  k.setGdt(FREE, descriptor(0, 0xf_ffff, 0x9f, 0xa));
  k.memory.write(DATA, Uint8Array.of(0, 0x90, 1, 0, FREE, 0));
  k.load(USER_CODE + 0x1000, '0f 0b');
  expect(k.trapped()).toMatchObject({ vector: 6, rip: 0x1_9000, cs: FREE | 3 });
});
