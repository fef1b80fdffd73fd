/** Real mode, 16-bit and 32-bit protected mode: interrupts, gates, returns and hardware tasks (SDM vol. 3, chapters 6, 7, 20). */
import { describe, expect, it } from 'vitest';
import {
  CODE,
  DATA,
  descriptor,
  GDT,
  gate,
  IDT,
  INNER_STACK,
  type Kernel,
  kernel,
  Selector,
  STACK,
  STUBS,
  TSS,
  USER_CODE,
  USER_STACK,
} from '../testing/kernel.ts';
import { little, push } from '../testing/program.ts';

const HANDLER = 0x1_4000;
const FREE = Selector.free;
const toRing3 = (flags = 2): string =>
  `${[Selector.userData, USER_STACK, flags, Selector.userCode32, USER_CODE].map(push).join(' ')} cf`;
const setGate = (k: Kernel, vector: number, value: bigint): void => k.memory.writeU64(IDT + 8 * vector, value);

/** The handler of a vector is a loop in conforming code: it needs no inner stack. */
function stayInRing3(k: Kernel, vector: number): void {
  k.setGdt(FREE + 8, descriptor(0, 0xf_ffff, 0x9f, 0xc));
  setGate(k, vector, gate(FREE + 8, HANDLER, 0x8e));
  k.load(HANDLER, 'eb fe');
}

describe('32-bit delivery', () => {
  it('pushes EFLAGS CS EIP in the same ring', () => {
    const k = kernel('protected', '90 0f 0b');
    expect(k.trapped(4)).toMatchObject({ vector: 6, rip: CODE + 1, cs: Selector.code32, flags: 0x1_0002 });
    expect(k.register(4)).toBe(STACK - 12);
  });

  it('switches to the stack of the TSS from ring 3 and back with IRETD', () => {
    const k = kernel('protected', toRing3(0x202));
    k.load(USER_CODE, 'cd 80 f4'); // int 0x80; hlt
    k.load(HANDLER, '89 e3 8b 74 24 10 cf'); // mov ebx, esp; mov esi, [esp + 16]; iretd
    setGate(k, 0x80, gate(Selector.code32, HANDLER, 0xee));
    expect(k.trapped(4)).toEqual({
      vector: 13,
      error: 0,
      rip: USER_CODE + 2,
      cs: Selector.userCode32,
      flags: 0x1_0202,
      rsp: USER_STACK,
      ss: Selector.userData,
    });
    expect(k.register(3)).toBe(INNER_STACK - 20);
    expect(k.register(6)).toBe(Selector.userData);
    expect(k.context.readSegment('ss')).toMatchObject({ selector: Selector.data, attributes: 0xc93 });
    expect(k.context.readSegment('ds')).toMatchObject({ selector: 0, attributes: 0x8000 });
  });

  it.each([
    ['null', 0, 1],
    ['of another ring', Selector.userData, (Selector.userData & ~3) + 1],
    ['code', Selector.code32, Selector.code32 + 1],
    ['beyond the table', 0x1000, 0x1001],
  ])('#TS for an inner stack segment that is %s', (_name, selector, error) => {
    const k = kernel('protected', toRing3());
    k.load(USER_CODE, '0f 0b');
    k.memory.writeU32(TSS + 8, selector);
    stayInRing3(k, 10);
    expect(k.run()).toEqual({ kind: 'budget' });
    expect([k.context.rip, k.u32(k.register(4)), k.u32(k.register(4) + 4)]).toEqual([BigInt(HANDLER), error, USER_CODE]);
  });

  it('16-bit gates push 16-bit entries and take 16 bits of offset', () => {
    const k = kernel('protected', 'cd 21');
    setGate(k, 0x21, gate(Selector.code32, 0x1_0000 * 7 + STUBS + 0x210, 0x86));
    expect(k.trapped(2)).toMatchObject({ vector: 0x21, rip: (CODE + 2) & 0xffff, cs: Selector.code32, flags: 2 });
    expect(k.register(4)).toBe(STACK - 6);
  });

  it('trap gates keep IF; INTO traps only on overflow', () => {
    const k = kernel('protected', 'ce b0 7f fe c0 ce'); // into; mov al, 127; inc al; into
    setGate(k, 4, gate(Selector.code32, STUBS + 0x40, 0x8f));
    k.context.rflags = 0x202n;
    expect(k.trapped(4)).toMatchObject({ vector: 4, rip: CODE + 6 });
    expect(k.context.rflags & 0x200n).toBe(0x200n);
  });

  it('#SS if the stack has no room, with the selector of a new stack', () => {
    const k = kernel('protected', toRing3());
    k.load(USER_CODE, '0f 0b');
    k.memory.writeU32(TSS + 4, 8);
    k.memory.writeU32(TSS + 8, FREE);
    k.setGdt(FREE, descriptor(0, 0xfff, 0x93, 4));
    stayInRing3(k, 12);
    expect(k.run()).toEqual({ kind: 'budget' });
    expect([k.context.rip, k.u32(k.register(4))]).toEqual([BigInt(HANDLER), FREE + 1]);
  });

  it('#GP if the handler lies beyond its segment', () => {
    const k = kernel('protected', '0f 0b');
    k.setGdt(FREE, descriptor(0, 0xfff, 0x9b, 4));
    setGate(k, 6, gate(FREE, 0x1000, 0x8e));
    expect(k.trapped(4)).toMatchObject({ vector: 13, error: 1, rip: CODE });
  });
});

