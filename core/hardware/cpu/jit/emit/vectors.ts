/**
 * Emitters of SSE moves and integer operations. XMM registers stay in the state block: WebAssembly's vectors go through
 * memory as cheaply as through the stack frame where sixteen locals would end up.
 *
 * What may stop a vector instruction (hot/vector-operands.ts): CR0.EM, CR0.TS, CR4.OSFXSR, looked at once on a path
 * because nothing within a unit changes them; and 16-byte operands that are not aligned.
 */
import { Offset } from '../../gen/offsets.ts';
import type { Emitter, Instruction } from '../instruction.ts';
import { Exit, L } from '../locals.ts';
import { V, W } from '../opcodes.table.ts';
import type { Path } from '../path.ts';
import { IN_MEMORY } from '../record.ts';
import { check, getLinear, getRegister, loadHost, putRegister, storeHost } from './operands.ts';

const CR0_EM_TS = 0xc;
const CR4_OSFXSR = 0x200;
const XMM_BYTES = 16;
/** Numbers of the bytes of a vector. */
const BYTES = Array.from({ length: XMM_BYTES }, (_, i) => i);

const xmm = (register: number): number => Offset.xmm + XMM_BYTES * register;

function leave(u: Path): void {
  u.openIf();
  u.leavePrecisely(Exit.precise);
  u.close();
}

function ready(u: Path): void {
  const { w } = u;
  if (u.cache.vectorsReady) return;
  w.get(L.cpu);
  w.memory(W.i32Load, Offset.cr0);
  w.i32(CR0_EM_TS);
  w.op(W.i32And);
  w.get(L.cpu);
  w.memory(W.i32Load, Offset.cr4);
  w.i32(CR4_OSFXSR);
  w.op(W.i32And);
  w.op(W.i32Eqz);
  w.op(W.i32Or);
  leave(u);
  u.cache.vectorsReady = true;
}

/** Checks the memory operand: `size` bytes, and if `aligned` at a multiple of 16. */
function checkVector(u: Path, i: Instruction, size: number, access: 'read' | 'write', aligned: boolean): void {
  const { w } = u;
  getLinear(u, i);
  if (aligned) {
    w.tee(L.address);
    w.op(W.i32WrapI64);
    w.i32(XMM_BYTES - 1);
    w.op(W.i32And);
    leave(u);
    w.get(L.address);
  }
  check(u, size, access);
}

function pushXmm(u: Path, register: number): void {
  u.w.get(L.cpu);
  u.w.vectorMemory(V.load, xmm(register));
}

/** Pushes the operand W, 16 bytes. Checks come first, so that it may be preceded by other pushes. */
function pushSource(u: Path, i: Instruction): void {
  if (i.rm !== IN_MEMORY) {
    pushXmm(u, i.rm);
    return;
  }
  u.w.get(L.host);
  u.w.vectorMemory(V.load, 0);
}

/** What stops the instruction: readiness, then its aligned memory operand. */
function begin(u: Path, i: Instruction, aligned = true): void {
  ready(u);
  if (i.rm === IN_MEMORY) checkVector(u, i, XMM_BYTES, 'read', aligned);
}

/** V = what `push` leaves on the stack. */
function setResult(u: Path, register: number, push: () => void): void {
  u.w.get(L.cpu);
  push();
  u.w.vectorMemory(V.store, xmm(register));
}

/** V = V op W. */
function binary(op: number, swapped = false): Emitter {
  return {
    leaves: true,
    emit(u, i) {
      begin(u, i);
      setResult(u, i.reg, () => {
        if (swapped) pushSource(u, i);
        pushXmm(u, i.reg);
        if (!swapped) pushSource(u, i);
        u.w.vector(op);
      });
    },
  };
}

