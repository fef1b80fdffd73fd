/** Emitters of two-operand arithmetic and logic, and of INC, DEC, NEG, NOT. */
import type { Emitter, Instruction } from '../instruction.ts';
import { L } from '../locals.ts';
import { W } from '../opcodes.table.ts';
import type { Path } from '../path.ts';
import { IN_MEMORY } from '../record.ts';
import { ALL_STATUS, REPLACES_ALL, Status } from '../status-flags.ts';
import { pushCarry } from './conditions.ts';
import { Kind } from './kinds.ts';
import { checkOperand, commitE, cut, getImmediate, getRegister, loadHost, modifyE, putRegister, Reg, readE } from './operands.ts';

/** Locals an operation works in: those of the flags when somebody looks at them, otherwise temporaries. */
export interface Places {
  readonly left: number;
  readonly right: number;
  readonly result: number;
}
const FLAGS: Places = { left: L.flagLeft, right: L.flagRight, result: L.result };
const TEMPORARY: Places = { left: L.t, right: L.u, result: L.v };

export const placesOf = (u: Path): Places => (u.flagsLive ? FLAGS : TEMPORARY);

/** How the operands of a row are laid out. */
type Shape = 'E,G' | 'G,E' | 'E,I' | 'A,I';

function shapeOf(i: Instruction): Shape {
  const [first = '', second = ''] = i.plan.operands;
  if (second.startsWith('I')) return first.startsWith('E') ? 'E,I' : 'A,I';
  return first.startsWith('G') ? 'G,E' : 'E,G';
}

/** Loads both operands into their places; a memory destination is checked as `access` says. */
function loadOperands(u: Path, i: Instruction, shape: Shape, places: Places, access: 'read' | 'write'): void {
  const { w } = u;
  const { size } = i;
  if (shape === 'G,E') {
    readE(u, i, size, places.right);
    getRegister(u, i, i.reg, size);
    w.set(places.left);
    return;
  }
  if (shape === 'A,I') {
    getRegister(u, i, Reg.rax, size);
    w.set(places.left);
  } else if (access === 'write') modifyE(u, i, size, places.left);
  else readE(u, i, size, places.left);
  if (shape === 'E,G') getRegister(u, i, i.reg, size);
  else getImmediate(u, i, size);
  w.set(places.right);
}

function storeResult(u: Path, i: Instruction, shape: Shape, local: number): void {
  if (shape === 'G,E') putRegister(u, i, i.reg, i.size, local);
  else if (shape === 'A,I') putRegister(u, i, Reg.rax, i.size, local);
  else commitE(u, i, i.size, local);
}

interface Binary {
  readonly kind: number;
  readonly narrow: number;
  readonly wide: number;
  /** Adds or subtracts the carry flag as well. */
  readonly carries?: true;
  /** CMP, TEST: only the flags. */
  readonly discards?: true;
}

/** Computes left op right into the result place. */
function compute(u: Path, size: number, { narrow, wide }: Binary, { left, right, result }: Places): void {
  const { w } = u;
  w.get(left);
  if (size === 4) w.op(W.i32WrapI64);
  w.get(right);
  if (size === 4) {
    w.op(W.i32WrapI64);
    w.op(narrow);
    w.op(W.i64ExtendI32U);
  } else {
    w.op(wide);
    if (size < 4) cut(u, size);
  }
  w.set(result);
}

/** True if both operands are the same register: XOR and SUB then give 0 whatever it holds. */
const sameRegister = (i: Instruction, shape: Shape): boolean =>
  (shape === 'E,G' || shape === 'G,E') && i.rm === i.reg && i.rm !== IN_MEMORY;

function binary(what: Binary): Emitter {
  return {
    flags: what.carries ? { reads: Status.carry, writes: ALL_STATUS } : REPLACES_ALL,
    emit(u, i) {
      const { w } = u;
      const shape = shapeOf(i);
      const places = placesOf(u);
      const logic = what.kind === Kind.logic;
      if (logic && !what.discards && what.wide === W.i64Xor && sameRegister(i, shape) && i.size >= 4) {
        w.i64(0);
        w.set(places.result);
      } else if (logic && what.discards && sameRegister(i, shape)) {
        getRegister(u, i, i.reg, i.size);
        w.set(places.result);
      } else {
        // Logic leaves the operand fields of the flags alone: keep them out of its way.
        const operands = logic ? { ...TEMPORARY, result: places.result } : places;
        if (what.carries) {
          // The old flags are read before the operands replace them; nothing is replaced before the last check.
          if (i.rm === IN_MEMORY && shape !== 'A,I') checkOperand(u, i, i.size, shape === 'G,E' ? 'read' : 'write');
          pushCarry(u);
          w.set(L.carry);
          loadCarried(u, i, shape, operands);
          compute(u, 8, what, operands);
          w.get(operands.result);
          w.get(L.carry);
          w.op(what.wide);
          cut(u, i.size);
          w.set(operands.result);
        } else {
          loadOperands(u, i, shape, operands, what.discards ? 'read' : 'write');
          compute(u, i.size, what, operands);
        }
      }
      if (!what.discards) storeResult(u, i, shape, places.result);
      u.setKind(what.kind, i.size);
    },
  };
}