describe('repeated string instructions of 32-bit code', () => {
  // mov edi, DATA; mov ecx, 900h; mov eax, 11223344h; rep stosd; mov esi, DATA + 1; mov edi, DATA + 5; mov ecx, 2000h; rep movsb
  const code = `bf ${little(DATA)} b9 ${little(0x900)} b8 ${little(0x1122_3344)} f3 ab
    be ${little(DATA + 1)} bf ${little(DATA + 5)} b9 ${little(0x2000)} f3 a4 f4`;

  it('fill and copy over page ends, each byte after the one before it', () => {
    const k = kernel('protected', code);
    k.memory.write(DATA + 0x2400, Uint8Array.of(0xee));
    expect(k.run(40_000)).toEqual({ kind: 'halt' });
    const expected = Uint8Array.from({ length: 0x2400 }, (_, at) => [0x44, 0x33, 0x22, 0x11][at & 3] ?? 0);
    for (let at = 0; at < 0x2000; at++) expected[at + 5] = expected[at + 1] ?? 0;
    expect(k.memory.read(DATA, 0x2401)).toEqual(Uint8Array.from([...expected, 0xee]));
    expect([k.register(1), k.register(6), k.register(7)]).toEqual([0, DATA + 0x2001, DATA + 0x2005]);
  });

  it('stop where the segment ends', () => {
    const k = kernel('protected', code);
    k.context.writeSegment('es', { selector: FREE, base: 0n, limit: DATA + 0x17ff, attributes: 0xc93 });
    expect(k.trapped(4)).toMatchObject({ vector: 13, error: 0, rip: CODE + 15 });
    expect([k.register(1), k.register(7)]).toEqual([0x900 - 0x600, DATA + 0x1800]);
  });

  it('wrap at 4 GiB like the base they add to', () => {
    const k = kernel('protected', `bf ${little(0xffff_fff0)} b9 ${little(8)} f3 ab f4`);
    k.context.writeSegment('es', { selector: FREE, base: BigInt(DATA + 0x800), limit: 0xffff_ffff, attributes: 0xc93 });
    k.context.registers[0] = 0x5555_5555n;
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.memory.read(DATA + 0x7f0, 32)).toEqual(new Uint8Array(32).fill(0x55));
    expect(k.register(7)).toBe(0x10);
  });
});

