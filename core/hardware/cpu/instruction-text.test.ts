/** Instructions as text, one of each kind of operand. */
import { expect, it } from 'vitest';
import { kernel } from '../testing/kernel.ts';
import { bytesOf } from '../testing/program.ts';
import type { CodeWidth } from './engine.ts';

const { engine } = kernel('long', 'f4');

it.each<[CodeWidth, string, string]>([
  [64, '48 8b 44 8b f8', 'mov rax, qword [rbx + rcx*4 - 0x8]'],
  [64, '48 8d 05 10 00 00 00', 'lea rax, [0x1017]'],
  [64, '65 48 8b 04 25 28 00 00 00', 'mov rax, qword gs:[0x28]'],
  [64, 'f0 44 0f b1 01', 'lock cmpxchg dword [rcx], r8d'],
  [64, '40 80 c6 7f', 'add sil, 0x7f'],
  [32, '80 c6 80', 'add dh, 0x80'],
  [32, 'a8 03', 'test al, 0x3'],
  [64, 'd3 e0', 'shl eax, cl'],
  [64, 'e8 fb ff ff ff', 'call 0x1000'],
  [64, '75 02', 'jnz 0x1004'],
  [64, '66 0f 6f 0f', 'movdqa xmm1, xmmword [rdi]'],
  [64, 'f3 48 ab', 'rep stos qword [rdi], rax'],
  [64, '0f 22 e0', 'mov cr4, rax'],
  [64, '8e d8', 'mov ds, ax'],
  [64, 'd8 c1', 'fadd st0, st1'],
  [32, 'ea 00 10 00 00 08 00', 'jmp 0x8:0x1000'],
  [16, '8b 47 02', 'mov ax, word [bx + 0x2]'],
  [16, 'cd 10', 'int 0x10'],
  [64, 'c4 e2 70 f2 c2', 'andn eax, ecx, edx'],
  [64, '0f 04', '(bad)'],
])('%i-bit %s: %s', (width, code, text) => {
  const bytes = bytesOf(code);
  expect(engine.disassemble(bytes, width, 0x1000n)).toMatchObject({ text, length: bytes.length });
});

it('says nothing about an instruction that is cut off', () => {
  expect(engine.disassemble(bytesOf('48 8b'), 64, 0n)).toBeUndefined();
});
