// x87 comparison and classification (SDM vol. 1 §8.3.6, tables 8-6 to 8-8).
//
//   C3 C2 C0 (ZF PF CF)   greater 000, less 001, equal 100, unordered 111
// FCOM and its like signal every NaN, FUCOM only signalling ones; an empty register is a stack underflow and unordered.
import { setStatus } from '../flags';
import { linear } from '../operands';
import { read16, read32, read64 } from '../memory';
import { faulted } from '../raise';
import { Flag, opRm } from '../state';
import { Exception, exponentOf, highOf, isDenormal, isNan, Kind, kindOf, LEFT, RIGHT, setSpecial, signal, signOf } from '../softfloat';
import { unpackDouble, unpackInteger, unpackSingle } from '../softfloat-formats';
import { conclude, concludeKeeping, Fsw, fsw, isEmpty, pops, setFsw, stackUnderflow, stTop, unpackSt, x87Ready } from '../x87';

const enum Answer { greater = 0, less = 0x100, equal = 0x4000, unordered = 0x4500 }

/** LEFT against RIGHT as condition codes, with exceptions. */
function compare(quietSignals: bool): u32 {
  const a = kindOf(LEFT), b = kindOf(RIGHT);
  if (isNan(LEFT) || isNan(RIGHT)) {
    if (quietSignals || a > <u32>Kind.quiet || b > <u32>Kind.quiet) signal(Exception.invalid);
    return Answer.unordered;
  }
  if (isDenormal(LEFT) || isDenormal(RIGHT)) signal(Exception.denormal);
  if (a == Kind.zero && b == Kind.zero) return Answer.equal;
  if (signOf(LEFT) != signOf(RIGHT) || a == Kind.zero || b == Kind.zero) {
    const below = b == Kind.zero ? signOf(LEFT) != 0 : a == Kind.zero ? signOf(RIGHT) == 0 : signOf(LEFT) != 0;
    return below ? Answer.less : Answer.greater;
  }
  const order = compareMagnitudes();
  return order == 0 ? Answer.equal : (order < 0) != (signOf(LEFT) != 0) ? Answer.less : Answer.greater;
}
function compareMagnitudes(): i32 {
  const a = kindOf(LEFT), b = kindOf(RIGHT);
  if (a != b) return a < b ? -1 : 1;
  if (a == Kind.infinity) return 0;
  const x = exponentOf(LEFT), y = exponentOf(RIGHT);
  if (x != y) return x < y ? -1 : 1;
  return highOf(LEFT) == highOf(RIGHT) ? 0 : highOf(LEFT) < highOf(RIGHT) ? -1 : 1;
}

/** The answer is given even if an exception is not masked; only the pops are left out then. */
function finish(answer: u32, count: u32): void {
  const good = conclude(false);
  setFsw(fsw() & ~Fsw.conditions | answer);
  if (good) pops(count);
}
function registers(quietSignals: bool, count: u32): void {
  if (!x87Ready()) return;
  const i = opRm() & 7;
  let answer: u32 = Answer.unordered;
  if (isEmpty(0) || isEmpty(i)) stackUnderflow();
  else {
    unpackSt(LEFT, 0);
    unpackSt(RIGHT, i);
    answer = compare(quietSignals);
  }
  finish(answer, count);
}
export function fcom(): void { registers(true, 0); }
export function fcomp(): void { registers(true, 1); }
export function fcompp(): void { registers(true, 2); }
export function fucom(): void { registers(false, 0); }
export function fucomp(): void { registers(false, 1); }
export function fucompp(): void { registers(false, 2); }

/** With RIGHT unpacked from memory. */
function memory(count: u32): void {
  if (faulted()) return;
  let answer: u32 = Answer.unordered;
  if (isEmpty(0)) stackUnderflow();
  else {
    unpackSt(LEFT, 0);
    answer = compare(true);
  }
  finish(answer, count);
}
@inline function single(): void { unpackSingle(RIGHT, <u32>read32(linear(4, false))); }
@inline function double(): void { unpackDouble(RIGHT, read64(linear(8, false))); }
@inline function integer16(): void { unpackInteger(RIGHT, <i64><i16>read16(linear(2, false))); }
@inline function integer32(): void { unpackInteger(RIGHT, <i64><i32>read32(linear(4, false))); }
export function fcom_Md(): void { if (x87Ready()) { single(); memory(0); } }
export function fcomp_Md(): void { if (x87Ready()) { single(); memory(1); } }
export function fcom_Mq(): void { if (x87Ready()) { double(); memory(0); } }
export function fcomp_Mq(): void { if (x87Ready()) { double(); memory(1); } }
export function ficom_Mw(): void { if (x87Ready()) { integer16(); memory(0); } }
export function ficomp_Mw(): void { if (x87Ready()) { integer16(); memory(1); } }
export function ficom_Md(): void { if (x87Ready()) { integer32(); memory(0); } }
export function ficomp_Md(): void { if (x87Ready()) { integer32(); memory(1); } }

export function ftst(): void {
  if (!x87Ready()) return;
  let answer: u32 = Answer.unordered;
  if (isEmpty(0)) stackUnderflow();
  else {
    unpackSt(LEFT, 0);
    setSpecial(RIGHT, Kind.zero, 0);
    answer = compare(true);
  }
  finish(answer, 0);
}

/** The same answer in ZF, PF and CF, at the places of C3, C2 and C0 shifted by eight. */
function flags(quietSignals: bool, count: u32): void {
  if (!x87Ready()) return;
  const i = opRm() & 7;
  let answer: u32 = Answer.unordered;
  if (isEmpty(0) || isEmpty(i)) stackUnderflow();
  else {
    unpackSt(LEFT, 0);
    unpackSt(RIGHT, i);
    answer = compare(quietSignals);
  }
  const good = concludeKeeping();
  setStatus(Flag.status, answer >> 8);
  if (good) pops(count);
}
export function fcomi(): void { flags(true, 0); }
export function fcomip(): void { flags(true, 1); }
export function fucomi(): void { flags(false, 0); }
export function fucomip(): void { flags(false, 1); }

/** C3 C2 C0: unsupported 000, NaN 001, normal 010, infinity 011, zero 100, empty 101, denormal 110; C1 is the sign. */
export function fxam(): void {
  if (!x87Ready()) return;
  unpackSt(LEFT, 0);
  const kind = kindOf(LEFT);
  let answer: u32;
  if (isEmpty(0)) answer = Fsw.c3 | Fsw.c0;
  else if (kind == Kind.unsupported) answer = 0;
  else if (kind == Kind.zero) answer = Fsw.c3;
  else if (kind == Kind.infinity) answer = Fsw.c2 | Fsw.c0;
  else if (kind == Kind.finite) answer = isDenormal(LEFT) ? Fsw.c3 | Fsw.c2 : Fsw.c2;
  else answer = Fsw.c0;
  conclude((stTop(0) & 0x8000) != 0);
  setFsw(fsw() & ~(Fsw.c0 | Fsw.c2 | Fsw.c3) | answer);
}
