/** Exceptions and interrupts reach their handlers as SDM vol. 3, chapter 6 says: frames, stacks, error codes, double and triple faults. */
import { describe, expect, it } from 'vitest';
import {
  CODE,
  DATA,
  INNER_STACK,
  IST_STACK,
  kernel,
  Selector,
  STACK,
  STUBS,
  TSS,
  USER_CODE,
  USER_STACK,
} from '../testing/kernel.ts';

describe('64-bit delivery', () => {
  it('pushes SS RSP RFLAGS CS RIP at a multiple of 16 and clears IF, TF, NT through an interrupt gate', () => {
    const k = kernel('long', '48 83 ec 08  0f 0b'); // sub rsp, 8; ud2
    k.context.rflags = 0x4202n;
    expect(k.trapped()).toEqual({
      vector: 6,
      error: undefined,
      rip: CODE + 4,
      cs: Selector.code64,
      flags: 0x1_4212,
      rsp: STACK - 8,
      ss: Selector.data,
    });
    expect(k.context.registers[4]).toBe(BigInt(STACK - 16 - 40));
    expect(k.context.rflags & 0x4200n).toBe(0n);
    expect(k.context.readSegment('ss').selector).toBe(Selector.data);
  });

  it('leaves IF alone through a trap gate', () => {
    const k = kernel('long', '0f 0b');
    k.setGate(6, STUBS + 0x60, { access: 0x8f });
    k.context.rflags = 0x202n;
    expect(k.trapped().vector).toBe(6);
    expect(k.context.rflags & 0x200n).toBe(0x200n);
  });

  it('uses an IST stack in the same ring without touching SS', () => {
    const k = kernel('long', '0f 0b');
    k.setGate(6, STUBS + 0x60, { ist: 2 });
    expect(k.trapped()).toMatchObject({ rsp: STACK, ss: Selector.data });
    expect(k.context.registers[4]).toBe(BigInt(IST_STACK + 0x400 - 8 - 40));
    expect(k.context.readSegment('ss').selector).toBe(Selector.data);
  });

  it('goes from ring 3 to the stack of the TSS with a null SS', () => {
    const k = kernel('user', 'f4'); // hlt
    expect(k.trapped()).toEqual({
      vector: 13,
      error: 0,
      rip: USER_CODE,
      cs: Selector.userCode64,
      flags: 0x1_0002,
      rsp: USER_STACK,
      ss: Selector.userData,
    });
    expect(k.context.cpl).toBe(0);
    expect(k.context.readSegment('ss')).toMatchObject({ selector: 0, attributes: 0x8000 });
    expect(k.context.registers[4]).toBe(BigInt(INNER_STACK - 48));
  });

  it('reports a page fault with CR2 and restarts the instruction behind IRETQ', () => {
    // mov dword [DATA+8], 0x55; mov ebx, [DATA+8]; hlt
    const k = kernel('long', 'c7 04 25 08 00 05 00 55 00 00 00  8b 1c 25 08 00 05 00  f4');
    k.setPage(DATA, 0n);
    // handler: mov qword [PAGES + 8 * 0x50], DATA | 7; add rsp, 8; iretq
    k.load(0x1_4000, '48 c7 04 25 80 42 00 00 07 00 05 00  48 83 c4 08  48 cf');
    k.setGate(14, 0x1_4000);
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.register(3)).toBe(0x55);
    expect(k.context.readSystem('cr2')).toBe(BigInt(DATA + 8));
    expect(Number(k.context.rip)).toBe(CODE + 19);
    expect(k.u64(STACK - 8 * 6)).toBe(2n); // write to a page that is not present, from ring 0
  });

  it.each([
    ['read of an absent page', 'long', 0n, '8a 04 25 10 00 05 00', 0],
    ['write to a read-only page', 'long', 5n, '88 04 25 10 00 05 00', 3],
    ['user read of a supervisor page', 'user', 3n, '8a 04 25 10 00 05 00', 5],
    ['user write to an absent page', 'user', 0n, '88 04 25 10 00 05 00', 6],
    ['reserved bit', 'long', (1n << 50n) | 7n, '8a 04 25 10 00 05 00', 9],
    ['fetch from a no-execute page', 'long', (1n << 63n) | 7n, 'b8 00 00 05 00 ff e0', 17],
  ] as const)('error code of a page fault: %s', (_name, start, rights, code, error) => {
    const k = kernel(start, code);
    k.setPage(DATA, rights);
    expect(k.trapped()).toMatchObject({ vector: 14, error });
  });

  it('checks the gate: DPL for INT n, presence, type, and names the IDT entry', () => {
    const user = kernel('user', 'cd 80'); // int 0x80
    expect(user.trapped()).toMatchObject({ vector: 13, error: 0x80 * 8 + 2, rip: USER_CODE });
    const open = kernel('user', 'cd 80');
    open.setGate(0x80, STUBS + 0x800, { access: 0xee });
    expect(open.trapped()).toMatchObject({ vector: 0x80, rip: USER_CODE + 2, flags: 2 });
    const absent = kernel('long', 'cd 80');
    absent.setGate(0x80, STUBS + 0x800, { access: 0x0e });
    expect(absent.trapped()).toMatchObject({ vector: 11, error: 0x80 * 8 + 2 });
    const wrong = kernel('long', '0f 0b');
    wrong.setGate(6, STUBS, { access: 0x8c });
    expect(wrong.trapped()).toMatchObject({ vector: 13, error: 6 * 8 + 2 + 1, rip: CODE });
  });

  it('names the code segment of the gate, with EXT for an exception and without for INT n', () => {
    const k = kernel('long', '0f 0b');
    k.setGate(6, STUBS, { selector: Selector.code32 });
    expect(k.trapped()).toMatchObject({ vector: 13, error: Selector.code32 + 1 });
    const software = kernel('long', 'cd 06');
    software.setGate(6, STUBS, { selector: Selector.code32 });
    expect(software.trapped()).toMatchObject({ vector: 13, error: Selector.code32, rip: CODE });
    const none = kernel('long', 'cd 06');
    none.setGate(6, STUBS, { selector: 0 });
    expect(none.trapped()).toMatchObject({ vector: 13, error: 0 });
  });

  it('INT3 is a trap, INT1 needs no DPL', () => {
    const k = kernel('user', 'cc');
    k.setGate(3, STUBS + 0x30, { access: 0xee });
    expect(k.trapped()).toMatchObject({ vector: 3, rip: USER_CODE + 1 });
    expect(kernel('user', 'f1').trapped()).toMatchObject({ vector: 1, rip: USER_CODE + 1 });
  });
});

