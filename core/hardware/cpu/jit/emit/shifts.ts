/**
 * Emitters of shifts and rotates.
 *
 * Flags as in hot/exec/shift.ts. A count in CL may be 0, which changes no flag; rotates change only CF and OF. Where
 * nobody looks at the flags neither matters.
 */

import type { Emitter, Instruction } from '../instruction.ts';
import { L } from '../locals.ts';
import { W } from '../opcodes.table.ts';
import type { Path } from '../path.ts';
import { type FlagUse, REPLACES_ALL, Status } from '../status-flags.ts';
import { mergeFlags } from './flags.ts';
import { Kind } from './kinds.ts';
import { commitE, cut, extendSigned, modifyE, Reg } from './operands.ts';

type Count = number | 'cl';

const OVERFLOW_BIT = 11;

const countMask = (i: Instruction): number => (i.size === 8 ? 63 : 31);

function countOf(i: Instruction): Count {
  const operand = i.plan.operands[1];
  if (operand === 'CL') return 'cl';
  return operand === '1' ? 1 : i.low & countMask(i);
}

/** Puts the count into L.u. */
function setCount(u: Path, i: Instruction, count: Count): void {
  if (count === 'cl') {
    u.getRegister(Reg.rcx);
    u.w.i64(countMask(i));
    u.w.op(W.i64And);
  } else u.w.i64(count);
  u.w.set(L.u);
}

/** Pushes one bit of a local: bit number on the stack. */
function bitOf(u: Path, local: number, number: () => void): void {
  const { w } = u;
  w.get(local);
  number();
  w.op(W.i64ShrU);
  w.i64(1);
  w.op(W.i64And);
}

const top = (u: Path, size: number, local: number): void => bitOf(u, local, () => u.w.i64(8 * size - 1));

/** Operand in L.t (sign-extended for SAR), count in L.u, result in L.v. */
interface Shift {
  readonly op: number;
  readonly signed?: true;
  readonly carry: (u: Path, size: number) => void;
  readonly overflow: (u: Path, size: number) => void;
}

/** The bit below the last one shifted out to the right. */
const lastOutRight = (u: Path): void =>
  bitOf(u, L.t, () => {
    u.w.get(L.u);
    u.w.i64(1);
    u.w.op(W.i64Sub);
  });

const SHL: Shift = {
  op: W.i64Shl,
  carry: (u, size) =>
    bitOf(u, L.t, () => {
      // Counts above the width shift zeroes out: bit numbers are taken modulo 64, and 32 - 33 is above any narrow value.
      u.w.i64(8 * size);
      u.w.get(L.u);
      u.w.op(W.i64Sub);
    }),
  overflow: (u, size) => {
    top(u, size, L.v);
    u.w.get(L.flagLeft);
    u.w.op(W.i64Xor);
  },
};
const SHR: Shift = { op: W.i64ShrU, carry: lastOutRight, overflow: (u, size) => top(u, size, L.t) };
const SAR: Shift = { op: W.i64ShrS, signed: true, carry: lastOutRight, overflow: (u) => u.w.i64(0) };

/** A count in CL may be 0. */
const shiftUse = (i: Instruction): FlagUse | undefined => {
  const count = countOf(i);
  return count === 'cl' || count === 0 ? undefined : REPLACES_ALL;
};

const ROTATED = Status.carry | Status.overflow;

const rotateUse = (i: Instruction): FlagUse | undefined => {
  const count = countOf(i);
  return count === 'cl' || count === 0 ? undefined : { reads: 0, writes: ROTATED };
};

/** A count in CL that may be 0: the flags go to the state block, where they stay as they were. */
function shiftFlags(u: Path, size: number, what: Shift, count: Count): void {
  const { w } = u;
  if (!u.flagsLive) {
    u.cache.forgetFlags();
    return;
  }
  if (count === 'cl') {
    u.cache.writeFlags();
    w.get(L.u);
    w.op(W.i64Eqz);
    w.op(W.i32Eqz);
    u.openIf();
  }
  what.carry(u, size);
  w.set(L.flagLeft);
  what.overflow(u, size);
  w.set(L.flagRight);
  w.get(L.v);
  w.set(L.result);
  u.setKind(Kind.other, size);
  if (count === 'cl') {
    u.cache.writeFlags();
    u.close();
    u.cache.forgetFlags();
  }
}

function shift(what: Shift): Emitter {
  return {
    flags: shiftUse,
    emit(u, i) {
      const { w } = u;
      const { size } = i;
      const count = countOf(i);
      modifyE(u, i, size, L.t);
      setCount(u, i, count);
      if (what.signed) {
        w.get(L.t);
        extendSigned(u, size);
        w.set(L.t);
      }
      w.get(L.t);
      w.get(L.u);
      w.op(what.op);
      cut(u, size);
      w.set(L.v);
      if (count !== 0) shiftFlags(u, size, what, count);
      commitE(u, i, size, L.v);
    },
  };
}

