/** Emitters of near branches and of the stack. */
import { type Emitter, Flow, type Instruction } from '../instruction.ts';
import { Exit, L } from '../locals.ts';
import { W } from '../opcodes.table.ts';
import type { Path } from '../path.ts';
import { readsCondition } from '../status-flags.ts';
import { pushCondition } from './conditions.ts';
import { CONDITION_NAMES } from './moves.ts';
import { check, cut, getImmediate, getRegister, loadHost, putRegister, Reg, readE, storeHost } from './operands.ts';

/** Width of the stack pointer where units are entered. */
const stackWidth = (u: Path): number => (u.is64 ? 8 : 4);

/** Checks the room of `size` bytes below the stack pointer. */
function checkPush(u: Path, size: number): void {
  u.getRegister(Reg.rsp);
  u.w.i64(size);
  u.w.op(W.i64Sub);
  cut(u, stackWidth(u));
  check(u, size, 'write');
}

/** Stores `local` where {@link checkPush} looked, and moves the stack pointer. */
function commitPush(u: Path, size: number, local: number): void {
  storeHost(u, size, local);
  u.w.get(L.address);
  u.setRegister(Reg.rsp);
}

/** Checks `size` bytes at the stack pointer and sets `local` to them. */
function readTop(u: Path, size: number, local: number): void {
  u.getRegister(Reg.rsp);
  cut(u, stackWidth(u));
  check(u, size, 'read');
  loadHost(u, size);
  u.w.set(local);
}

function release(u: Path, bytes: number): void {
  u.getRegister(Reg.rsp);
  u.w.i64(bytes);
  u.w.op(W.i64Add);
  cut(u, stackWidth(u));
  u.setRegister(Reg.rsp);
}

const pushRegister: Emitter = {
  leaves: true,
  emit(u, i) {
    checkPush(u, i.size);
    // PUSH rSP stores what it was before.
    getRegister(u, i, i.reg, i.size);
    u.w.set(L.t);
    commitPush(u, i.size, L.t);
  },
};

const pushImmediate: Emitter = {
  leaves: true,
  emit(u, i) {
    checkPush(u, i.size);
    getImmediate(u, i, i.size);
    u.w.set(L.t);
    commitPush(u, i.size, L.t);
  },
};

const pushOperand: Emitter = {
  leaves: true,
  emit(u, i) {
    readE(u, i, i.size, L.t);
    checkPush(u, i.size);
    commitPush(u, i.size, L.t);
  },
};

const popRegister: Emitter = {
  leaves: true,
  emit(u, i) {
    readTop(u, i.size, L.t);
    // POP rSP: the value wins over the increment.
    release(u, i.size);
    putRegister(u, i, i.reg, i.size, L.t);
  },
};

/** Jumps with a 16-bit operand size cut RIP; the interpreter does them. */
const isNear = (i: Instruction, is64: boolean): boolean => i.size === (is64 ? 8 : 4);

const leave: Emitter = {
  leaves: true,
  fits: isNear,
  emit(u, i) {
    u.getRegister(Reg.rbp);
    cut(u, stackWidth(u));
    check(u, i.size, 'read');
    loadHost(u, i.size);
    u.w.get(L.address);
    u.w.i64(i.size);
    u.w.op(W.i64Add);
    cut(u, stackWidth(u));
    u.setRegister(Reg.rsp);
    u.setRegister(Reg.rbp);
  },
};

function conditionalJump(cc: number): Emitter {
  return {
    flow: Flow.branch,
    fits: isNear,
    flags: readsCondition(cc),
    emit(u) {
      pushCondition(u, cc);
    },
  };
}

const jump: Emitter = { flow: Flow.jump, fits: isNear, emit() {} };

/** Sets `local` to the address behind the instruction. */
function setReturn(u: Path, local: number): void {
  const { w } = u;
  w.get(L.page);
  w.i64(u.behind);
  w.op(W.i64Add);
  w.set(local);
}

const call: Emitter = {
  flow: Flow.call,
  fits: isNear,
  leaves: true,
  emit(u, i) {
    checkPush(u, i.size);
    setReturn(u, L.t);
    commitPush(u, i.size, L.t);
  },
};

/** A target that is not canonical faults at the jump. */
function checkTarget(u: Path): void {
  if (!u.is64) return;
  const { w } = u;
  w.get(L.rip);
  w.i64(16);
  w.op(W.i64Shl);
  w.i64(16);
  w.op(W.i64ShrS);
  w.get(L.rip);
  w.op(W.i64Ne);
  u.openIf();
  u.leavePrecisely(Exit.precise);
  u.close();
}

const jumpIndirect: Emitter = {
  flow: Flow.indirect,
  fits: isNear,
  emit(u, i) {
    readE(u, i, i.size, L.rip);
    checkTarget(u);
  },
};

const callIndirect: Emitter = {
  flow: Flow.indirectCall,
  fits: isNear,
  leaves: true,
  emit(u, i) {
    readE(u, i, i.size, L.rip);
    checkTarget(u);
    checkPush(u, i.size);
    setReturn(u, L.t);
    commitPush(u, i.size, L.t);
  },
};

const ret: Emitter = {
  flow: Flow.indirect,
  fits: isNear,
  leaves: true,
  emit(u, i) {
    readTop(u, i.size, L.rip);
    checkTarget(u);
    release(u, i.size + (i.plan.operands.length > 0 ? i.low & 0xffff : 0));
  },
};

export const CONTROL: readonly (readonly [string, Emitter])[] = [
  ['PUSH Zv', pushRegister],
  ['PUSH Iz', pushImmediate],
  ['PUSH Ib', pushImmediate],
  ['PUSH Ev', pushOperand],
  ['POP Zv', popRegister],
  ['LEAVE', leave],
  ['JMP Jb', jump],
  ['JMP Jz', jump],
  ['JMP Ev', jumpIndirect],
  ['CALL Jz', call],
  ['CALL Ev', callIndirect],
  ['RET', ret],
  ...CONDITION_NAMES.map((name, cc) => [`J${name}`, conditionalJump(cc)] as const),
];
