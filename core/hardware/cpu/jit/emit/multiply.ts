/** Emitters of multiplication and division. Flags as in hot/exec/multiply.ts: carry and overflow say whether the high half matters. */
import type { Emitter, Instruction } from '../instruction.ts';
import { Exit, L } from '../locals.ts';
import { W } from '../opcodes.table.ts';
import type { Path } from '../path.ts';
import { REPLACES_ALL } from '../status-flags.ts';
import { Kind } from './kinds.ts';
import { cut, extendSigned, getImmediate, getRegister, putRegister, Reg, readE } from './operands.ts';

/** Pushes the low or the high 32 bits of a local. */
function half(u: Path, local: number, high: boolean): void {
  u.w.get(local);
  if (high) {
    u.w.i64(32);
    u.w.op(W.i64ShrU);
  } else cut(u, 4);
}

/** Pushes the upper 64 bits of the unsigned product of two locals, from four products of halves. Uses L.carry. */
function pushHigh(u: Path, a: number, b: number): void {
  const { w } = u;
  const shift = (): void => {
    w.i64(32);
    w.op(W.i64ShrU);
  };
  half(u, a, true);
  half(u, b, false);
  w.op(W.i64Mul);
  half(u, a, false);
  half(u, b, false);
  w.op(W.i64Mul);
  shift();
  w.op(W.i64Add);
  w.set(L.carry);
  half(u, a, true);
  half(u, b, true);
  w.op(W.i64Mul);
  half(u, L.carry, true);
  w.op(W.i64Add);
  half(u, a, false);
  half(u, b, true);
  w.op(W.i64Mul);
  half(u, L.carry, false);
  w.op(W.i64Add);
  shift();
  w.op(W.i64Add);
}

/** The same of the signed product: less b if a is negative, less a if b is. */
function pushSignedHigh(u: Path, a: number, b: number): void {
  const { w } = u;
  pushHigh(u, a, b);
  for (const [sign, other] of [
    [a, b],
    [b, a],
  ] as const) {
    w.get(sign);
    w.i64(63);
    w.op(W.i64ShrS);
    w.get(other);
    w.op(W.i64And);
    w.op(W.i64Sub);
  }
}

/** CF = OF = the 0 or 1 on the stack (32 bits), the others by the low half, which is in L.t. */
function setProductFlags(u: Path, size: number): void {
  const { w } = u;
  w.op(W.i64ExtendI32U);
  w.tee(L.flagLeft);
  w.set(L.flagRight);
  w.get(L.t);
  w.set(L.result);
  u.setKind(Kind.other, size);
}

/** rDX:rAX = rAX * E. */
function multiply(signed: boolean): Emitter {
  return {
    flags: REPLACES_ALL,
    fits: (i) => i.size > 1,
    emit(u, i) {
      const { w } = u;
      const { size } = i;
      readE(u, i, size, L.u);
      getRegister(u, i, Reg.rax, size);
      w.set(L.t);
      if (size === 8) {
        if (signed) pushSignedHigh(u, L.t, L.u);
        else pushHigh(u, L.t, L.u);
        w.set(L.v);
        product(u);
        w.set(L.t);
      } else {
        if (signed) for (const local of [L.t, L.u]) sign(u, size, local);
        product(u);
        w.tee(L.t);
        w.i64(8 * size);
        w.op(W.i64ShrU);
        cut(u, size);
        w.set(L.v);
        w.get(L.t);
        cut(u, size);
        w.set(L.t);
      }
      putRegister(u, i, Reg.rax, size, L.t);
      putRegister(u, i, Reg.rdx, size, L.v);
      if (!u.flagsLive) {
        u.cache.forgetFlags();
        return;
      }
      w.get(L.v);
      if (signed) {
        w.get(L.t);
        extendSigned(u, size);
        w.i64(63);
        w.op(W.i64ShrS);
        cut(u, size);
      } else w.i64(0);
      w.op(W.i64Ne);
      setProductFlags(u, size);
    },
  };
}

function product(u: Path): void {
  u.w.get(L.t);
  u.w.get(L.u);
  u.w.op(W.i64Mul);
}

function sign(u: Path, size: number, local: number): void {
  u.w.get(local);
  extendSigned(u, size);
  u.w.set(local);
}