describe('faults while delivering', () => {
  it('two contributory faults make a double fault with error code 0', () => {
    const k = kernel('long', 'b8 68 00 00 00 8e d8'); // mov ds, a selector whose descriptor is absent
    k.setGdt(Selector.free, 0x0000_1300_0000_0000n);
    k.setGate(11, STUBS, { access: 0 });
    expect(k.trapped()).toMatchObject({ vector: 8, error: 0, rip: CODE + 5 });
  });

  it('a page fault while delivering a page fault is a double fault; while delivering #GP it is served first', () => {
    const twice = kernel('long', '8a 04 25 10 00 05 00');
    twice.setPage(DATA, 0n);
    twice.setGate(14, STUBS, { access: 0 });
    expect(twice.trapped()).toMatchObject({ vector: 8, error: 0, rip: CODE });
    const serial = kernel('long', '48 b8 00 00 00 00 00 00 00 80 8a 00'); // read of an address that is not canonical
    serial.setGate(13, STUBS + 0xd0, { ist: 1 });
    serial.memory.writeU64(TSS + 36, 0x6_0000n);
    serial.setPage(0x5_f000, 0n);
    expect(serial.trapped()).toMatchObject({ vector: 14, error: 2, rip: CODE + 10 });
    expect(serial.context.readSystem('cr2')).toBe(0x5_fff8n);
  });

  it('a fault while delivering a double fault shuts the processor down', () => {
    const k = kernel('long', '0f 0b');
    k.context.writeTable('idt', 0n, 0);
    expect(k.run()).toEqual({ kind: 'shutdown' });
    expect(k.context.halted).toBe(3);
    expect(k.run()).toEqual({ kind: 'shutdown' });
  });

  it('#TS if the TSS is too short for the inner stack', () => {
    const k = kernel('user', 'f4');
    k.context.writeSegment('tr', { selector: Selector.task, base: BigInt(TSS), limit: 3, attributes: 0x8b });
    k.setGate(8, STUBS + 0x80, { ist: 1 });
    expect(k.run()).toEqual({ kind: 'shutdown' });
    const ist = kernel('long', '0f 0b');
    ist.context.writeSegment('tr', { selector: Selector.task, base: BigInt(TSS), limit: 35, attributes: 0x8b });
    ist.setGate(6, STUBS, { ist: 1 });
    expect(ist.trapped()).toMatchObject({ vector: 10, error: Selector.task + 1 });
  });

  it('#SS for an IST that is not canonical', () => {
    const k = kernel('long', '0f 0b');
    k.memory.writeU64(TSS + 36, 0x8000_0000_0000_0000n);
    k.setGate(6, STUBS, { ist: 1 });
    expect(k.trapped()).toMatchObject({ vector: 12, error: 1 });
  });
});
