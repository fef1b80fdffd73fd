/** Random programs of a few instructions each, with random state around them, from a seed. */
import type { Random } from '../../base/random.ts';
import type { Row } from '../../isa/row.ts';
import { type Case, CODE_BYTES, FX_BYTES, STATE_BYTES, State, WINDOW_ADDRESS, WINDOW_BYTES } from './case.ts';
import { encode, INDEXES, POINTERS, value64 } from './encode.ts';
import { EXCLUDED, KEEPS_FLAGS, SEGMENT_OPERANDS } from './generate.table.ts';

const FLAG_BITS: Readonly<Record<string, number>> = { c: 0x1, p: 0x4, a: 0x10, z: 0x40, s: 0x80, o: 0x800 };
const STATUS = 0x8d5;
const DIRECTION = 0x400;
const LONGEST_INSTRUCTION = 15;
const BREAKPOINT = 0xcc;

const flagMask = (letters: string | undefined): number =>
  [...(letters ?? '')].reduce((mask, letter) => mask | (FLAG_BITS[letter] ?? 0), 0);

/** Rows that a program in ring 3 of 64-bit mode may contain and whose outcome the manual defines. */
export function testableRows(rows: readonly Row[], implemented: (row: Row) => boolean, features: ReadonlySet<string>): Row[] {
  return rows.filter(
    (row) =>
      row.mode !== 'legacy' &&
      !row.privileged &&
      implemented(row) &&
      !EXCLUDED.some((pattern) => pattern.test(row.name)) &&
      !SEGMENT_OPERANDS.test(`${row.name} ${row.operands ?? ''}`) &&
      (row.feature === undefined || features.has(row.feature)),
  );
}

/** OF is defined for shifts by one only; a count above the width leaves CF undefined too. */
const shiftUndefined = (row: Row): number =>
  /,1$/.test(row.operands ?? '') ? flagMask('a') : flagMask(/^(SH|SA)/.test(row.name) ? 'oac' : 'oa');

/** Repeated no time at all, these leave the flags alone. */
const MAY_KEEP_FLAGS = /^(CMPS|SCAS)/;

/** A case of up to `longest` instructions of `rows`. */
export function generateCase(random: Random, rows: readonly Row[], longest: number): Case {
  const code: number[] = [];
  const text: string[] = [];
  let undefinedNow = 0;
  let everUndefined = 0;
  const wanted = 1 + random.below(longest);
  let count = 0;
  while (count < wanted && code.length < CODE_BYTES - 2 * LONGEST_INSTRUCTION) {
    const row = random.pick(rows);
    if (flagMask(row.reads) & undefinedNow) continue;
    code.push(...encode(random, row, code.length));
    text.push(`${row.name} ${row.operands ?? ''} [${row.code}]`);
    if (KEEPS_FLAGS.test(row.name)) undefinedNow |= shiftUndefined(row);
    else if (!MAY_KEEP_FLAGS.test(row.name)) undefinedNow &= ~flagMask(row.writes);
    undefinedNow |= flagMask(row.undefined);
    everUndefined |= undefinedNow;
    count += 1;
  }
  code.push(BREAKPOINT);
  return {
    state: randomState(random),
    code: Uint8Array.from(code),
    window: randomWindow(random),
    text: text.join('; '),
    undefinedFlags: everUndefined,
    instructions: count + 1,
  };
}

function randomState(random: Random): Uint8Array {
  const state = new Uint8Array(STATE_BYTES);
  const view = new DataView(state.buffer);
  const middle = WINDOW_ADDRESS + WINDOW_BYTES / 2;
  for (let register = 0; register < 16; register++) view.setBigUint64(State.gpr + 8 * register, value64(random), true);
  for (const register of POINTERS)
    view.setBigUint64(
      State.gpr + 8 * register,
      BigInt(middle + 16 * (random.below(8) - 4) + (random.chance(0.2) ? random.below(16) : 0)),
      true,
    );
  for (const register of INDEXES)
    view.setBigUint64(State.gpr + 8 * register, BigInt.asUintN(64, BigInt(random.below(17) - 8)), true);
  view.setBigUint64(State.gpr + 8 * 4, BigInt(middle + 8 * (random.below(16) - 8)), true);
  view.setBigUint64(State.rflags, BigInt(0x202 | (random.u32() & STATUS) | (random.chance(0.1) ? DIRECTION : 0)), true);
  randomFloat(random, state.subarray(State.fx, State.fx + FX_BYTES));
  return state;
}