/** V = bytes of V and W in another order; 16 and above are those of W. */
function shuffle(order: (i: Instruction) => readonly number[]): Emitter {
  return {
    leaves: true,
    emit(u, i) {
      begin(u, i);
      setResult(u, i.reg, () => {
        pushXmm(u, i.reg);
        pushSource(u, i);
        u.w.shuffle(order(i));
      });
    },
  };
}

/** Elements of `size` bytes of V and W taken in turn, from the low or the high half. */
function interleave(size: number, high: boolean): Emitter {
  const order: number[] = [];
  for (let element = high ? 8 : 0; order.length < XMM_BYTES; element += size) {
    for (const from of [0, XMM_BYTES]) for (let byte = 0; byte < size; byte++) order.push(from + element + byte);
  }
  return shuffle(() => order);
}

/** Elements of W chosen by two bits each of the immediate, from `first` on; the others as they are. */
function choose(size: number, first: number): Emitter {
  return shuffle((i) =>
    BYTES.map((byte) => {
      const element = Math.floor((byte - first) / size);
      if (element < 0 || element > 3) return XMM_BYTES + byte;
      return XMM_BYTES + first + ((i.low >> (2 * element)) & 3) * size + (byte % size);
    }),
  );
}

/** U = U shifted by the immediate; a count beyond the width leaves zeroes, or signs. */
function shiftElements(op: number, bits: number, signed = false): Emitter {
  return {
    leaves: true,
    emit(u, i) {
      const { w } = u;
      const count = i.low & 0xff;
      ready(u);
      setResult(u, i.rm, () => {
        if (count >= bits && !signed) {
          w.vectorZero();
          return;
        }
        pushXmm(u, i.rm);
        w.i32(Math.min(count, bits - 1));
        w.vector(op);
      });
    },
  };
}

/** PSLLDQ, PSRLDQ. */
function shiftBytes(left: boolean): Emitter {
  return {
    leaves: true,
    emit(u, i) {
      const count = Math.min(i.low & 0xff, XMM_BYTES);
      ready(u);
      setResult(u, i.rm, () => {
        pushXmm(u, i.rm);
        u.w.vectorZero();
        // Bytes from outside come from the zeroes.
        u.w.shuffle(
          BYTES.map((byte) => {
            const from = left ? byte - count : byte + count;
            return from >= 0 && from < XMM_BYTES ? from : XMM_BYTES;
          }),
        );
      });
    },
  };
}

function load(aligned: boolean): Emitter {
  return {
    leaves: true,
    emit(u, i) {
      begin(u, i, aligned);
      setResult(u, i.reg, () => pushSource(u, i));
    },
  };
}

function store(aligned: boolean): Emitter {
  return {
    leaves: true,
    emit(u, i) {
      ready(u);
      if (i.rm !== IN_MEMORY) {
        setResult(u, i.rm, () => pushXmm(u, i.reg));
        return;
      }
      checkVector(u, i, XMM_BYTES, 'write', aligned);
      u.w.get(L.host);
      pushXmm(u, i.reg);
      u.w.vectorMemory(V.store, 0);
    },
  };
}

/** V = the 64-bit value on the stack of `push`, the rest zero. */
function setLow(u: Path, register: number, push: () => void): void {
  setResult(u, register, () => {
    u.w.vectorZero();
    push();
    u.w.vectorLane(V.i64x2ReplaceLane, 0);
  });
}

/** MOVD and MOVQ from a general register or memory. */
const fromGeneral: Emitter = {
  leaves: true,
  emit(u, i) {
    ready(u);
    if (i.rm === IN_MEMORY) {
      checkVector(u, i, i.size, 'read', false);
      setLow(u, i.reg, () => loadHost(u, i.size));
    } else setLow(u, i.reg, () => getRegister(u, i, i.rm, i.size));
  },
};

/** Sets L.t to the low bytes of a vector register. */
function loadLow(u: Path, register: number, size: number): void {
  u.w.get(L.cpu);
  u.w.memory(size === 8 ? W.i64Load : W.i64Load32U, xmm(register));
  u.w.set(L.t);
}