/** ROL, ROR. */
function rotate(left: boolean): Emitter {
  return {
    flags: rotateUse,
    emit(u, i) {
      const { w } = u;
      const { size } = i;
      const count = countOf(i);
      const width = 8 * size;
      modifyE(u, i, size, L.t);
      setCount(u, i, count);
      if (size >= 4) {
        w.get(L.t);
        if (size === 4) w.op(W.i32WrapI64);
        w.get(L.u);
        if (size === 4) w.op(W.i32WrapI64);
        w.op(size === 4 ? (left ? W.i32Rotl : W.i32Rotr) : left ? W.i64Rotl : W.i64Rotr);
        if (size === 4) w.op(W.i64ExtendI32U);
      } else {
        // Two copies side by side, shifted by the count modulo the width.
        w.get(L.t);
        w.get(L.t);
        w.i64(width);
        w.op(W.i64Shl);
        w.op(W.i64Or);
        w.get(L.u);
        w.i64(width - 1);
        w.op(W.i64And);
        if (left) {
          w.set(L.carry);
          w.i64(width);
          w.get(L.carry);
          w.op(W.i64Sub);
        }
        w.op(W.i64ShrU);
        cut(u, size);
      }
      w.set(L.v);
      if (u.flagsLive && count !== 0) rotateFlags(u, size, left, count);
      commitE(u, i, size, L.v);
    },
  };
}

/** CF: the bit that came round. OF: the two top bits, or the top bit and CF, differ. */
function rotateFlags(u: Path, size: number, left: boolean, count: Count): void {
  const { w } = u;
  const pushCarry = (): void => {
    if (left) {
      w.get(L.v);
      w.i64(1);
      w.op(W.i64And);
    } else top(u, size, L.v);
  };
  const pushOverflow = (carry: number): void => {
    top(u, size, L.v);
    if (left) w.get(carry);
    else bitOf(u, L.v, () => w.i64(8 * size - 2));
    w.op(W.i64Xor);
  };
  if (count !== 'cl' && (u.live & ~ROTATED) === 0) {
    // Nobody looks at the others.
    pushCarry();
    w.set(L.flagLeft);
    pushOverflow(L.flagLeft);
    w.set(L.flagRight);
    u.setKind(Kind.other, size);
    return;
  }
  if (count === 'cl') {
    u.cache.writeFlags();
    w.get(L.u);
    w.op(W.i64Eqz);
    w.op(W.i32Eqz);
    u.openIf();
  }
  pushCarry();
  w.set(L.carry);
  mergeFlags(u, ROTATED, () => {
    w.get(L.carry);
    pushOverflow(L.carry);
    w.i64(OVERFLOW_BIT);
    w.op(W.i64Shl);
    w.op(W.i64Or);
  });
  if (count === 'cl') u.close();
}

/** SHLD, SHRD of 32 and 64 bits. */
function double(left: boolean): Emitter {
  return {
    flags: REPLACES_ALL,
    fits: (i) => i.size >= 4 && i.plan.operands[2] !== 'CL' && (i.low & countMask(i)) !== 0,
    emit(u, i) {
      const { w } = u;
      const { size } = i;
      const count = i.low & countMask(i);
      const other = 8 * size - count;
      modifyE(u, i, size, L.t);
      w.get(L.t);
      w.i64(count);
      w.op(left ? W.i64Shl : W.i64ShrU);
      u.getRegister(i.reg);
      cut(u, size);
      w.i64(other);
      w.op(left ? W.i64ShrU : W.i64Shl);
      w.op(W.i64Or);
      cut(u, size);
      w.set(L.v);
      if (u.flagsLive) {
        bitOf(u, L.t, () => w.i64(left ? other : count - 1));
        w.set(L.flagLeft);
        top(u, size, L.v);
        top(u, size, L.t);
        w.op(W.i64Xor);
        w.set(L.flagRight);
        w.get(L.v);
        w.set(L.result);
      }
      u.setKind(Kind.other, size);
      commitE(u, i, size, L.v);
    },
  };
}

export const SHIFTS: readonly (readonly [string, Emitter])[] = [
  ['SHL', shift(SHL)],
  ['SAL', shift(SHL)],
  ['SHR', shift(SHR)],
  ['SAR', shift(SAR)],
  ['ROL', rotate(true)],
  ['ROR', rotate(false)],
  ['SHLD', double(true)],
  ['SHRD', double(false)],
];