const FX = { fcw: 0, fsw: 2, tags: 4, mxcsr: 24, st: 32, xmm: 160 } as const;
const DEFAULT_FCW = 0x037f;
const DEFAULT_MXCSR = 0x1f80;
const MXCSR_CONTROL = [0, 0, 0, 0x2000, 0x4000, 0x6000, 0x8000, 0x0040];

/** FXSAVE image: exceptions masked, any rounding, registers of every class of number. */
function randomFloat(random: Random, image: Uint8Array): void {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  view.setUint16(
    FX.fcw,
    random.chance(0.6) ? DEFAULT_FCW : (DEFAULT_FCW & ~0xf00) | (random.below(4) << 10) | (random.pick([0, 2, 3]) << 8),
    true,
  );
  view.setUint16(FX.fsw, random.below(8) << 11, true);
  view.setUint8(FX.tags, random.u32() & 0xff);
  view.setUint32(FX.mxcsr, DEFAULT_MXCSR | random.pick(MXCSR_CONTROL), true);
  for (let index = 0; index < 8; index++) {
    view.setBigUint64(FX.st + 16 * index, random.chance(0.7) ? random.u64() | (1n << 63n) : value64(random), true);
    view.setUint16(
      FX.st + 16 * index + 8,
      random.chance(0.6)
        ? 0x3fff - 40 + random.below(80) + (random.below(2) << 15)
        : random.pick([0, 1, 0x7fff, 0x7ffe, 0x8000, 0xffff, random.below(65536)]),
      true,
    );
  }
  for (let index = 0; index < 16; index++) {
    const at = FX.xmm + 16 * index;
    const kind = random.below(4);
    if (kind === 0) for (let lane = 0; lane < 4; lane++) view.setUint32(at + 4 * lane, float32(random), true);
    else if (kind === 1) for (let lane = 0; lane < 2; lane++) view.setBigUint64(at + 8 * lane, float64(random), true);
    else for (let lane = 0; lane < 2; lane++) view.setBigUint64(at + 8 * lane, value64(random), true);
  }
}

const float32 = (random: Random): number =>
  random.chance(0.75)
    ? ((random.u32() & 0x807f_ffff) | ((112 + random.below(32)) << 23)) >>> 0
    : random.pick([
        0,
        0x8000_0000,
        0x7f80_0000,
        0xff80_0000,
        0x7fc0_0000,
        0x7fa0_0001,
        1,
        0x0080_0000,
        0x7f7f_ffff,
        random.u32(),
      ]);
const float64 = (random: Random): bigint =>
  random.chance(0.75)
    ? (random.u64() & 0x800f_ffff_ffff_ffffn) | (BigInt(1000 + random.below(60)) << 52n)
    : random.pick([
        0n,
        1n << 63n,
        0x7ff0n << 48n,
        0xfff0n << 48n,
        0x7ff8n << 48n,
        (0x7ff4n << 48n) | 1n,
        1n,
        0x0010n << 48n,
        (0x7fe0n << 48n) | 0xf_ffffn,
        random.u64(),
      ]);

function randomWindow(random: Random): Uint8Array {
  const window = new Uint8Array(WINDOW_BYTES);
  const view = new DataView(window.buffer);
  for (let at = 0; at < WINDOW_BYTES; at += 8) {
    const kind = random.below(4);
    if (kind === 0) {
      view.setUint32(at, float32(random), true);
      view.setUint32(at + 4, float32(random), true);
    } else view.setBigUint64(at, kind === 1 ? float64(random) : value64(random), true);
  }
  return window;
}