describe('call gates of protected mode', () => {
  it('copy their parameters to the inner stack; RETF releases them on both', () => {
    const k = kernel('protected', toRing3());
    k.setGdt(FREE, gate(Selector.code32, HANDLER, 0xec, 2));
    k.load(USER_CODE, `${push(0x1111)} ${push(0x2222)} 9a 00 00 00 00 6b 00 0f 0b`); // push; push; call 0x6b:0; ud2
    // mov ebx, esp; mov esi, [esp + 8]; mov edi, [esp + 12]; mov ebp, [esp + 16]; retf 8
    k.load(HANDLER, '89 e3 8b 74 24 08 8b 7c 24 0c 8b 6c 24 10 ca 08 00');
    expect(k.trapped(4)).toMatchObject({ vector: 6, cs: Selector.userCode32, rsp: USER_STACK, ss: Selector.userData });
    expect(k.register(3)).toBe(INNER_STACK - 24);
    expect(k.register(6)).toBe(0x2222);
    expect(k.register(7)).toBe(0x1111);
    expect(k.register(5)).toBe(USER_STACK - 8);
  });

  it('of 16 bits use 16-bit entries', () => {
    const k = kernel('protected', '9a 00 00 00 00 68 00 f4');
    k.setGdt(FREE, gate(Selector.code32, 0xb000, 0x84));
    k.load(0xb000, '0f b7 1c 24 0f b7 4c 24 02 f4'); // movzx ebx, word [esp]; movzx ecx, word [esp + 2]; hlt
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.register(3)).toBe((CODE + 7) & 0xffff);
    expect(k.register(1)).toBe(Selector.code32);
    expect(k.register(4)).toBe(STACK - 4);
  });
});

describe('real mode', () => {
  it('INT pushes FLAGS CS IP and clears IF; IRET brings them back', () => {
    const k = kernel('real', 'fb cd 21 f4'); // sti; int 0x21; hlt
    k.memory.writeU32(4 * 0x21, 0x1400_0000);
    k.load(HANDLER, '89 e3 9c 5a cf'); // mov bx, sp; pushf; pop dx; iret
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.register(3)).toBe(0xf000 - 6);
    expect(k.register(2) & 0xffff).toBe(2);
    expect(k.context.rflags).toBe(0x202n);
    expect([...k.memory.read(0xf000 - 6, 6)]).toEqual([3, 0, 0x00, 0x10, 0x02, 0x02]);
  });

  it('an interrupt beyond IDTR is #GP without error code; a useless table shuts down', () => {
    const k = kernel('real', 'cd 21');
    k.context.writeTable('idt', 0n, 0x21 * 4 - 1);
    expect(k.trapped(2)).toMatchObject({ vector: 13, rip: 0 });
    const none = kernel('real', 'cd 21');
    none.context.writeTable('idt', 0n, 0);
    expect(none.run()).toEqual({ kind: 'shutdown' });
  });

  it('far CALL and RETF', () => {
    const k = kernel('real', '6a 55 9a 10 00 00 14 f4'); // push 0x55; call 0x1400:0x10; hlt
    k.load(HANDLER + 0x10, '8c cb ca 02 00'); // mov bx, cs; retf 2
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.register(3)).toBe(0x1400);
    expect(k.register(4)).toBe(0xf000);
    expect(k.context.readSegment('cs')).toMatchObject({ selector: CODE >> 4, base: BigInt(CODE) });
  });

  it('POPFD leaves VM, VIF and VIP alone; every port and flag is allowed', () => {
    const k = kernel('real', '66 68 02 30 1e 00 66 9d 66 9c 66 5b e6 10 f4'); // push 0x1e3002; popfd; pushfd; pop ebx; out 0x10, al; hlt
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.register(3)).toBe(0x4_3002);
    expect(k.outside.log).toEqual(['out 10 1 0']);
  });

  it('code runs to the end of its 64 KiB, not beyond', () => {
    const k = kernel('real', 'e9 fc ff'); // jmp 0xffff
    k.load(CODE + 0xffff, '90');
    expect(k.trapped(2)).toMatchObject({ vector: 13, rip: 0 });
  });
});

