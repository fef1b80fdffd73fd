/** Emitters of bit tests and scans, XADD and CMPXCHG. */
import type { Emitter, Instruction } from '../instruction.ts';
import { L } from '../locals.ts';
import { W } from '../opcodes.table.ts';
import type { Path } from '../path.ts';
import { IN_MEMORY, PREFIX } from '../record.ts';
import { ALL_STATUS, REPLACES_ALL, Status } from '../status-flags.ts';
import { placesOf } from './arithmetic.ts';
import { mergeFlags, replaceCarry } from './flags.ts';
import { Kind } from './kinds.ts';
import {
  addSegment,
  check,
  commitE,
  cut,
  extendSigned,
  getEffective,
  getRegister,
  loadHost,
  modifyE,
  putRegister,
  Reg,
  readE,
} from './operands.ts';

type Change = 'none' | 'set' | 'reset' | 'complement';

/** Puts the operand into L.t: with a bit number in a register, the element of memory that holds the bit. */
function loadElement(u: Path, i: Instruction, change: Change): void {
  const { w } = u;
  const { size } = i;
  if (i.rm !== IN_MEMORY || i.plan.operands[1] === 'Ib') {
    if (change === 'none') readE(u, i, size, L.t);
    else modifyE(u, i, size, L.t);
    return;
  }
  const log = size === 8 ? 3 : size === 4 ? 2 : 1;
  getEffective(u, i);
  u.getRegister(i.reg);
  extendSigned(u, size);
  w.i64(log + 3);
  w.op(W.i64ShrS);
  w.i64(log);
  w.op(W.i64Shl);
  w.op(W.i64Add);
  if (i.addressSize === 4) cut(u, 4);
  addSegment(u, i.segment);
  check(u, size, change === 'none' ? 'read' : 'write');
  loadHost(u, size);
  w.set(L.t);
}

/** Only CF changes: it is merged into the others, and the next condition finds it in L.carry. */
function bitTest(change: Change): Emitter {
  return {
    flags: { reads: 0, writes: Status.carry },
    emit(u, i) {
      const { w } = u;
      const { size } = i;
      loadElement(u, i, change);
      if (i.plan.operands[1] === 'Ib') w.i64(i.low & (8 * size - 1));
      else {
        u.getRegister(i.reg);
        w.i64(8 * size - 1);
        w.op(W.i64And);
      }
      w.set(L.u);
      if (change !== 'none') {
        w.get(L.t);
        w.i64(1);
        w.get(L.u);
        w.op(W.i64Shl);
        if (change === 'reset') {
          w.i64(-1);
          w.op(W.i64Xor);
        }
        w.op(change === 'set' ? W.i64Or : change === 'reset' ? W.i64And : W.i64Xor);
        w.set(L.v);
        commitE(u, i, size, L.v);
      }
      if (!u.flagsLive) {
        u.cache.forgetFlags();
        return;
      }
      w.get(L.t);
      w.get(L.u);
      w.op(W.i64ShrU);
      w.i64(1);
      w.op(W.i64And);
      w.set(L.carry);
      replaceCarry(u, size);
    },
  };
}

/** BSF, BSR: a source of 0 leaves the destination as it was. */
function scan(forward: boolean): Emitter {
  return {
    flags: REPLACES_ALL,
    emit(u, i) {
      const { w } = u;
      const { result } = placesOf(u);
      readE(u, i, i.size, result);
      if (!forward) w.i64(63);
      w.get(result);
      w.op(forward ? W.i64Ctz : W.i64Clz);
      if (!forward) w.op(W.i64Sub);
      // A 32-bit destination keeps its upper half as well, so the whole register is chosen.
      w.set(L.t);
      u.getRegister(i.reg);
      w.set(L.u);
      putRegister(u, i, i.reg, i.size, L.t);
      u.getRegister(i.reg);
      w.get(L.u);
      w.get(result);
      w.op(W.i64Eqz);
      w.op(W.i32Eqz);
      w.op(W.select);
      u.setRegister(i.reg);
      u.setKind(Kind.logic, i.size);
    },
  };
}

