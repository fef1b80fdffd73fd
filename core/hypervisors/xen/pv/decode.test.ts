/** The decoder of privileged instructions and stores: lengths and parts, checked against an assembler's output. */
import { describe, expect, it } from 'vitest';
import { decode } from './decode.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text.split(' '), (byte) => Number.parseInt(byte, 16));

/** Code followed by other bytes, its length, and what is expected of its parts. */
const CASES: readonly (readonly [string, string, number, Record<string, unknown>])[] = [
  ['cli', 'fa', 1, { opcode: 0xfa }],
  ['in al, dx', 'ec', 1, { opcode: 0xec }],
  ['in eax, 0x61', 'e5 61', 2, { immediate: 0x61n, wide: 4 }],
  ['out dx, ax', '66 ef', 2, { wide: 2 }],
  ['rep insw', '66 f3 6d', 3, { repeat: true, wide: 2 }],
  ['wrmsr', '0f 30', 2, { opcode: 0x0f30 }],
  ['mov rax, cr0', '0f 20 c0', 3, { reg: 0, rm: 0 }],
  ['mov cr4, r9', '41 0f 22 e1', 4, { reg: 4, rm: 9 }],
  ['mov [rdi], rsi', '48 89 37', 3, { reg: 6, wide: 8, modrm: 0x37 }],
  ['mov [rip+0x1234], r12', '4c 89 25 34 12 00 00', 7, { reg: 12 }],
  ['mov [rsp+8], rax', '48 89 44 24 08', 5, { reg: 0 }],
  ['mov [rax+rcx*8+0x12345678], rdx', '48 89 94 c8 78 56 34 12', 8, { reg: 2 }],
  ['mov [0x1000], rdx (no base)', '48 89 14 25 00 10 00 00', 8, { reg: 2 }],
  ['mov qword [rdi], 0', '48 c7 07 00 00 00 00', 7, { immediate: 0n }],
  ['mov qword [rdi], -2', '48 c7 07 fe ff ff ff', 7, { immediate: -2n }],
  ['xchg [rdi], rax', '48 87 07', 3, { opcode: 0x87 }],
  ['lock and byte [rdi], 0xfd', 'f0 80 27 fd', 4, { lock: true, reg: 4, immediate: -3n }],
  ['lock btr qword [rdi], 1', 'f0 48 0f ba 37 01', 6, { reg: 6, immediate: 1n }],
  ['lock cmpxchg [rdi], rcx', 'f0 48 0f b1 0f', 5, { reg: 1 }],
  ['lock cmpxchg8b [rdi]', 'f0 0f c7 0f', 4, { reg: 1 }],
];

describe('decoder', () => {
  it.each(CASES)('%s', (_text, code, length, parts) => {
    const decoded = decode(Uint8Array.of(...bytes(code), 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90));
    expect(decoded).toMatchObject({ length, ...parts });
  });

  it('knows nothing else, and needs all the bytes', () => {
    expect(decode(bytes('0f 01 d0'))?.opcode).toBe(0x0f01);
    expect(decode(bytes('90 90'))).toBeUndefined();
    expect(decode(bytes('0f 0b'))).toBeUndefined();
    expect(decode(bytes('48 c7 07 00'))).toBeUndefined();
    expect(decode(new Uint8Array(15).fill(0x66))).toBeUndefined();
  });
});
