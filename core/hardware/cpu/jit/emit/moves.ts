/** Emitters of moves, LEA, extensions, exchanges, conditional moves and sets. */

import type { Emitter } from '../instruction.ts';
import { L } from '../locals.ts';
import { W } from '../opcodes.table.ts';
import type { Path } from '../path.ts';
import { FLAT_SEGMENT, IN_MEMORY } from '../record.ts';
import { readsCondition } from '../status-flags.ts';
import { pushCondition } from './conditions.ts';
import {
  addSegment,
  check,
  checkOperand,
  commitE,
  cut,
  extendSigned,
  getEffective,
  getImmediate,
  getRegister,
  loadHost,
  modifyE,
  putRegister,
  Reg,
  readE,
  storeHost,
  writeE,
} from './operands.ts';

const fromRegister: Emitter = {
  emit(u, i) {
    getRegister(u, i, i.reg, i.size);
    u.w.set(L.t);
    writeE(u, i, i.size, L.t);
  },
};

const toRegister: Emitter = {
  emit(u, i) {
    readE(u, i, i.size, L.t);
    putRegister(u, i, i.reg, i.size, L.t);
  },
};

const immediateTo: Emitter = {
  emit(u, i) {
    getImmediate(u, i, i.size);
    u.w.set(L.t);
    writeE(u, i, i.size, L.t);
  },
};

const immediateToRegister: Emitter = {
  emit(u, i) {
    getImmediate(u, i, i.size);
    u.w.set(L.t);
    putRegister(u, i, i.reg, i.size, L.t);
  },
};

/** MOV between the accumulator and an absolute address. */
function absolute(store: boolean): Emitter {
  return {
    leaves: true,
    fits: (i, is64) => is64 || (i.addressSize === 4 && i.segment !== 1 && (i.segment < 4 || i.segment >= FLAT_SEGMENT)),
    emit(u, i) {
      u.w.i64Parts(i.low, i.high);
      addSegment(u, i.segment);
      check(u, i.size, store ? 'write' : 'read');
      if (store) u.getRegister(Reg.rax);
      else loadHost(u, i.size);
      u.w.set(L.t);
      if (store) storeHost(u, i.size, L.t);
      else putRegister(u, i, Reg.rax, i.size, L.t);
    },
  };
}

function extending(from: number, signed: boolean): Emitter {
  return {
    fits: (i) => i.size >= from,
    emit(u, i) {
      readE(u, i, from, L.t);
      if (signed) {
        u.w.get(L.t);
        extendSigned(u, from);
        cut(u, i.size);
        u.w.set(L.t);
      }
      putRegister(u, i, i.reg, i.size, L.t);
    },
  };
}

const lea: Emitter = {
  addressOnly: true,
  fits: (i) => i.addressSize >= 4,
  emit(u, i) {
    getEffective(u, i);
    cut(u, i.size);
    u.w.set(L.t);
    putRegister(u, i, i.reg, i.size, L.t);
  },
};

/** CBW CWDE CDQE: the accumulator from half its size. */
const widen: Emitter = {
  emit(u, i) {
    u.getRegister(Reg.rax);
    extendSigned(u, i.size / 2);
    cut(u, i.size);
    u.w.set(L.t);
    putRegister(u, i, Reg.rax, i.size, L.t);
  },
};

/** CWD CDQ CQO: rDX becomes the sign of rAX. */
const spread: Emitter = {
  emit(u, i) {
    u.getRegister(Reg.rax);
    extendSigned(u, i.size);
    u.w.i64(63);
    u.w.op(W.i64ShrS);
    cut(u, i.size);
    u.w.set(L.t);
    putRegister(u, i, Reg.rdx, i.size, L.t);
  },
};

const swapBytes: Emitter = {
  fits: (i) => i.size >= 4,
  emit(u, i) {
    const { w } = u;
    // Swap within 16, 32, then 64 bits.
    u.getRegister(i.reg);
    cut(u, i.size);
    w.set(L.t);
    swapHalves(u, 8, 0x00ff_00ff);
    swapHalves(u, 16, 0x0000_ffff);
    if (i.size === 8) {
      w.get(L.t);
      w.i64(32);
      w.op(W.i64Rotl);
      w.set(L.t);
    } else {
      w.get(L.t);
      cut(u, 4);
      w.set(L.t);
    }
    putRegister(u, i, i.reg, i.size, L.t);
  },
};