/** Stores the low bytes of V in memory. */
function storeLow(u: Path, i: Instruction, size: number): void {
  checkVector(u, i, size, 'write', false);
  loadLow(u, i.reg, size);
  storeHost(u, size, L.t);
}

const toGeneral: Emitter = {
  leaves: true,
  emit(u, i) {
    ready(u);
    if (i.rm === IN_MEMORY) {
      storeLow(u, i, i.size);
      return;
    }
    loadLow(u, i.reg, i.size);
    putRegister(u, i, i.rm, i.size, L.t);
  },
};

/** MOVSS, MOVSD: from memory the rest is cleared, from a register it stays. `clears`: MOVQ clears it either way. */
function loadScalar(size: number, clears: boolean): Emitter {
  return {
    leaves: true,
    emit(u, i) {
      ready(u);
      if (i.rm === IN_MEMORY) {
        checkVector(u, i, size, 'read', false);
        setResult(u, i.reg, () => {
          u.w.get(L.host);
          u.w.vectorMemory(size === 8 ? V.load64Zero : V.load32Zero, 0);
        });
        return;
      }
      moveLow(u, i.rm, i.reg, size, clears);
    },
  };
}

function moveLow(u: Path, from: number, to: number, size: number, clears: boolean): void {
  const { w } = u;
  if (clears) {
    setResult(u, to, () => {
      w.get(L.cpu);
      w.vectorMemory(V.load64Zero, xmm(from));
    });
    return;
  }
  loadLow(u, from, size);
  w.get(L.cpu);
  w.get(L.t);
  w.memory(size === 8 ? W.i64Store : W.i64Store32, xmm(to));
}

function storeScalar(size: number, clears: boolean): Emitter {
  return {
    leaves: true,
    emit(u, i) {
      ready(u);
      if (i.rm === IN_MEMORY) storeLow(u, i, size);
      else moveLow(u, i.reg, i.rm, size, clears);
    },
  };
}

function mask(op: number): Emitter {
  return {
    leaves: true,
    emit(u, i) {
      ready(u);
      pushXmm(u, i.rm);
      u.w.vector(op);
      u.w.op(W.i64ExtendI32U);
      u.setRegister(i.reg);
    },
  };
}

/** Index bit 7 gives zero, bits 4-6 mean nothing. */
const permute: Emitter = {
  leaves: true,
  emit(u, i) {
    begin(u, i);
    setResult(u, i.reg, () => {
      pushXmm(u, i.reg);
      pushSource(u, i);
      u.w.i32(0x8f);
      u.w.vector(V.i8x16Splat);
      u.w.vector(V.and);
      u.w.vector(V.swizzle);
    });
  },
};

