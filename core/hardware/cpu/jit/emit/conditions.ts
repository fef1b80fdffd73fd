/**
 * Conditions on the lazy flags: Jcc, SETcc, CMOVcc, and the carry of ADC, SBB, INC, DEC.
 *
 * Where the last flag-setting operation is known, a condition is an expression on its operands (CMP + JB is one
 * unsigned compare). Where paths join, the flags are in the state block and the interpreter's function looks.
 */
import { L } from '../locals.ts';
import { W } from '../opcodes.table.ts';
import type { Path } from '../path.ts';
import { Kind } from './kinds.ts';
import { extendSigned } from './operands.ts';

/** Condition codes without their lowest bit, which negates (SDM vol. 1 appendix B). */
const Code = { overflow: 0, carry: 1, zero: 2, notAbove: 3, sign: 4, parity: 5, less: 6, notGreater: 7 } as const;

/** Pushes 0 or 1: condition `cc`, 0-15. */
export function pushCondition(u: Path, cc: number): void {
  const { w } = u;
  const { kind, size } = u.cache;
  if (kind < 0 || (kind === Kind.bit && cc >> 1 !== Code.carry)) {
    w.i32(cc);
    u.import('condition');
    return;
  }
  pushKnown(u, cc >> 1, kind, size);
  if ((cc & 1) === 1) w.op(W.i32Eqz);
}

/** Pushes the carry flag as a 64-bit 0 or 1. */
export function pushCarry(u: Path): void {
  pushCondition(u, 2);
  u.w.op(W.i64ExtendI32U);
}

function pushKnown(u: Path, code: number, kind: number, size: number): void {
  const { w } = u;
  switch (code) {
    case Code.overflow:
      pushOverflow(u, kind, size);
      break;
    case Code.carry:
      pushKnownCarry(u, kind, size);
      break;
    case Code.zero:
      pushZero(u, kind);
      break;
    case Code.notAbove:
      if (kind === Kind.sub) compare(u, W.i64LeU);
      else {
        pushZero(u, kind);
        pushKnownCarry(u, kind, size);
        w.op(W.i32Or);
      }
      break;
    case Code.sign:
      pushSign(u, size);
      break;
    case Code.parity:
      w.get(L.result);
      w.i64(0xff);
      w.op(W.i64And);
      w.op(W.i64Popcnt);
      w.op(W.i32WrapI64);
      w.i32(1);
      w.op(W.i32And);
      w.op(W.i32Eqz);
      break;
    case Code.less:
      pushLess(u, kind, size);
      break;
    default:
      if (kind === Kind.sub) compareSigned(u, size, W.i32LeS, W.i64LeS);
      else {
        pushZero(u, kind);
        pushLess(u, kind, size);
        w.op(W.i32Or);
      }
  }
}

function compare(u: Path, op: number): void {
  u.w.get(L.flagLeft);
  u.w.get(L.flagRight);
  u.w.op(op);
}

function compareSigned(u: Path, size: number, narrow: number, wide: number): void {
  const { w } = u;
  for (const local of [L.flagLeft, L.flagRight]) {
    w.get(local);
    if (size === 4) w.op(W.i32WrapI64);
    else extendSigned(u, size);
  }
  w.op(size === 4 ? narrow : wide);
}

function pushZero(u: Path, kind: number): void {
  if (kind === Kind.sub) compare(u, W.i64Eq);
  else {
    u.w.get(L.result);
    u.w.op(W.i64Eqz);
  }
}

/** Bit `8 * size - 1` of the value on the stack, as 0 or 1. */
function signBit(u: Path, size: number): void {
  const { w } = u;
  w.i64(8 * size - 1);
  w.op(W.i64ShrU);
  w.op(W.i32WrapI64);
  if (size < 8) {
    w.i32(1);
    w.op(W.i32And);
  }
}

function pushSign(u: Path, size: number): void {
  u.w.get(L.result);
  signBit(u, size);
}

function pushLess(u: Path, kind: number, size: number): void {
  if (kind === Kind.sub) {
    compareSigned(u, size, W.i32LtS, W.i64LtS);
    return;
  }
  pushSign(u, size);
  if (kind === Kind.logic) return;
  pushOverflow(u, kind, size);
  u.w.op(W.i32Xor);
}

/** (a ^ b) of two locals. */
function xor(u: Path, a: number, b: number): void {
  u.w.get(a);
  u.w.get(b);
  u.w.op(W.i64Xor);
}

function pushOverflow(u: Path, kind: number, size: number): void {
  const { w } = u;
  switch (kind) {
    case Kind.add:
    case Kind.adc:
      xor(u, L.flagLeft, L.result);
      xor(u, L.flagRight, L.result);
      w.op(W.i64And);
      signBit(u, size);
      break;
    case Kind.sub:
    case Kind.sbb:
      xor(u, L.flagLeft, L.flagRight);
      xor(u, L.flagLeft, L.result);
      w.op(W.i64And);
      signBit(u, size);
      break;
    case Kind.inc:
    case Kind.dec:
      // The smallest number for INC, the largest for DEC.
      w.get(L.result);
      w.i64(1);
      w.i64(8 * size - 1);
      w.op(W.i64Shl);
      if (kind === Kind.dec) {
        w.i64(1);
        w.op(W.i64Sub);
      }
      w.op(W.i64Eq);
      break;
    case Kind.other:
      w.get(L.flagRight);
      w.op(W.i32WrapI64);
      break;
    default:
      w.i32(0);
  }
}

function pushKnownCarry(u: Path, kind: number, size: number): void {
  const { w } = u;
  switch (kind) {
    case Kind.add:
      w.get(L.result);
      w.get(L.flagLeft);
      w.op(W.i64LtU);
      break;
    case Kind.sub:
      compare(u, W.i64LtU);
      break;
    case Kind.adc:
      // Carry out: both operands have the bit, or one has and the sum has not.
      w.get(L.flagLeft);
      w.get(L.flagRight);
      w.op(W.i64And);
      w.get(L.flagLeft);
      w.get(L.flagRight);
      w.op(W.i64Or);
      w.get(L.result);
      w.i64(-1);
      w.op(W.i64Xor);
      w.op(W.i64And);
      w.op(W.i64Or);
      signBit(u, size);
      break;
    case Kind.sbb:
      w.get(L.flagLeft);
      w.i64(-1);
      w.op(W.i64Xor);
      w.get(L.flagRight);
      w.op(W.i64And);
      xor(u, L.flagLeft, L.flagRight);
      w.i64(-1);
      w.op(W.i64Xor);
      w.get(L.result);
      w.op(W.i64And);
      w.op(W.i64Or);
      signBit(u, size);
      break;
    case Kind.inc:
    case Kind.dec:
      w.get(L.flagRight);
      w.op(W.i32WrapI64);
      break;
    case Kind.other:
      w.get(L.flagLeft);
      w.op(W.i32WrapI64);
      break;
    case Kind.bit:
      w.get(L.carry);
      w.op(W.i32WrapI64);
      break;
    default:
      w.i32(0);
  }
}