const exchangeAdd: Emitter = {
  flags: REPLACES_ALL,
  emit(u, i) {
    const { w } = u;
    const { left, right, result } = placesOf(u);
    modifyE(u, i, i.size, left);
    getRegister(u, i, i.reg, i.size);
    w.set(right);
    w.get(left);
    w.get(right);
    w.op(W.i64Add);
    cut(u, i.size);
    w.set(result);
    // The register first: if both are the same, it holds the sum.
    putRegister(u, i, i.reg, i.size, left);
    commitE(u, i, i.size, result);
    u.setKind(Kind.add, i.size);
  },
};

/** Memory is written either way, a register only if L.next says so: it keeps its upper half. */
function replaceIfEqual(u: Path, i: Instruction, current: number): void {
  const { w } = u;
  if (i.rm === IN_MEMORY) {
    getRegister(u, i, i.reg, i.size);
    w.get(current);
    w.get(L.next);
    w.op(W.select);
    w.set(L.address);
    commitE(u, i, i.size, L.address);
    return;
  }
  const whole = i.rm >= 4 && i.rm < 8 && i.size === 1 && (i.flags & PREFIX.rex) === 0 ? i.rm - 4 : i.rm;
  u.getRegister(whole);
  w.set(L.v);
  getRegister(u, i, i.reg, i.size);
  w.set(L.address);
  commitE(u, i, i.size, L.address);
  u.getRegister(whole);
  w.get(L.v);
  w.get(L.next);
  w.op(W.select);
  u.setRegister(whole);
}

const compareExchange: Emitter = {
  flags: REPLACES_ALL,
  emit(u, i) {
    const { w } = u;
    const { size } = i;
    const { left, right, result } = placesOf(u);
    modifyE(u, i, size, right);
    getRegister(u, i, Reg.rax, size);
    w.set(left);
    w.get(left);
    w.get(right);
    w.op(W.i64Sub);
    cut(u, size);
    w.set(result);
    // E becomes G if equal, else stays; rAX becomes E if not equal, else stays as a whole.
    w.get(result);
    w.op(W.i64Eqz);
    w.set(L.next);
    u.getRegister(Reg.rax);
    w.set(L.carry);
    putRegister(u, i, Reg.rax, size, right);
    w.get(L.carry);
    u.getRegister(Reg.rax);
    w.get(L.next);
    w.op(W.select);
    u.setRegister(Reg.rax);
    replaceIfEqual(u, i, right);
    u.setKind(Kind.sub, size);
  },
};

/** The destination becomes what `push` leaves, all flags but ZF 0: POPCNT. */
const population: Emitter = {
  flags: REPLACES_ALL,
  emit(u, i) {
    const { w } = u;
    readE(u, i, i.size, L.t);
    w.get(L.t);
    w.op(W.i64Popcnt);
    w.set(L.u);
    putRegister(u, i, i.reg, i.size, L.u);
    if (!u.flagsLive) {
      u.cache.forgetFlags();
      return;
    }
    // SF, PF and the rest are 0, which no lazy kind says: put them in place.
    mergeFlags(u, ALL_STATUS, () => {
      w.get(L.t);
      w.op(W.i64Eqz);
      w.op(W.i64ExtendI32U);
      w.i64(6);
      w.op(W.i64Shl);
    });
  },
};

export const BITS: readonly (readonly [string, Emitter])[] = [
  ['BT', bitTest('none')],
  ['BTS', bitTest('set')],
  ['BTR', bitTest('reset')],
  ['BTC', bitTest('complement')],
  ['BSF', scan(true)],
  ['BSR', scan(false)],
  ['XADD', exchangeAdd],
  ['CMPXCHG', compareExchange],
  ['POPCNT', population],
];
