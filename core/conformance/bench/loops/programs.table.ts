/** The loops, in 32- and 64-bit code. Their instructions are counted by hand; a test holds the count against ours. */
import type { LoopProgram } from './kernel.ts';

const COPY_BYTES = 0x1_0000;
const HASH_BYTES = 0x1000;

function fibonacci(n: number): number {
  let [current, next] = [0, 1];
  for (let i = 0; i < n; i++) [current, next] = [next, current + next];
  return current;
}

/** @param next the instruction that goes on to the next byte: the only one that differs between widths */
const hash = (next: string): string => `
    bf {turns}                       ; mov edi, turns
    b8 c5 9d 1c 81                   ; mov eax, FNV offset basis
  turn:
    be {source}                      ; mov esi, source
    b9 00 10 00 00                   ; mov ecx, 4096
  byte:
    0f b6 16                         ; movzx edx, byte [esi]
    31 d0                            ; xor eax, edx
    69 c0 93 01 00 01                ; imul eax, eax, FNV prime
    ${next}
    ff c9                            ; dec ecx
    75 <byte>                        ; jnz byte
    ff cf                            ; dec edi
    75 <turn>                        ; jnz turn`;

/** The same bytes in both widths; in 64-bit code they push and pop whole registers. */
const FIB = `
    b8 {turns}                       ; mov eax, n
    e8 <<fib>>                       ; call fib
    eb <done>                        ; jmp done
  fib:
    83 f8 02                         ; cmp eax, 2
    72 <small>                       ; jb small
    53 56                            ; push ebx; push esi
    89 c3                            ; mov ebx, eax
    8d 43 ff                         ; lea eax, [ebx - 1]
    e8 <<fib>>                       ; call fib
    89 c6                            ; mov esi, eax
    8d 43 fe                         ; lea eax, [ebx - 2]
    e8 <<fib>>                       ; call fib
    01 f0                            ; add eax, esi
    5e 5b                            ; pop esi; pop ebx
  small:
    c3                               ; ret
  done:`;

export const PROGRAMS: Readonly<Record<string, LoopProgram>> = {
  register: {
    summary: 'arithmetic on registers',
    code: {
      32: `
    b9 {turns}                       ; mov ecx, turns
    31 c0 ba 01 00 00 00 31 f6       ; eax = 0, edx = 1, esi = 0
  turn:
    01 d0                            ; add eax, edx
    31 c2                            ; xor edx, eax
    8d 34 56                         ; lea esi, [esi + 2 * edx]
    29 f0                            ; sub eax, esi
    c1 c2 05                         ; rol edx, 5
    ff c9                            ; dec ecx
    75 <turn>                        ; jnz turn`,
      64: `
    b9 {turns}                       ; mov ecx, turns
    31 c0 ba 01 00 00 00 31 f6       ; eax = 0, edx = 1, esi = 0
  turn:
    48 01 d0                         ; add rax, rdx
    48 31 c2                         ; xor rdx, rax
    48 8d 34 56                      ; lea rsi, [rsi + 2 * rdx]
    48 29 f0                         ; sub rax, rsi
    48 c1 c2 05                      ; rol rdx, 5
    ff c9                            ; dec ecx
    75 <turn>                        ; jnz turn`,
    },
    turns: { bench: 1_000_000_000, test: 1000 },
    instructions: (turns) => 4 + 7 * turns,
  },
  hash: {
    summary: 'FNV-1a over 4 KiB of memory, byte by byte',
    code: { 32: hash('ff c6 ; inc esi'), 64: hash('48 ff c6 ; inc rsi') },
    turns: { bench: 100_000, test: 3 },
    instructions: (turns) => 2 + turns * (4 + 6 * HASH_BYTES),
  },
  copy: {
    summary: '64 KiB of memory to another place, word by word (4 bytes, in 64-bit code 8)',
    code: {
      32: `
    bb {turns}                       ; mov ebx, turns
  turn:
    be {source} bf {target}          ; mov esi, source; mov edi, target
    b9 00 40 00 00                   ; mov ecx, 16384
  word:
    8b 06                            ; mov eax, [esi]
    89 07                            ; mov [edi], eax
    83 c6 04                         ; add esi, 4
    83 c7 04                         ; add edi, 4
    ff c9                            ; dec ecx
    75 <word>                        ; jnz word
    ff cb                            ; dec ebx
    75 <turn>                        ; jnz turn`,
      64: `
    bb {turns}                       ; mov ebx, turns
  turn:
    be {source} bf {target}          ; mov esi, source; mov edi, target
    b9 00 20 00 00                   ; mov ecx, 8192
  word:
    48 8b 06                         ; mov rax, [rsi]
    48 89 07                         ; mov [rdi], rax
    48 83 c6 08                      ; add rsi, 8
    48 83 c7 08                      ; add rdi, 8
    ff c9                            ; dec ecx
    75 <word>                        ; jnz word
    ff cb                            ; dec ebx
    75 <turn>                        ; jnz turn`,
    },
    turns: { bench: 25_000, test: 2 },
    instructions: (turns, width) => 1 + turns * (5 + (6 * COPY_BYTES) / (width / 8)),
  },
  fib: {
    summary: 'Fibonacci numbers by recursion',
    code: { 32: FIB, 64: FIB },
    turns: { bench: 38, test: 10 },
    // Leaves take 3 instructions, inner calls 14; there are fib(n + 1) leaves and one inner call fewer.
    instructions: (n) => 3 + 3 * fibonacci(n + 1) + 14 * (fibonacci(n + 1) - 1),
  },
};