const BINARY: readonly (readonly [string, number])[] = [
  ['paddb', V.i8x16Add],
  ['paddw', V.i16x8Add],
  ['paddd', V.i32x4Add],
  ['paddq', V.i64x2Add],
  ['psubb', V.i8x16Sub],
  ['psubw', V.i16x8Sub],
  ['psubd', V.i32x4Sub],
  ['psubq', V.i64x2Sub],
  ['paddsb', V.i8x16AddSatS],
  ['paddsw', V.i16x8AddSatS],
  ['paddusb', V.i8x16AddSatU],
  ['paddusw', V.i16x8AddSatU],
  ['psubsb', V.i8x16SubSatS],
  ['psubsw', V.i16x8SubSatS],
  ['psubusb', V.i8x16SubSatU],
  ['psubusw', V.i16x8SubSatU],
  ['pmullw', V.i16x8Mul],
  ['pmulld', V.i32x4Mul],
  ['pmaddwd', V.i32x4Dot],
  ['pavgb', V.i8x16Avgr],
  ['pavgw', V.i16x8Avgr],
  ['pminub', V.i8x16MinU],
  ['pminsb', V.i8x16MinS],
  ['pminuw', V.i16x8MinU],
  ['pminsw', V.i16x8MinS],
  ['pminud', V.i32x4MinU],
  ['pminsd', V.i32x4MinS],
  ['pmaxub', V.i8x16MaxU],
  ['pmaxsb', V.i8x16MaxS],
  ['pmaxuw', V.i16x8MaxU],
  ['pmaxsw', V.i16x8MaxS],
  ['pmaxud', V.i32x4MaxU],
  ['pmaxsd', V.i32x4MaxS],
  ['pcmpeqb', V.i8x16Eq],
  ['pcmpeqw', V.i16x8Eq],
  ['pcmpeqd', V.i32x4Eq],
  ['pcmpeqq', V.i64x2Eq],
  ['pcmpgtb', V.i8x16GtS],
  ['pcmpgtw', V.i16x8GtS],
  ['pcmpgtd', V.i32x4GtS],
  ['pcmpgtq', V.i64x2GtS],
  ['pand', V.and],
  ['por', V.or],
  ['pxor', V.xor],
  ['packsswb', V.i8x16NarrowS],
  ['packuswb', V.i8x16NarrowU],
  ['packssdw', V.i16x8NarrowS],
  ['packusdw', V.i16x8NarrowU],
];

/** By the name of the handler, which rows with the same bits share (MOVAPS, MOVDQA; ANDPS, PAND). */
export const VECTORS: readonly (readonly [string, Emitter])[] = [
  ...BINARY.map(([name, op]) => [`=${name}`, binary(op)] as const),
  ['=pandn', binary(V.andnot, true)],
  ['=punpcklbw', interleave(1, false)],
  ['=punpckhbw', interleave(1, true)],
  ['=punpcklwd', interleave(2, false)],
  ['=punpckhwd', interleave(2, true)],
  ['=punpckldq', interleave(4, false)],
  ['=punpckhdq', interleave(4, true)],
  ['=punpcklqdq', interleave(8, false)],
  ['=punpckhqdq', interleave(8, true)],
  ['=pshufd', choose(4, 0)],
  ['=pshuflw', choose(2, 0)],
  ['=pshufhw', choose(2, 8)],
  ['=pshufb', permute],
  ['=psllw_Udq_Ib', shiftElements(V.i16x8Shl, 16)],
  ['=psrlw_Udq_Ib', shiftElements(V.i16x8ShrU, 16)],
  ['=psraw_Udq_Ib', shiftElements(V.i16x8ShrS, 16, true)],
  ['=pslld_Udq_Ib', shiftElements(V.i32x4Shl, 32)],
  ['=psrld_Udq_Ib', shiftElements(V.i32x4ShrU, 32)],
  ['=psrad_Udq_Ib', shiftElements(V.i32x4ShrS, 32, true)],
  ['=psllq_Udq_Ib', shiftElements(V.i64x2Shl, 64)],
  ['=psrlq_Udq_Ib', shiftElements(V.i64x2ShrU, 64)],
  ['=pslldq', shiftBytes(true)],
  ['=psrldq', shiftBytes(false)],
  ['=movaps', load(true)],
  ['=movups', load(false)],
  ['=movaps_store', store(true)],
  ['=movups_store', store(false)],
  ['=movd_Vdq_Ey', fromGeneral],
  ['=movd_Ey_Vdq', toGeneral],
  ['=movq_Vdq_Wq', loadScalar(8, true)],
  ['=movq_Wq_Vq', storeScalar(8, true)],
  ['=movss', loadScalar(4, false)],
  ['=movsd_Vsd_Wsd', loadScalar(8, false)],
  ['=movss_store', storeScalar(4, false)],
  ['=movsd_Wsd_Vsd', storeScalar(8, false)],
  ['=pmovmskb', mask(V.i8x16Bitmask)],
  ['=movmskps', mask(V.i32x4Bitmask)],
  ['=movmskpd', mask(V.i64x2Bitmask)],
];
