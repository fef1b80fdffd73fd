/**
 * Random 64-bit integer programs for comparing translated code with the interpreter.
 *
 * A program is a list of blocks; each ends with a conditional jump, call, return or jump to another. Operands are
 * random, so flags, partial registers, page crossings, faults and writes to its own code all happen.
 */
import type { Random } from '../../../../base/random.ts';

/** Opcode bytes; whether ModRM follows (a digit fixes its reg field); bytes of immediate (`z`: 2 or 4 by prefix). */
interface Form {
  readonly opcode: readonly number[];
  readonly modRm?: number | 'r';
  readonly immediate?: 1 | 2 | 'z';
  /** Register numbers of the opcode's low bits. */
  readonly plusRegister?: true;
  /** Only a register operand makes sense, or only a memory one. */
  readonly only?: 'register' | 'memory';
  readonly weight?: number;
}

const arithmetic = (digit: number): Form[] => [
  ...[0, 1, 2, 3].map((low): Form => ({ opcode: [digit * 8 + low], modRm: 'r' })),
  { opcode: [digit * 8 + 4], immediate: 1 },
  { opcode: [digit * 8 + 5], immediate: 'z' },
  { opcode: [0x80], modRm: digit, immediate: 1 },
  { opcode: [0x81], modRm: digit, immediate: 'z' },
  { opcode: [0x83], modRm: digit, immediate: 1 },
];
const shifts = (digit: number): Form[] => [
  ...[0xd0, 0xd1, 0xd2, 0xd3].map((code): Form => ({ opcode: [code], modRm: digit })),
  { opcode: [0xc0], modRm: digit, immediate: 1 },
  { opcode: [0xc1], modRm: digit, immediate: 1 },
];
const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

const FORMS: readonly Form[] = [
  ...range(0, 8).flatMap(arithmetic),
  ...range(0, 8).flatMap(shifts),
  ...[0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b].map((code): Form => ({ opcode: [code], modRm: 'r', weight: 3 })),
  { opcode: [0xa8], immediate: 1 },
  { opcode: [0xa9], immediate: 'z' },
  { opcode: [0xf6], modRm: 0, immediate: 1 },
  { opcode: [0xf7], modRm: 0, immediate: 'z' },
  ...range(2, 6).flatMap((digit): Form[] => [
    { opcode: [0xf6], modRm: digit },
    { opcode: [0xf7], modRm: digit },
  ]),
  ...[0xfe, 0xff].flatMap((code): Form[] => [
    { opcode: [code], modRm: 0 },
    { opcode: [code], modRm: 1 },
  ]),
  { opcode: [0x8d], modRm: 'r', only: 'memory', weight: 4 },
  { opcode: [0x63], modRm: 'r' },
  { opcode: [0x69], modRm: 'r', immediate: 'z' },
  { opcode: [0x6b], modRm: 'r', immediate: 1 },
  { opcode: [0xc6], modRm: 0, immediate: 1 },
  { opcode: [0xc7], modRm: 0, immediate: 'z' },
  { opcode: [0xb0], plusRegister: true, immediate: 1 },
  { opcode: [0x90], plusRegister: true },
  { opcode: [0x98] },
  { opcode: [0x99] },
  { opcode: [0xf5] },
  { opcode: [0xf8] },
  { opcode: [0xf9] },
  { opcode: [0xfc] },
  { opcode: [0x9c] },
  { opcode: [0x9f] },
  { opcode: [0x9e] },
  { opcode: [0x50], plusRegister: true, weight: 4 },
  { opcode: [0x58], plusRegister: true, weight: 4 },
  { opcode: [0x68], immediate: 'z' },
  { opcode: [0x6a], immediate: 1 },
  { opcode: [0xff], modRm: 6 },
  { opcode: [0x8f], modRm: 0 },
  { opcode: [0xa4] },
  { opcode: [0xa5] },
  { opcode: [0xab] },
  { opcode: [0xae] },
  { opcode: [0xd7] },
  ...range(0x40, 16).map((code): Form => ({ opcode: [0x0f, code], modRm: 'r' })),
  ...range(0x90, 16).map((code): Form => ({ opcode: [0x0f, code], modRm: 0 })),
  ...[0xb6, 0xb7, 0xbe, 0xbf, 0xaf, 0xbc, 0xbd, 0xa3, 0xab, 0xb3, 0xbb, 0xb0, 0xb1, 0xc0, 0xc1, 0xa5, 0xad, 0x1f].map(
    (code): Form => ({ opcode: [0x0f, code], modRm: 'r' }),
  ),
  ...[4, 5, 6, 7].map((digit): Form => ({ opcode: [0x0f, 0xba], modRm: digit, immediate: 1 })),
  { opcode: [0x0f, 0xa4], modRm: 'r', immediate: 1 },
  { opcode: [0x0f, 0xac], modRm: 'r', immediate: 1 },
  { opcode: [0x0f, 0xc8], plusRegister: true },
  { opcode: [0xf3, 0x0f, 0xb8], modRm: 'r' },
  { opcode: [0xfa] },
  // SSE2: with the prefix 66, where there are others with those as well.
  ...[...range(0x60, 16), 0x74, 0x75, 0x76, 0x7e, 0x7f, 0xd4, 0xd5, 0xd6, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf].map(
    (code): Form => ({ opcode: [0x66, 0x0f, code], modRm: 'r' }),
  ),
  ...[
    0xe0,
    0xe3,
    0xe7,
    0xe8,
    0xe9,
    0xea,
    0xeb,
    0xec,
    0xed,
    0xee,
    0xef,
    0xf5,
    ...range(0xf8, 7),
    0x10,
    0x11,
    0x28,
    0x29,
    0x50,
  ].map((code): Form => ({ opcode: [0x66, 0x0f, code], modRm: 'r' })),
  { opcode: [0x66, 0x0f, 0xd7], modRm: 'r', only: 'register' },
  { opcode: [0x66, 0x0f, 0x70], modRm: 'r', immediate: 1 },
  { opcode: [0xf3, 0x0f, 0x70], modRm: 'r', immediate: 1 },
  { opcode: [0xf2, 0x0f, 0x70], modRm: 'r', immediate: 1 },
  ...[0x6f, 0x7f, 0x7e, 0x10, 0x11].map((code): Form => ({ opcode: [0xf3, 0x0f, code], modRm: 'r' })),
  ...[0x10, 0x11].map((code): Form => ({ opcode: [0xf2, 0x0f, code], modRm: 'r' })),
  ...[0x71, 0x72, 0x73].flatMap((code) =>
    [2, 3, 4, 6, 7].map((digit): Form => ({ opcode: [0x66, 0x0f, code], modRm: digit, immediate: 1, only: 'register' })),
  ),
];