/** IMUL with two or three operands: only the low half is kept. */
const multiplyTo: Emitter = {
  flags: REPLACES_ALL,
  emit(u, i) {
    const { w } = u;
    const { size } = i;
    readE(u, i, size, L.t);
    if (i.plan.operands.length > 2) getImmediate(u, i, size);
    else getRegister(u, i, i.reg, size);
    w.set(L.u);
    if (!u.flagsLive) {
      product(u);
      cut(u, size);
      w.set(L.t);
      u.cache.forgetFlags();
    } else if (size === 8) {
      pushSignedHigh(u, L.t, L.u);
      w.set(L.v);
      product(u);
      w.set(L.t);
      w.get(L.v);
      w.get(L.t);
      w.i64(63);
      w.op(W.i64ShrS);
      w.op(W.i64Ne);
      setProductFlags(u, size);
    } else {
      for (const local of [L.t, L.u]) sign(u, size, local);
      product(u);
      w.tee(L.v);
      cut(u, size);
      w.set(L.t);
      w.get(L.v);
      w.get(L.t);
      extendSigned(u, size);
      w.op(W.i64Ne);
      setProductFlags(u, size);
    }
    putRegister(u, i, i.reg, size, L.t);
  },
};

/** Leaves if the 0 or 1 on the stack is 1: a division that faults, or is wider than WebAssembly can do, is interpreted. */
function leaveIf(u: Path): void {
  u.openIf();
  u.leavePrecisely(Exit.precise);
  u.close();
}

/** Quotient and remainder of L.v by L.t, 64-bit, into rAX and rDX. */
function divideBy(u: Path, i: Instruction, divide: number, remainder: number): void {
  const { w } = u;
  for (const op of [divide, remainder]) {
    w.get(L.v);
    w.get(L.t);
    w.op(op);
    cut(u, i.size);
    w.set(op === divide ? L.u : L.address);
  }
  if (divide === W.i64DivS && i.size < 8) {
    // The quotient must fit: compare with it at full width.
    w.get(L.v);
    w.get(L.t);
    w.op(divide);
    w.get(L.u);
    extendSigned(u, i.size);
    w.op(W.i64Ne);
    leaveIf(u);
  }
  putRegister(u, i, Reg.rax, i.size, L.u);
  putRegister(u, i, Reg.rdx, i.size, L.address);
}

const divideUnsigned: Emitter = {
  leaves: true,
  fits: (i) => i.size > 1,
  emit(u, i) {
    const { w } = u;
    const { size } = i;
    readE(u, i, size, L.t);
    getRegister(u, i, Reg.rdx, size);
    w.set(L.u);
    if (size === 8) {
      w.get(L.u);
      w.i64(0);
      w.op(W.i64Ne);
      w.get(L.t);
      w.op(W.i64Eqz);
      w.op(W.i32Or);
      leaveIf(u);
      u.getRegister(Reg.rax);
    } else {
      w.get(L.u);
      w.get(L.t);
      w.op(W.i64GeU);
      leaveIf(u);
      w.get(L.u);
      w.i64(8 * size);
      w.op(W.i64Shl);
      getRegister(u, i, Reg.rax, size);
      w.op(W.i64Or);
    }
    w.set(L.v);
    divideBy(u, i, W.i64DivU, W.i64RemU);
  },
};

const divideSigned: Emitter = {
  leaves: true,
  fits: (i) => i.size > 1,
  emit(u, i) {
    const { w } = u;
    const { size } = i;
    readE(u, i, size, L.t);
    sign(u, size, L.t);
    if (size === 8) u.getRegister(Reg.rax);
    else {
      getRegister(u, i, Reg.rdx, size);
      extendSigned(u, size);
      w.i64(8 * size);
      w.op(W.i64Shl);
      getRegister(u, i, Reg.rax, size);
      w.op(W.i64Or);
    }
    w.set(L.v);
    // By 0, and the one quotient that WebAssembly traps on: -2^63 / -1. By -1 is rare, so it is not looked into.
    w.get(L.t);
    w.i64(1);
    w.op(W.i64Add);
    w.i64(1);
    w.op(W.i64LeU);
    if (size === 8) {
      u.getRegister(Reg.rdx);
      w.get(L.v);
      w.i64(63);
      w.op(W.i64ShrS);
      w.op(W.i64Ne);
      w.op(W.i32Or);
    }
    leaveIf(u);
    divideBy(u, i, W.i64DivS, W.i64RemS);
  },
};

export const MULTIPLY: readonly (readonly [string, Emitter])[] = [
  ['MUL', multiply(false)],
  ['IMUL Eb', multiply(true)],
  ['IMUL Ev', multiply(true)],
  ['IMUL Gv,Ev', multiplyTo],
  ['IMUL Gv,Ev,Iz', multiplyTo],
  ['IMUL Gv,Ev,Ib', multiplyTo],
  ['DIV', divideUnsigned],
  ['IDIV', divideSigned],
];
