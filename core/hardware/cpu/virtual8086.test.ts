/** Virtual-8086 mode: code of the 8086 as a ring 3 task of protected mode (SDM vol. 3, chapter 21). */
import { describe, expect, it } from 'vitest';
import {
  DATA,
  descriptor,
  GDT,
  gate,
  IDT,
  INNER_STACK,
  type Kernel,
  kernel,
  Selector,
  STUBS,
  TSS,
  USER_CODE,
} from '../testing/kernel.ts';
import { push } from '../testing/program.ts';

const VM = 0x2_0000;
const IOPL3 = 0x3000;
const VIRTUAL_CODE = USER_CODE >> 4;
const [GS, FS, DS, ES, SS, SP] = [0x1111, 0x2222, DATA >> 4, 0x4444, 0x3000, 0x8000];
const HANDLER = 0x1_4000;

/** A kernel that enters virtual-8086 mode at USER_CODE by IRETD. */
function virtual(code: string, flags = 0, entry = 0): Kernel {
  const frame = [GS, FS, DS, ES, SS, SP, VM | flags | 2, VIRTUAL_CODE, entry];
  const k = kernel('protected', `${frame.map(push).join(' ')} cf`);
  k.load(USER_CODE, code);
  return k;
}

describe('virtual-8086 mode', () => {
  it('is entered by IRETD and left by any event, with nine words and null data segments', () => {
    const k = virtual('8c d8 a3 04 00 f4'); // mov ax, ds; mov [4], ax; hlt
    expect(k.trapped(4)).toEqual({
      vector: 13,
      error: 0,
      rip: 5,
      cs: VIRTUAL_CODE,
      flags: VM | 0x1_0002,
      rsp: SP,
      ss: SS,
    });
    const frame = INNER_STACK - 9 * 4;
    expect(k.register(4)).toBe(frame - 4);
    expect([5, 6, 7, 8].map((i) => k.u32(frame + 4 * i))).toEqual([ES, DS, FS, GS]);
    expect(k.u16(DATA + 4)).toBe(DS);
    expect(k.context.cpl).toBe(0);
    for (const name of ['ds', 'es', 'fs', 'gs'] as const)
      expect(k.context.readSegment(name)).toMatchObject({ selector: 0, attributes: 0x8000 });
  });

  it('takes selectors as paragraphs, with a limit of 64 KiB and no other', () => {
    const k = virtual('b8 00 50 8e c0 26 c6 06 ff ff 7e 26 a1 ff ff'); // mov ax, 5000h; mov es, ax; mov es:[ffffh], 7eh; mov ax, es:[ffffh]
    expect(k.trapped(4)).toMatchObject({ vector: 13, error: 0, rip: 11 });
    expect(k.memory.read(0x5_ffff, 1)[0]).toBe(0x7e);
  });

  it('refuses an entry beyond 64 KiB while still in ring 0', () => {
    const k = virtual('90', 0, 0x1_0000);
    expect(k.trapped(4)).toMatchObject({ vector: 13, error: 0, cs: Selector.code32 });
  });

  it.each([
    ['CLI', 'fa'],
    ['STI', 'fb'],
    ['PUSHF', '9c'],
    ['POPF', '9d'],
    ['INT n', 'cd 80'],
    ['IRET', 'cf'],
  ])('%s is the monitor’s unless IOPL is 3', (_name, code) => {
    const k = virtual(code);
    k.memory.writeU64(IDT + 8 * 0x80, gate(Selector.code32, STUBS + 0x800, 0xee));
    expect(k.trapped(4)).toMatchObject({ vector: 13, error: 0, rip: 0, cs: VIRTUAL_CODE });
  });

  it('with IOPL 3 keeps its own interrupt flag, but not IOPL or VM', () => {
    const k = virtual('fb 6a 00 9d fb 9c 58 f4', IOPL3); // sti; push 0; popf; sti; pushf; pop ax; hlt
    expect(k.trapped(4)).toMatchObject({ vector: 13, rip: 7, flags: VM | IOPL3 | 0x1_0202 });
    expect(k.register(0) & 0xffff).toBe(IOPL3 | 0x202);
  });

  it('with IOPL 3 calls the kernel by INT n and comes back', () => {
    const k = virtual('cd 80 f4', IOPL3);
    k.load(HANDLER, '89 e3 cf'); // mov ebx, esp; iretd
    k.memory.writeU64(IDT + 8 * 0x80, gate(Selector.code32, HANDLER, 0xee));
    expect(k.trapped(4)).toMatchObject({ vector: 13, rip: 2, cs: VIRTUAL_CODE, rsp: SP, ss: SS });
    expect(k.register(3)).toBe(INNER_STACK - 36);
  });

  it('#GP names the selector of a handler that is not in ring 0', () => {
    const k = virtual('cd 80', IOPL3);
    k.memory.writeU64(IDT + 8 * 0x80, gate(Selector.userCode32, HANDLER, 0xee));
    expect(k.trapped(4)).toMatchObject({ vector: 13, error: Selector.userCode32 & ~3, rip: 0, cs: VIRTUAL_CODE });
  });

  it('calls, jumps and returns between paragraphs', () => {
    // call 1900h:0000; hlt | at 1900h: mov ax, cs; retf
    const k = virtual('9a 00 00 00 19 f4');
    k.load(0x1_9000, '8c c8 cb');
    expect(k.trapped(4)).toMatchObject({ vector: 13, rip: 5, cs: VIRTUAL_CODE, rsp: SP });
    expect(k.register(0) & 0xffff).toBe(0x1900);
  });

  it.each([0, IOPL3])('uses the ports that the I/O map opens, whatever IOPL (%i)', (iopl) => {
    const k = virtual('e4 80 e4 81', iopl); // in al, 80h; in al, 81h
    k.memory.write(TSS + 102, Uint8Array.of(0x68, 0));
    k.memory.write(TSS + 0x68, new Uint8Array(0x40).fill(0xff));
    k.memory.write(TSS + 0x68 + 0x10, Uint8Array.of(0xfe));
    expect(k.trapped(4)).toMatchObject({ vector: 13, rip: 2 });
    expect(k.outside.log).toEqual(['in 80 1']);
  });

  it.each([
    ['LAR', '0f 02 c0'],
    ['VERR', '0f 00 e0'],
    ['SLDT', '0f 00 c0'],
    ['ARPL', '63 c0'],
  ])('%s does not exist', (_name, code) => {
    expect(virtual(code).trapped(4)).toMatchObject({ vector: 6, rip: 0, cs: VIRTUAL_CODE });
  });

  it('is entered by a switch to a task whose EFLAGS say so', () => {
    const k = kernel('protected', `ea 00 00 00 00 ${Selector.free.toString(16)} 00`); // jmp task
    const task = 0x8_0000;
    k.load(USER_CODE, '8c d8 f4');
    const word = (at: number, value: number): void => k.memory.writeU32(task + at, value);
    for (const [at, value] of [
      [32, 0],
      [36, VM | 2],
      [56, SP],
      [72, ES],
      [76, VIRTUAL_CODE],
      [80, SS],
      [84, DS],
      [88, FS],
      [92, GS],
    ] as const)
      word(at, value);
    word(4, INNER_STACK);
    word(8, Selector.data);
    k.memory.writeU64(GDT + Selector.free, descriptor(task, 0x67, 0x89, 0));
    expect(k.trapped(4)).toMatchObject({ vector: 13, error: 0, rip: 2, cs: VIRTUAL_CODE, ss: SS, rsp: SP });
    expect(k.register(0) & 0xffff).toBe(DS);
  });
});