const WEIGHED = FORMS.flatMap((form) => Array.from({ length: form.weight ?? 1 }, () => form));

/** ModRM with SIB and displacement. Mostly small displacements, so that accesses fall into the data the registers point at. */
function modRmBytes(random: Random, reg: number, only: Form['only']): number[] {
  const register = only === 'register' || (only !== 'memory' && random.below(100) < 60);
  const rm = random.below(8);
  if (register) return [0xc0 | (reg << 3) | rm];
  const mod = random.below(3);
  const bytes = [(mod << 6) | (reg << 3) | rm];
  let displacement = mod === 1 ? 1 : mod === 2 ? 4 : 0;
  if (rm === 4) {
    const sib = random.below(256);
    bytes.push(sib);
    if ((sib & 7) === 5 && mod === 0) displacement = 4;
  } else if (rm === 5 && mod === 0) displacement = 4;
  if (displacement === 1) bytes.push(random.below(256));
  // A relative address of a few hundred bytes: code and what surrounds it.
  else if (displacement === 4) bytes.push(random.below(256), random.below(4), 0, 0);
  return bytes;
}

function instruction(random: Random): number[] {
  const form = WEIGHED[random.below(WEIGHED.length)] ?? FORMS[0];
  if (form === undefined) return [0x90];
  const bytes: number[] = [];
  const narrow = random.below(6) === 0;
  const repeats = [0xa4, 0xa5, 0xab, 0xae].includes(form.opcode[0] ?? 0) && form.opcode.length === 1;
  if (repeats && random.below(3) === 0) bytes.push(0xf3);
  const [first = 0, ...others] = form.opcode;
  const mandatory = others.length > 1;
  if (narrow && !mandatory) bytes.push(0x66);
  if (mandatory) bytes.push(first);
  if (random.below(2) === 0) bytes.push(0x40 | random.below(16));
  const opcode = mandatory ? others : [first, ...others];
  bytes.push(...opcode);
  if (form.plusRegister) bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) + random.below(8);
  if (form.modRm !== undefined) bytes.push(...modRmBytes(random, form.modRm === 'r' ? random.below(8) : form.modRm, form.only));
  const wide = bytes.some((byte, at) => (byte & 0xf8) === 0x48 && bytes[at + 1] === opcode[0]);
  const size = form.immediate === 'z' ? (narrow && !wide ? 2 : 4) : (form.immediate ?? 0);
  for (let i = 0; i < size; i++) bytes.push(random.below(3) === 0 ? random.below(256) : random.below(2) * 0xff);
  return bytes;
}

/** One program of about `blocks` blocks. */
export function randomProgram(random: Random, blocks: number): Uint8Array {
  const parts: { body: number[]; ending: 'branch' | 'jump' | 'call' | 'return' | 'fall'; cc: number; target: number }[] = [];
  for (let i = 0; i < blocks; i++) {
    const body: number[] = [];
    for (let left = random.below(7); left > 0; left--) body.push(...instruction(random));
    const ending = (['branch', 'branch', 'branch', 'jump', 'call', 'return', 'fall'] as const)[random.below(7)] ?? 'fall';
    // A compare before most branches, now and then of equals, so that both sides are taken.
    if (ending === 'branch' && random.below(3) > 0) {
      const equal = random.below(3) === 0;
      body.push(0x48 | (equal ? 0 : random.below(8)), 0x39, 0xc0 | (equal ? 9 * random.below(8) : random.below(64)));
    }
    parts.push({ body, ending, cc: random.below(16), target: random.below(blocks) });
  }
  const LENGTHS = { branch: 6, jump: 5, call: 5, return: 1, fall: 0 };
  const starts: number[] = [];
  let at = 0;
  for (const part of parts) {
    starts.push(at);
    at += part.body.length + LENGTHS[part.ending];
  }
  const bytes: number[] = [];
  for (const { body, ending, cc, target } of parts) {
    bytes.push(...body);
    const to = (starts[target] ?? 0) - (bytes.length + LENGTHS[ending]);
    const relative = [to & 0xff, (to >> 8) & 0xff, (to >> 16) & 0xff, (to >> 24) & 0xff];
    if (ending === 'branch') bytes.push(0x0f, 0x80 | cc, ...relative);
    else if (ending === 'jump') bytes.push(0xe9, ...relative);
    else if (ending === 'call') bytes.push(0xe8, ...relative);
    else if (ending === 'return') bytes.push(0xc3);
  }
  return new Uint8Array(bytes);
}
