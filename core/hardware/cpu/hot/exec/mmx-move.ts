// MMX moves, shuffles, insertion and extraction, and EMMS (SDM vol. 1 §9.4.1, §9.4.8, §10.4.4, §12.6).
import { linear } from '../operands';
import { read16, read32, read64, write32, write64 } from '../memory';
import { faulted } from '../raise';
import { gpr32, gpr64, opImmediate, opReg, opRm, opSize, setGpr32, setGpr64 } from '../state';
import { mm, mmxLeft, mmxReady, mmxResult, mmxSource, narrow, setMm, widen } from '../vector-operands';
import { orderWords, shiftRightBytes } from '../vector-integer-operations';
import { beginMmxStore, emptyAll, enterMmx } from '../x87';

export function movq_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(b); }
/** Processors set TOP before they store: it is 0 even if the store faults. */
export function movq_Qq_Pq(): void {
  if (!mmxReady()) return;
  const rm = opRm();
  beginMmxStore();
  if (rm == 0xff) write64(linear(8, true), mmxLeft());
  if (faulted()) return;
  enterMmx();
  if (rm != 0xff) setMm(rm, mmxLeft());
}
/** MOVD, or MOVQ with REX.W. */
export function movd_Pq_Ey(): void {
  if (!mmxReady()) return;
  const rm = opRm();
  const wide = opSize() == 8;
  const b = rm != 0xff ? (wide ? gpr64(rm) : <u64>gpr32(rm)) : wide ? read64(linear(8, false)) : read32(linear(4, false));
  if (!faulted()) mmxResult(b);
}
export function movd_Ey_Pq(): void {
  if (!mmxReady()) return;
  const rm = opRm();
  const wide = opSize() == 8;
  beginMmxStore();
  if (rm == 0xff) {
    if (wide) write64(linear(8, true), mmxLeft());
    else write32(linear(4, true), mmxLeft());
    if (faulted()) return;
  } else if (wide) setGpr64(rm, mmxLeft());
  else setGpr32(rm, <u32>mmxLeft());
  enterMmx();
}

/** Makes every register empty again. */
export function emms(): void { if (mmxReady()) { enterMmx(); emptyAll(); } }

@inline function order(): u32 { return <u8>opImmediate(); }

export function pshufw(): void { const b = mmxSource(); if (!faulted()) mmxResult(orderWords(b, order())); }
/** Index bit 7 gives zero, bits 3-6 mean nothing. */
export function pshufb_Pq_Qq(): void {
  const b = mmxSource();
  if (!faulted()) mmxResult(narrow(i8x16.swizzle(widen(mmxLeft()), v128.and(widen(b), i8x16.splat(<i8>0x87)))));
}
/** Bytes n to n + 7 of destination:source. */
export function palignr_Pq_Qq(): void {
  const b = mmxSource();
  if (!faulted()) mmxResult(narrow(shiftRightBytes(i64x2.replace_lane(i64x2.splat(b), 1, mmxLeft()), order())));
}
export function pinsrw_Pq_Ew(): void {
  if (!mmxReady()) return;
  const rm = opRm();
  const v = rm != 0xff ? gpr32(rm) : <u32>read16(linear(2, false));
  if (faulted()) return;
  const shift = <u64>(order() & 3) << 4;
  mmxResult(mmxLeft() & ~(<u64>0xffff << shift) | <u64>(v & 0xffff) << shift);
}
export function pextrw_Gd_Nq(): void {
  if (!mmxReady()) return;
  setGpr32(opReg(), <u32>(mm(opRm()) >> ((order() & 3) << 4)) & 0xffff);
  enterMmx();
}
export function pmovmskb_Gd_Nq(): void {
  if (!mmxReady()) return;
  setGpr32(opReg(), i8x16.bitmask(widen(mm(opRm()))));
  enterMmx();
}