describe('hardware tasks', () => {
  const OTHER = DATA + 0x8000;
  const put = (k: Kernel, eip: number, extra: Record<number, number> = {}): void => {
    const fields: Record<number, number> = {
      32: eip,
      36: 2,
      40: 0x4444,
      56: 0x2_4000,
      72: Selector.data,
      76: Selector.code32,
      80: Selector.data,
      84: Selector.data,
      ...extra,
    };
    for (const [offset, value] of Object.entries(fields)) k.memory.writeU32(OTHER + Number(offset), value);
    k.setGdt(FREE, descriptor(OTHER, 0x67, 0x89, 0));
  };
  const access = (k: Kernel, selector: number): number => k.memory.read(GDT + selector + 5, 1)[0] ?? 0;
  /** The TSS descriptor of the first task is busy, as LTR leaves it. */
  const begin = (code: string): Kernel => {
    const k = kernel('protected', code);
    k.setGdt(Selector.task, descriptor(TSS, 0x2067, 0x8b, 0));
    return k;
  };

  it('JMP saves one task and loads the other', () => {
    const k = begin('bb 34 12 00 00 ea 00 00 00 00 68 00'); // mov ebx, 0x1234; jmp 0x68:0
    put(k, HANDLER);
    k.load(HANDLER, 'f4');
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.register(0)).toBe(0x4444);
    expect(k.register(4)).toBe(0x2_4000);
    expect(k.context.readSegment('tr')).toMatchObject({ selector: FREE, base: BigInt(OTHER), limit: 0x67 });
    expect(k.context.readSystem('cr0') & 8n).toBe(8n);
    expect([access(k, FREE), access(k, Selector.task)]).toEqual([0x8b, 0x89]);
    expect(k.u32(TSS + 32)).toBe(CODE + 12);
    expect(k.u32(TSS + 52)).toBe(0x1234);
    expect(k.u16(TSS + 76)).toBe(Selector.code32);
    expect(k.u32(TSS + 56)).toBe(STACK);
  });

  it('CALL links them, IRET goes back', () => {
    const k = begin('9a 00 00 00 00 68 00 f4'); // call 0x68:0; hlt
    put(k, HANDLER);
    k.load(HANDLER, '9c 5b cf'); // pushfd; pop ebx; iretd
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(Number(k.context.rip)).toBe(CODE + 8);
    expect(k.u16(OTHER)).toBe(Selector.task);
    expect(k.u32(OTHER + 52)).toBe(0x4002);
    expect(k.u32(OTHER + 36) & 0x4000).toBe(0);
    expect([access(k, FREE), access(k, Selector.task)]).toEqual([0x89, 0x8b]);
    expect(k.context.readSegment('tr').selector).toBe(Selector.task);
  });

  it('a task gate of the IDT pushes the error code onto the new stack', () => {
    const k = begin('31 c0 8e d0'); // xor eax, eax; mov ss, eax: #GP(0)
    put(k, HANDLER);
    setGate(k, 13, gate(FREE, 0, 0x85));
    k.load(HANDLER, '58 f4'); // pop eax; hlt
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.register(0)).toBe(0);
    expect(k.u32(TSS + 32)).toBe(CODE + 2);
    expect(k.register(4)).toBe(0x2_4000);
  });

  const spoilt: [string, { access?: number; limit?: number }, number, number][] = [
    ['busy', { access: 0x8b }, 13, FREE],
    ['absent', { access: 0x09 }, 11, FREE],
    ['too short', { limit: 0x66 }, 10, FREE],
  ];
  it.each(spoilt)('refuses a TSS that is %s', (_name, { access: kind = 0x89, limit = 0x67 }, vector, error) => {
    const k = begin('ea 00 00 00 00 68 00');
    put(k, HANDLER);
    k.setGdt(FREE, descriptor(OTHER, limit, kind, 0));
    expect(k.trapped(4)).toMatchObject({ vector, error, rip: CODE });
  });

  it('a bad segment is a fault of the new task', () => {
    const k = begin('ea 00 00 00 00 68 00');
    put(k, HANDLER, { 84: 0x1000 });
    expect(k.trapped(4)).toMatchObject({ vector: 10, error: 0x1000, rip: HANDLER });
    expect(k.context.readSegment('tr').selector).toBe(FREE);
  });

  it('IA-32e mode has none', () => {
    const k = kernel('long', 'ff 2c 25 00 00 05 00');
    k.memory.write(DATA, Uint8Array.of(0, 0, 0, 0, Selector.task, 0));
    expect(k.trapped()).toMatchObject({ vector: 13, error: Selector.task });
  });
});
