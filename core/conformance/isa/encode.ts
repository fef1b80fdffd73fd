/** A row of the instruction tables and some chance → the bytes of one 64-bit instruction. */
import type { Random } from '../../base/random.ts';
import type { Row } from '../../isa/row.ts';
import { CODE_ADDRESS, WINDOW_ADDRESS, WINDOW_BYTES } from './case.ts';

/** What a row's encoding says, taken apart. */
interface Shape {
  readonly mandatory: number | undefined;
  readonly vex: { readonly map: number; readonly pp: number; readonly long: number; readonly w: 0 | 1 | undefined } | undefined;
  readonly opcode: readonly number[];
  readonly registerInOpcode: boolean;
  readonly fixedModrm: number | undefined;
  /** `C0+i`: the low three bits of the fixed ModRM byte are free. */
  readonly freeRm: boolean;
  readonly modrm: boolean;
  readonly digit: number | undefined;
  readonly mod: 'register' | 'memory' | 'any';
  /** The one register that `rm` may name. */
  readonly rm: number | undefined;
  readonly immediates: readonly string[];
  readonly w: 0 | 1 | undefined;
}

const MANDATORY: Readonly<Record<string, number>> = { '66': 0x66, F2: 0xf2, F3: 0xf3 };
const PP: Readonly<Record<string, number>> = { '66': 1, F3: 2, F2: 3 };
const MAPS: Readonly<Record<string, number>> = { '0F': 1, '0F38': 2, '0F3A': 3 };
/** Registers that the generator points into the window. */
export const POINTERS = [3, 5, 6, 7, 12, 13] as const;
/** Registers that the generator keeps small. */
export const INDEXES = [9, 10] as const;

function vexShape(token: string): NonNullable<Shape['vex']> {
  const parts = token.split('.').slice(1);
  const w = parts.includes('W1') ? 1 : parts.includes('W0') ? 0 : undefined;
  return {
    map: MAPS[parts.find((part) => part in MAPS) ?? '0F'] ?? 1,
    pp: PP[parts.find((part) => part in PP) ?? ''] ?? 0,
    long: parts.includes('L1') ? 1 : 0,
    w,
  };
}

export function shapeOf(row: Row): Shape {
  const tokens = row.code.split(/\s+/);
  const vexToken = tokens.find((token) => token.startsWith('VEX'));
  const mandatory = MANDATORY[tokens[0] ?? ''];
  const bytes = tokens
    .slice(mandatory !== undefined || tokens[0] === 'NP' || vexToken ? 1 : 0)
    .filter((token) => /^[0-9A-F]{2}(\+i)?$/.test(token));
  const values = bytes.map((byte) => Number.parseInt(byte, 16));
  let length = 1;
  if (!vexToken && values[0] === 0x0f) length = values[1] === 0x38 || values[1] === 0x3a ? 3 : 2;
  const operands = (row.operands ?? '').split(',').map((operand) => operand.trim());
  const memoryOnly = operands.some((operand) => /^M/.test(operand));
  const registerOnly = operands.some((operand) => /^[NUR]/.test(operand));
  return {
    mandatory,
    vex: vexToken ? vexShape(vexToken) : undefined,
    opcode: values.slice(0, length),
    registerInOpcode: tokens.includes('+r'),
    fixedModrm: values[length],
    freeRm: bytes[length]?.endsWith('+i') ?? false,
    modrm: tokens.some((token) => /^\/[r0-7]$/.test(token)),
    digit: tokens.flatMap((token) => /^\/([0-7])$/.exec(token)?.[1] ?? []).map(Number)[0],
    mod:
      tokens.includes('mod=3') || tokens.some((token) => token.startsWith('rm=')) || registerOnly
        ? 'register'
        : tokens.includes('mod!=3') || memoryOnly
          ? 'memory'
          : 'any',
    rm: tokens.flatMap((token) => /^rm=([0-7])$/.exec(token)?.[1] ?? []).map(Number)[0],
    immediates: tokens.filter((token) => /^i[bwdqzvo]$/.test(token)),
    w: tokens.includes('W1') ? 1 : tokens.includes('W0') ? 0 : undefined,
  };
}

/** The size letters among a row's operands: v and z follow the prefixes, y follows REX.W. */
function operandSize(row: Row, prefix66: boolean, w: number): number {
  const size = row.size ?? (/[A-Z](v|z)/.test(row.operands ?? '') ? 'v' : 'y');
  if (size === 'd64' || size === 'f64') return prefix66 && w === 0 && size === 'd64' ? 2 : 8;
  return w ? 8 : prefix66 ? 2 : 4;
}

const little = (value: bigint, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));

const INTERESTING = [
  0n,
  1n,
  2n,
  7n,
  8n,
  15n,
  31n,
  32n,
  33n,
  63n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fffn,
  0x8000n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  -1n,
  -2n,
  1n << 63n,
  (1n << 63n) - 1n,
];

/** A 64-bit value that is more often a corner than chance would have it. */
export function value64(random: Random): bigint {
  return random.chance(0.5) ? BigInt.asUintN(64, random.pick(INTERESTING)) : random.u64();
}

interface MemoryForm {
  rexX: number;
  rexB: number;
  modrm: number;
  tail: number[];
  ripRelative?: number;
}

