/** What must be equal between the real CPU and the emulated one after a program, and how a difference is told. */
import { hex } from '../../base/bits.ts';
import { type Answer, type Case, State } from './case.ts';

const REGISTERS = [
  'rax',
  'rcx',
  'rdx',
  'rbx',
  'rsp',
  'rbp',
  'rsi',
  'rdi',
  'r8',
  'r9',
  'r10',
  'r11',
  'r12',
  'r13',
  'r14',
  'r15',
] as const;
/** CF PF AF ZF SF OF DF; the rest belongs to the operating system. */
const COMPARED_FLAGS = 0xcd5;
const PAGE_FAULT = 14;
const GENERAL_PROTECTION = 13;
/** Linear addresses from here up are the operating system's: it does not tell programs their true error code. */
const USER_END = 1n << 47n;
const FX = { fcw: 0, fsw: 2, tags: 4, mxcsr: 24, st: 32, xmm: 160 } as const;

/** The differences, one line each; empty when the answers agree. */
export function differences(each: Case, real: Answer, ours: Answer): string[] {
  const found: string[] = [];
  const a = new DataView(real.state.buffer, real.state.byteOffset);
  const b = new DataView(ours.state.buffer, ours.state.byteOffset);
  const check = (name: string, x: bigint | number, y: bigint | number): void => {
    if (x !== y) found.push(`${name}: real ${hex(x)}, ours ${hex(y)}`);
  };
  for (const [index, name] of REGISTERS.entries()) check(name, a.getBigUint64(8 * index, true), b.getBigUint64(8 * index, true));
  check('rip', a.getBigUint64(State.rip, true), b.getBigUint64(State.rip, true));
  const mask = BigInt(COMPARED_FLAGS & ~each.undefinedFlags);
  check('rflags', a.getBigUint64(State.rflags, true) & mask, b.getBigUint64(State.rflags, true) & mask);
  const vector = a.getBigUint64(State.vector, true);
  check('vector', vector, b.getBigUint64(State.vector, true));
  const address = a.getBigUint64(State.address, true);
  if (vector === BigInt(PAGE_FAULT)) check('cr2', address, b.getBigUint64(State.address, true));
  const told = vector === BigInt(GENERAL_PROTECTION) || (vector === BigInt(PAGE_FAULT) && address < USER_END);
  if (told) check('error code', a.getBigUint64(State.error, true), b.getBigUint64(State.error, true));
  compareFloat(a, b, check);
  for (let at = 0; at < real.window.length; at++) {
    if (real.window[at] !== ours.window[at]) {
      found.push(
        `memory: first difference at byte ${at} of the window: real ${hex(real.window[at] ?? 0)}, ours ${hex(ours.window[at] ?? 0)}`,
      );
      break;
    }
  }
  if (found.length === 0 && real.hash !== ours.hash) found.push('memory outside the window differs');
  return found;
}

function compareFloat(a: DataView, b: DataView, check: (name: string, x: bigint | number, y: bigint | number) => void): void {
  const at = State.fx;
  check('fcw', a.getUint16(at + FX.fcw, true), b.getUint16(at + FX.fcw, true));
  check('fsw', a.getUint16(at + FX.fsw, true), b.getUint16(at + FX.fsw, true));
  check('ftw', a.getUint8(at + FX.tags), b.getUint8(at + FX.tags));
  check('mxcsr', a.getUint32(at + FX.mxcsr, true), b.getUint32(at + FX.mxcsr, true));
  for (let index = 0; index < 8; index++) {
    const st = at + FX.st + 16 * index;
    check(
      `st${index}`,
      (BigInt(a.getUint16(st + 8, true)) << 64n) | a.getBigUint64(st, true),
      (BigInt(b.getUint16(st + 8, true)) << 64n) | b.getBigUint64(st, true),
    );
  }
  for (let index = 0; index < 16; index++) {
    const xmm = at + FX.xmm + 16 * index;
    check(`xmm${index} low`, a.getBigUint64(xmm, true), b.getBigUint64(xmm, true));
    check(`xmm${index} high`, a.getBigUint64(xmm + 8, true), b.getBigUint64(xmm + 8, true));
  }
}