function swapHalves(u: Path, by: number, mask: number): void {
  const { w } = u;
  w.get(L.t);
  w.i64(by);
  w.op(W.i64ShrU);
  w.i64Parts(mask, mask);
  w.op(W.i64And);
  w.get(L.t);
  w.i64Parts(mask, mask);
  w.op(W.i64And);
  w.i64(by);
  w.op(W.i64Shl);
  w.op(W.i64Or);
  w.set(L.t);
}

const exchange: Emitter = {
  emit(u, i) {
    modifyE(u, i, i.size, L.t);
    getRegister(u, i, i.reg, i.size);
    u.w.set(L.u);
    commitE(u, i, i.size, L.u);
    putRegister(u, i, i.reg, i.size, L.t);
  },
};

/** 90 and its relatives; NOP exchanges nothing, and its 32-bit form does not clear anything. */
const exchangeAccumulator: Emitter = {
  emit(u, i) {
    if (i.reg === Reg.rax) return;
    getRegister(u, i, i.reg, i.size);
    u.w.set(L.t);
    getRegister(u, i, Reg.rax, i.size);
    u.w.set(L.u);
    putRegister(u, i, i.reg, i.size, L.u);
    putRegister(u, i, Reg.rax, i.size, L.t);
  },
};

const nothing: Emitter = { addressOnly: true, emit() {} };

/** The operand is read, and a 32-bit destination is zero-extended, whether the condition holds or not. */
function conditionalMove(cc: number): Emitter {
  return {
    flags: readsCondition(cc),
    emit(u, i) {
      const { w } = u;
      readE(u, i, i.size, L.t);
      w.get(L.t);
      getRegister(u, i, i.reg, i.size);
      pushCondition(u, cc);
      w.op(W.select);
      w.set(L.t);
      putRegister(u, i, i.reg, i.size, L.t);
    },
  };
}

function conditionalSet(cc: number): Emitter {
  return {
    flags: readsCondition(cc),
    emit(u, i) {
      if (i.rm === IN_MEMORY) checkOperand(u, i, 1, 'write');
      pushCondition(u, cc);
      u.w.op(W.i64ExtendI32U);
      u.w.set(L.t);
      commitE(u, i, 1, L.t);
    },
  };
}

/** Suffixes of condition codes 0-15, as the rows are named. */
export const CONDITION_NAMES = ['O', 'NO', 'B', 'AE', 'Z', 'NZ', 'BE', 'A', 'S', 'NS', 'P', 'NP', 'L', 'GE', 'LE', 'G'] as const;

export const MOVES: readonly (readonly [string, Emitter])[] = [
  ['MOV Eb,Gb', fromRegister],
  ['MOV Ev,Gv', fromRegister],
  ['MOV Gb,Eb', toRegister],
  ['MOV Gv,Ev', toRegister],
  ['MOV Eb,Ib', immediateTo],
  ['MOV Ev,Iz', immediateTo],
  ['MOV Zb,Ib', immediateToRegister],
  ['MOV Zv,Iv', immediateToRegister],
  ['MOV AL,Ob', absolute(false)],
  ['MOV rAX,Ov', absolute(false)],
  ['MOV Ob,AL', absolute(true)],
  ['MOV Ov,rAX', absolute(true)],
  ['MOVZX Gv,Eb', extending(1, false)],
  ['MOVZX Gv,Ew', extending(2, false)],
  ['MOVSX Gv,Eb', extending(1, true)],
  ['MOVSX Gv,Ew', extending(2, true)],
  ['MOVSXD Gv,Ed', extending(4, true)],
  ['LEA', lea],
  ['CBW', widen],
  ['CWD', spread],
  ['BSWAP', swapBytes],
  ['XCHG Eb,Gb', exchange],
  ['XCHG Ev,Gv', exchange],
  ['XCHG Zv,rAX', exchangeAccumulator],
  ['=nop', nothing],
  ...CONDITION_NAMES.map((name, cc) => [`CMOV${name}`, conditionalMove(cc)] as const),
  ...CONDITION_NAMES.map((name, cc) => [`SET${name}`, conditionalSet(cc)] as const),
];
