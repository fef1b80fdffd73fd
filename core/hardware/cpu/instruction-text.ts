/** Decoded instructions as text, for people who look at a crash: Intel's order of operands, numbers in hexadecimal. */
import { hex } from '../../base/bits.ts';
import { ROW_IDS } from '../../isa/gen/row-ids.ts';
import type { Instruction } from './jit/instruction.ts';
import { FLAT_SEGMENT, IN_MEMORY, NO_REGISTER, PREFIX, RIP_BASE } from './jit/record.ts';

const WIDE = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi'] as const;
const BYTES = ['al', 'cl', 'dl', 'bl', 'ah', 'ch', 'dh', 'bh'] as const;
const LOW_BYTES = ['al', 'cl', 'dl', 'bl', 'spl', 'bpl', 'sil', 'dil'] as const;
const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs'] as const;
const SIZES: Readonly<Record<number, string>> = { 1: 'byte', 2: 'word', 4: 'dword', 8: 'qword', 16: 'xmmword' };
/** Bytes of an operand by the second part of its code (SDM vol. 2, appendix A.2.2); others have the operand size. */
const WIDTHS: Readonly<Record<string, number>> = { b: 1, w: 2, d: 4, q: 8, dq: 16, ps: 16, pd: 16, ss: 4, sd: 8 };

const IDS = new Map(ROW_IDS.map((row) => [row[0], row]));

/** A general register of 1, 2, 4 or 8 bytes. */
function registerName(number: number, bytes: number, rex: boolean): string {
  const old = WIDE[number];
  if (old === undefined) return `r${number}${bytes === 4 ? 'd' : bytes === 2 ? 'w' : bytes === 1 ? 'b' : ''}`;
  if (bytes === 8) return old;
  if (bytes === 4) return `e${old.slice(1)}`;
  if (bytes === 2) return old.slice(1);
  return (rex ? LOW_BYTES : BYTES)[number] ?? '';
}

function memoryText(i: Instruction, next: bigint, bytes: number | undefined): string {
  const size = bytes === undefined ? '' : `${SIZES[bytes] ?? ''} `;
  const segment = i.segment < FLAT_SEGMENT && i.segment > 3 ? `${SEGMENTS[i.segment]}:` : '';
  if (i.base === RIP_BASE) return `${size}${segment}[${hex(BigInt.asUintN(64, next + BigInt(i.disp)))}]`;
  const parts: string[] = [];
  if (i.base !== NO_REGISTER) parts.push(registerName(i.base, i.addressSize, true));
  if (i.index !== NO_REGISTER)
    parts.push(`${registerName(i.index, i.addressSize, true)}${i.scale === 0 ? '' : `*${1 << i.scale}`}`);
  const sum = parts.join(' + ');
  if (sum === '') return `${size}${segment}[${hex(BigInt.asUintN(8 * i.addressSize, BigInt(i.disp)))}]`;
  const distance = i.disp === 0 ? '' : i.disp < 0 ? ` - ${hex(-i.disp)}` : ` + ${hex(i.disp)}`;
  return `${size}${segment}[${sum}${distance}]`;
}

/** One operand code of appendix A, such as `Ev` or `Wdq`; names of registers stand for themselves. */
function operandText(code: string, i: Instruction, next: bigint): string {
  const rex = (i.flags & PREFIX.rex) !== 0;
  const immediate = (BigInt(i.high) << 32n) | BigInt(i.low >>> 0);
  const kind = code[0] ?? '';
  const bytes = WIDTHS[code.slice(1)] ?? i.size;
  if (code.length > 1 && code === code.toUpperCase()) return code === 'ST' ? 'st0' : code.toLowerCase();
  if (code === 'rAX' || code === 'eAX') return registerName(0, code === 'eAX' ? Math.min(i.size, 4) : i.size, rex);
  switch (kind) {
    case 'E':
      return i.rm === IN_MEMORY ? memoryText(i, next, bytes) : registerName(i.rm, bytes, rex);
    // The other side of control and debug registers: as wide as the mode, which addresses tell.
    case 'R':
      return registerName(i.rm, i.addressSize === 8 ? 8 : 4, rex);
    case 'M':
      return memoryText(i, next, WIDTHS[code.slice(1)]);
    case 'G':
    case 'Z':
      return registerName(i.reg, bytes, rex);
    case 'B':
      return registerName((i.low >>> 8) & 15, bytes, rex);
    case 'I':
      return hex(BigInt.asUintN(8 * Math.max(1, i.size), immediate));
    case 'J':
      return hex(BigInt.asUintN(64, next + immediate));
    case 'O':
      return memoryText(i, next, bytes);
    case 'A':
      return `${hex(i.high & 0xffff)}:${hex(i.low >>> 0)}`;
    default:
      return vectorText(kind, code, i, next, bytes) ?? code.toLowerCase();
  }
}

/** Vector, x87, control and segment registers, and what string instructions mean; undefined: a register by its own name. */
function vectorText(kind: string, code: string, i: Instruction, next: bigint, bytes: number): string | undefined {
  if (code === 'STi') return `st${i.rm}`;
  switch (kind) {
    case 'V':
      return `xmm${i.reg}`;
    case 'P':
      return `mm${i.reg & 7}`;
    case 'U':
      return `xmm${i.rm}`;
    case 'N':
      return `mm${i.rm & 7}`;
    case 'W':
      return i.rm === IN_MEMORY ? memoryText(i, next, bytes) : `xmm${i.rm}`;
    case 'Q':
      return i.rm === IN_MEMORY ? memoryText(i, next, 8) : `mm${i.rm & 7}`;
    case 'S':
      return SEGMENTS[i.reg] ?? '?';
    case 'C':
      return `cr${i.reg}`;
    case 'D':
      return `dr${i.reg}`;
    case 'X':
      return `${SIZES[bytes]} [${registerName(6, i.addressSize, true)}]`;
    case 'Y':
      return `${SIZES[bytes]} [${registerName(7, i.addressSize, true)}]`;
    default:
      return undefined;
  }
}

/** Mnemonic and operands of the instruction at `at` whose record has the row id given. */
export function instructionText(row: number, i: Instruction, at: bigint): string {
  const known = IDS.get(row);
  if (known === undefined) return '(bad)';
  const [, name, operands] = known;
  const next = at + BigInt(i.length);
  const prefix = `${i.flags & PREFIX.lock ? 'lock ' : ''}${i.flags & PREFIX.rep ? 'rep ' : ''}${i.flags & PREFIX.repne ? 'repne ' : ''}`;
  const list = operands === '' ? [] : operands.split(',').map((code) => operandText(code, i, next));
  return `${prefix}${name.toLowerCase()} ${list.join(', ')}`.trim();
}
