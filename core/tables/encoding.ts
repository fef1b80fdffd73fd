/** Reads the `code` and `operands` columns of instruction rows into the numbers that the decoder tables hold. */
import type { Row } from '../isa/row.ts';

/** Opcode maps in table order; the last three are reached by a VEX prefix. */
export const MAPS = ['1', '0F', '0F38', '0F3A', 'VEX.0F', 'VEX.0F38', 'VEX.0F3A'] as const;

/** Kinds of immediate, in the order of `readImmediate` in hot/decode.ts. */
const IMMEDIATES = ['', 'ib', 'iw', 'id', 'iq', 'iz', 'iv', 'ip', 'io', 'iw ib'];

/** Operand size rules, in the order of `operandSize` in hot/decode.ts; the first four are log2 of a fixed size. */
const SIZES = ['b', 'w', 'd', 'q', 'v', 'y', 'd64', 'f64'] as const;
export type SizeRule = (typeof SIZES)[number];

/** What must hold for a row to be chosen: for each question, the set of accepted answers as one-hot bits. */
const QUESTIONS = { prefix: [0, 4], form: [4, 2], reg: [6, 8], rm: [14, 8], w: [22, 2], mode: [24, 2], length: [26, 2] } as const;
type Question = keyof typeof QUESTIONS;

export interface Encoding {
  readonly row: Row;
  readonly map: number;
  /** More than one with `+r`. */
  readonly opcodes: readonly number[];
  readonly hasModRm: boolean;
  readonly conditions: number;
  readonly immediate: number;
  readonly size: SizeRule;
  readonly opcodeRegister: boolean;
  readonly usesVvvv: boolean;
  readonly forms: 'any' | 'register' | 'memory';
}

const isByte = (token: string | undefined): token is string => token !== undefined && /^[0-9A-F]{2}$/.test(token);

class Conditions {
  value = 0x0fff_ffff;

  /** Narrows the answers to `question` to those in the set. */
  only(question: Question, ...answers: number[]): void {
    const [shift, width] = QUESTIONS[question];
    let kept = 0;
    for (const answer of answers) kept |= 1 << (shift + answer);
    this.value &= ~(((1 << width) - 1) << shift) | kept;
  }
}

const PREFIXES = ['NP', '66', 'F3', 'F2'];

function readVex(token: string, conditions: Conditions): number {
  const [, length = '', ...rest] = token.split('.');
  if (length === 'LZ' || length === 'L0' || length === '128') conditions.only('length', 0);
  else if (length === 'L1' || length === '256') conditions.only('length', 1);
  conditions.only(
    'prefix',
    Math.max(
      0,
      PREFIXES.findIndex((name) => rest.includes(name)),
    ),
  );
  if (rest.includes('W0')) conditions.only('w', 0);
  if (rest.includes('W1')) conditions.only('w', 1);
  const names = rest.map((part) => `VEX.${part}`);
  const map = MAPS.findIndex((name) => names.includes(name));
  if (map < 0) throw new Error(`no map in ${token}`);
  return map;
}

function readMap(tokens: string[]): number {
  if (tokens[0] !== '0F') return 0;
  const third = tokens[1];
  tokens.splice(0, third === '38' || third === '3A' ? 2 : 1);
  return third === '38' ? 2 : third === '3A' ? 3 : 1;
}

export function readEncoding(row: Row): Encoding {
  const tokens = row.code.split(/\s+/);
  const conditions = new Conditions();
  let map = 0;
  if (tokens[0]?.startsWith('VEX.')) map = readVex(tokens.shift() ?? '', conditions);
  else {
    const prefix = PREFIXES.indexOf(tokens[0] ?? '');
    if (prefix >= 0) {
      conditions.only('prefix', prefix);
      tokens.shift();
    }
    map = readMap(tokens);
  }
  const opcodeToken = tokens.shift() ?? '';
  const opcode = Number.parseInt(opcodeToken, 16);
  let opcodeRegister = false;
  let hasModRm = false;
  let forms: Encoding['forms'] = 'any';
  const immediates: string[] = [];
  if (!isByte(opcodeToken)) throw new Error(`${row.name}: bad opcode in "${row.code}"`);
  for (const token of tokens) {
    if (token === '+r') opcodeRegister = true;
    else if (token === '/r') hasModRm = true;
    else if (/^\/[0-7]$/.test(token)) {
      hasModRm = true;
      conditions.only('reg', Number(token[1]));
    } else if (token === 'mod=3') forms = 'register';
    else if (token === 'mod!=3') forms = 'memory';
    else if (/^rm=[0-7]$/.test(token)) {
      forms = 'register';
      conditions.only('rm', Number(token[3]));
    } else if (token === 'W0' || token === 'W1') conditions.only('w', Number(token[1]));
    else if (/^[0-9A-F]{2}(\+i)?$/.test(token)) {
      const byte = Number.parseInt(token, 16);
      hasModRm = true;
      forms = 'register';
      conditions.only('reg', (byte >> 3) & 7);
      if (!token.endsWith('+i')) conditions.only('rm', byte & 7);
    } else if (IMMEDIATES.includes(token)) immediates.push(token);
    else throw new Error(`${row.name}: unknown "${token}" in "${row.code}"`);
  }
  if (forms !== 'any') conditions.only('form', forms === 'register' ? 0 : 1);
  if (row.mode !== undefined) conditions.only('mode', row.mode === '64' ? 1 : 0);
  const immediate = IMMEDIATES.indexOf(immediates.join(' '));
  if (immediate < 0) throw new Error(`${row.name}: immediates "${immediates.join(' ')}"`);
  return {
    row,
    map,
    hasModRm,
    immediate,
    opcodeRegister,
    forms,
    opcodes: opcodeRegister ? [...Array(8).keys()].map((low) => opcode + low) : [opcode],
    conditions: conditions.value,
    size: sizeOf(row),
    usesVvvv: operandsOf(row).some((operand) => /^[BH][a-z]/.test(operand)),
  };
}

export const operandsOf = (row: Row): string[] => (row.operands ?? '').split(',').filter((operand) => operand !== '');

/** The size rule a row states or its operand letters imply. */
function sizeOf(row: Row): SizeRule {
  if (row.size !== undefined) return row.size;
  const operands = operandsOf(row).filter((operand) => !/^I[b-z]|^DX$|^1$|^CL$/.test(operand));
  if (operands.length === 0) return 'v';
  if (operands.some((operand) => operand === 'AL')) return 'b';
  if (operands.some((operand) => /^([A-Z][vz]|[er]..|M|Mp|Ma)$/.test(operand))) return 'v';
  if (operands.some((operand) => /^[A-Z]y$/.test(operand))) return 'y';
  const letter = /^[A-Z]([bwdq])$/.exec(operands[0] ?? '')?.[1];
  if (letter !== undefined) return letter as SizeRule;
  if (operands[0] === 'AX') return 'w';
  return 'd';
}

/** Operand sizes in bytes that a rule can give. */
export function possibleSizes(rule: SizeRule, mode: Row['mode']): number[] {
  const fixed = SIZES.indexOf(rule);
  if (fixed < 4) return [1 << fixed];
  if (rule === 'y') return mode === 'legacy' ? [4] : [4, 8];
  return mode === 'legacy' ? [2, 4] : [2, 4, 8];
}

export const sizeNumber = (rule: SizeRule): number => SIZES.indexOf(rule);

/** True if some instruction satisfies both. */
export function overlap(a: number, b: number): boolean {
  return Object.values(QUESTIONS).every(([shift, width]) => ((a & b) >>> shift) & ((1 << width) - 1));
}