/** A memory operand that mostly lies in the window. */
function memoryForm(random: Random, reg: number): MemoryForm {
  const kind = random.unit();
  const field = (reg & 7) << 3;
  if (kind < 0.1)
    return { rexX: 0, rexB: 0, modrm: field | 5, tail: [], ripRelative: WINDOW_ADDRESS + random.below(WINDOW_BYTES - 64) };
  if (kind < 0.2)
    return {
      rexX: 0,
      rexB: 0,
      modrm: field | 4,
      tail: [0x25, ...little(BigInt(WINDOW_ADDRESS + random.below(WINDOW_BYTES - 64)), 4)],
    };
  const base = random.chance(0.04) ? random.below(16) : random.pick(POINTERS);
  const indexed = random.chance(0.4);
  const index = indexed ? (random.chance(0.04) ? random.below(16) : random.pick(INDEXES)) : 4;
  const wide = random.chance(0.3);
  const disp = random.chance(0.5) ? random.below(8) * 16 - 64 : random.below(200) - 100;
  const mod = wide ? 2 : 1;
  const tail = wide ? little(BigInt(disp), 4) : little(BigInt(disp), 1);
  if (!indexed && (base & 7) !== 4) return { rexX: 0, rexB: base >> 3, modrm: (mod << 6) | field | (base & 7), tail };
  const sib = (random.below(4) << 6) | ((index & 7) << 3) | (base & 7);
  return { rexX: index >> 3, rexB: base >> 3, modrm: (mod << 6) | field | 4, tail: [sib, ...tail] };
}

/** Register numbers; RSP rarely, since little works after it is lost. */
const register = (random: Random): number => {
  const chosen = random.below(16);
  return chosen === 4 && random.chance(0.9) ? 0 : chosen;
};

function immediate(random: Random, row: Row, kind: string, size: number): number[] {
  const bytes =
    kind === 'ib'
      ? 1
      : kind === 'iw'
        ? 2
        : kind === 'id'
          ? 4
          : kind === 'iq' || kind === 'io'
            ? 8
            : kind === 'iz'
              ? size === 2
                ? 2
                : 4
              : size;
  if (kind === 'io') return little(BigInt(WINDOW_ADDRESS + random.below(WINDOW_BYTES - 64)), 8);
  // Jumps go forward over as many one-byte NOPs as `encode` appends.
  if ((row.operands ?? '').includes('J')) return little(BigInt(random.below(4)), bytes);
  return little(value64(random), bytes);
}

/** One instruction of `row` at byte `offset` of the code, followed by NOPs where it may jump over them. */
export function encode(random: Random, row: Row, offset: number): number[] {
  const shape = shapeOf(row);
  const prefixes: number[] = [];
  const sizes = row.size ?? '';
  const sized =
    /[A-Z](v|z)/.test(row.operands ?? '') ||
    ['v', 'd64'].includes(sizes) ||
    shape.immediates.includes('iv') ||
    shape.immediates.includes('iz');
  const jump = (row.operands ?? '').includes('J');
  const prefix66 = shape.mandatory === undefined && !shape.vex && sized && !jump && random.chance(0.2);
  if (prefix66) prefixes.push(0x66);
  const w = shape.w ?? (jump ? 0 : shape.vex ? (shape.vex.w ?? random.below(2)) : random.chance(0.4) ? 1 : 0);

  const isRepeatable = /^(MOVS|STOS|LODS|CMPS|SCAS)[BWDQ]?$/.test(row.name) && shape.mandatory === undefined && !shape.modrm;
  if (isRepeatable && random.chance(0.6)) prefixes.push(random.pick([0xf2, 0xf3]));

  const reg = shape.digit ?? register(random);
  let rexR = shape.digit === undefined ? reg >> 3 : 0;
  let rexX = 0;
  let rexB = 0;
  let modrm: number[] = [];
  let ripRelative: number | undefined;
  let memory = false;
  if (shape.fixedModrm !== undefined) modrm = [shape.fixedModrm | (shape.freeRm ? random.below(8) : 0)];
  else if (shape.modrm) {
    memory = shape.mod === 'memory' || (shape.mod === 'any' && random.chance(0.45));
    if (memory) {
      const form = memoryForm(random, reg);
      ({ rexX, rexB, ripRelative } = { rexX: form.rexX, rexB: form.rexB, ripRelative: form.ripRelative });
      modrm = [form.modrm, ...form.tail];
    } else {
      const rm = shape.rm ?? register(random);
      rexB = rm >> 3;
      modrm = [0xc0 | ((reg & 7) << 3) | (rm & 7)];
    }
  }
  let opcode = [...shape.opcode];
  if (shape.registerInOpcode) {
    const chosen = register(random);
    rexB = chosen >> 3;
    rexR = 0;
    opcode = [...opcode.slice(0, -1), (opcode.at(-1) ?? 0) | (chosen & 7)];
  }
  if (row.lock && memory && random.chance(0.2)) prefixes.push(0xf0);

  const head: number[] = [...prefixes];
  if (shape.vex) {
    const vvvv = register(random);
    head.push(
      0xc4,
      ((rexR ^ 1) << 7) | ((rexX ^ 1) << 6) | ((rexB ^ 1) << 5) | shape.vex.map,
      (w << 7) | ((~vvvv & 15) << 3) | (shape.vex.long << 2) | shape.vex.pp,
    );
  } else {
    if (shape.mandatory !== undefined) head.push(shape.mandatory);
    const rex = 0x40 | (w << 3) | (rexR << 2) | (rexX << 1) | rexB;
    if (rex !== 0x40 || random.chance(0.2)) head.push(rex);
  }
  const size = operandSize(row, prefix66, w);
  const tail = shape.immediates.flatMap((kind) => immediate(random, row, kind, size));
  if (ripRelative !== undefined) {
    const end = offset + head.length + opcode.length + 1 + 4 + tail.length;
    modrm = [modrm[0] ?? 0, ...little(BigInt(ripRelative - (CODE_ADDRESS + end)), 4)];
  }
  const bytes = [...head, ...opcode, ...modrm, ...tail];
  return jump ? [...bytes, 0x90, 0x90, 0x90] : bytes;
}