/** As loadOperands, the memory operand having been checked. */
function loadCarried(u: Path, i: Instruction, shape: Shape, places: Places): void {
  const { w } = u;
  const e = shape === 'G,E' ? places.right : places.left;
  if (shape === 'A,I') getRegister(u, i, Reg.rax, i.size);
  else if (i.rm === IN_MEMORY) loadHost(u, i.size);
  else getRegister(u, i, i.rm, i.size);
  w.set(e);
  if (shape === 'G,E' || shape === 'E,G') getRegister(u, i, i.reg, i.size);
  else getImmediate(u, i, i.size);
  w.set(shape === 'G,E' ? places.left : places.right);
}

/** INC and DEC keep the carry flag: it goes where they keep it, before the result replaces the flags. */
function step(kind: number, op: number): Emitter {
  return {
    flags: { reads: 0, writes: ALL_STATUS & ~Status.carry },
    emit(u, i) {
      const { w } = u;
      const { result } = placesOf(u);
      const inRegister = !i.plan.operands[0]?.startsWith('E');
      const r = inRegister ? i.reg : i.rm;
      if (r === IN_MEMORY) checkOperand(u, i, i.size, 'write');
      if (u.live & Status.carry) {
        pushCarry(u);
        w.set(L.flagRight);
      }
      if (r === IN_MEMORY) loadHost(u, i.size);
      else getRegister(u, i, r, i.size);
      w.i64(1);
      w.op(op);
      cut(u, i.size);
      w.set(result);
      if (inRegister) putRegister(u, i, r, i.size, result);
      else commitE(u, i, i.size, result);
      u.setKind(kind, i.size);
    },
  };
}

const negate: Emitter = {
  flags: REPLACES_ALL,
  emit(u, i) {
    const { w } = u;
    const places = placesOf(u);
    modifyE(u, i, i.size, places.right);
    w.i64(0);
    w.set(places.left);
    w.i64(0);
    w.get(places.right);
    w.op(W.i64Sub);
    cut(u, i.size);
    w.set(places.result);
    commitE(u, i, i.size, places.result);
    u.setKind(Kind.sub, i.size);
  },
};

const complement: Emitter = {
  emit(u, i) {
    modifyE(u, i, i.size, L.t);
    u.w.get(L.t);
    u.w.i64(-1);
    u.w.op(W.i64Xor);
    cut(u, i.size);
    u.w.set(L.t);
    commitE(u, i, i.size, L.t);
  },
};

export const ARITHMETIC: readonly (readonly [string, Emitter])[] = [
  ['ADD', binary({ kind: Kind.add, narrow: W.i32Add, wide: W.i64Add })],
  ['OR', binary({ kind: Kind.logic, narrow: W.i32Or, wide: W.i64Or })],
  ['ADC', binary({ kind: Kind.adc, narrow: W.i32Add, wide: W.i64Add, carries: true })],
  ['SBB', binary({ kind: Kind.sbb, narrow: W.i32Sub, wide: W.i64Sub, carries: true })],
  ['AND', binary({ kind: Kind.logic, narrow: W.i32And, wide: W.i64And })],
  ['SUB', binary({ kind: Kind.sub, narrow: W.i32Sub, wide: W.i64Sub })],
  ['XOR', binary({ kind: Kind.logic, narrow: W.i32Xor, wide: W.i64Xor })],
  ['CMP', binary({ kind: Kind.sub, narrow: W.i32Sub, wide: W.i64Sub, discards: true })],
  ['TEST', binary({ kind: Kind.logic, narrow: W.i32And, wide: W.i64And, discards: true })],
  ['INC', step(Kind.inc, W.i64Add)],
  ['DEC', step(Kind.dec, W.i64Sub)],
  ['NEG', negate],
  ['NOT', complement],
];
