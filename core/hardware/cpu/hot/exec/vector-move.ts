// SSE moves between XMM registers, memory, general and MMX registers (SDM vol. 1 §10.4.1.1, §11.4.1, §12.3.2).
//
// Where a load writes less than 128 bits: from memory the rest of the register is cleared, from a register it stays
// (MOVSS, MOVSD), or one half is replaced either way (MOVLPS, MOVHPS).
import { Offset } from '../gen/offsets';
import { linear, segmented } from '../operands';
import { probe, read32, read64, write32, write64, write8 } from '../memory';
import { faulted } from '../raise';
import { cpu, FLAT, gpr32, gpr64, opAddressSize, opReg, opRm, opSegment, opSize, setGpr32, setGpr64 } from '../state';
import { beginMmxStore, enterMmx } from '../x87';
import {
  alignedOperand, left, mm, mmxReady, mmxResult, result, setXmm, setXmm32, setXmm64, source, source32, source64, sourceUnaligned,
  sseReady, widen, writeVector, xmm, xmm32, xmm64, zeroVector,
} from '../vector-operands';

export function movaps(): void { const b = source(); if (!faulted()) result(b); }
export function movups(): void { const b = sourceUnaligned(); if (!faulted()) result(b); }

/** Also the non-temporal stores: there is no cache to pollute. */
export function movaps_store(): void {
  if (!sseReady()) return;
  const rm = opRm();
  if (rm != 0xff) setXmm(rm, left());
  else writeVector(alignedOperand(true), left());
}
export function movups_store(): void {
  if (!sseReady()) return;
  const rm = opRm();
  if (rm != 0xff) setXmm(rm, left());
  else writeVector(linear(16, true), left());
}

export function movss(): void {
  const b = source32();
  if (faulted()) return;
  if (opRm() != 0xff) setXmm32(opReg(), b);
  else result(i32x4.replace_lane(zeroVector(), 0, b));
}
export function movsd_Vsd_Wsd(): void {
  const b = source64();
  if (faulted()) return;
  if (opRm() != 0xff) setXmm64(opReg(), b);
  else result(i64x2.replace_lane(zeroVector(), 0, b));
}
export function movss_store(): void {
  if (!sseReady()) return;
  const rm = opRm();
  if (rm != 0xff) setXmm32(rm, xmm32(opReg()));
  else write32(linear(4, true), xmm32(opReg()));
}
export function movsd_Wsd_Vsd(): void {
  if (!sseReady()) return;
  const rm = opRm();
  if (rm != 0xff) setXmm64(rm, xmm64(opReg()));
  else write64(linear(8, true), xmm64(opReg()));
}

@inline function highAt(i: u32): usize { return cpu + (<usize>i << 4) + 8; }

export function movlps(): void { const b = source64(); if (!faulted()) setXmm64(opReg(), b); }
export function movlps_store(): void { if (sseReady()) write64(linear(8, true), xmm64(opReg())); }
export function movhps(): void { const b = source64(); if (!faulted()) store<u64>(highAt(opReg()), b, Offset.xmm); }
export function movhps_store(): void { if (sseReady()) write64(linear(8, true), load<u64>(highAt(opReg()), Offset.xmm)); }
export function movhlps(): void { if (sseReady()) setXmm64(opReg(), load<u64>(highAt(opRm()), Offset.xmm)); }
export function movlhps(): void { if (sseReady()) store<u64>(highAt(opReg()), xmm64(opRm()), Offset.xmm); }

export function movsldup(): void { const b = source(); if (!faulted()) result(i8x16.shuffle(b, b, 0, 1, 2, 3, 0, 1, 2, 3, 8, 9, 10, 11, 8, 9, 10, 11)); }
export function movshdup(): void { const b = source(); if (!faulted()) result(i8x16.shuffle(b, b, 4, 5, 6, 7, 4, 5, 6, 7, 12, 13, 14, 15, 12, 13, 14, 15)); }
export function movddup(): void { const b = source64(); if (!faulted()) result(i64x2.splat(b)); }

// MOVD and MOVQ with a general register or memory; REX.W makes both 64 bits.
@inline function general(): u64 {
  const rm = opRm();
  if (rm == 0xff) return opSize() == 8 ? read64(linear(8, false)) : read32(linear(4, false));
  return opSize() == 8 ? gpr64(rm) : <u64>gpr32(rm);
}
@inline function setGeneral(v: u64): void {
  const rm = opRm();
  if (opSize() == 8) {
    if (rm != 0xff) setGpr64(rm, v);
    else write64(linear(8, true), v);
  } else if (rm != 0xff) setGpr32(rm, <u32>v);
  else write32(linear(4, true), v);
}

export function movd_Vdq_Ey(): void {
  if (!sseReady()) return;
  const b = general();
  if (!faulted()) result(i64x2.replace_lane(zeroVector(), 0, b));
}
export function movd_Ey_Vdq(): void { if (sseReady()) setGeneral(xmm64(opReg())); }
export function movq_Vdq_Wq(): void { const b = source64(); if (!faulted()) result(i64x2.replace_lane(zeroVector(), 0, b)); }
export function movq_Wq_Vq(): void {
  if (!sseReady()) return;
  const rm = opRm();
  if (rm != 0xff) setXmm(rm, i64x2.replace_lane(zeroVector(), 0, xmm64(opReg())));
  else write64(linear(8, true), xmm64(opReg()));
}

/** Between XMM and MMX: both units must be usable, and the MMX state is entered. */
export function movq2dq(): void {
  if (!sseReady() || !mmxReady()) return;
  const b = mm(opRm());
  enterMmx();
  result(i64x2.replace_lane(zeroVector(), 0, b));
}
export function movdq2q(): void { if (sseReady() && mmxReady()) mmxResult(xmm64(opRm())); }

export function movmskps(): void { if (sseReady()) setGpr32(opReg(), i32x4.bitmask(xmm(opRm()))); }
export function movmskpd(): void { if (sseReady()) setGpr32(opReg(), i64x2.bitmask(xmm(opRm()))); }
export function pmovmskb(): void { if (sseReady()) setGpr32(opReg(), i8x16.bitmask(xmm(opRm()))); }

/** DS:rDI, or the segment of an override, at the width of the address size. */
function stringTarget(size: u32): u64 {
  const width = opAddressSize();
  const di = gpr64(7);
  const offset = width == 8 ? di : width == 4 ? di & 0xffff_ffff : di & 0xffff;
  const segment = opSegment();
  return segment >= FLAT ? offset : segmented(segment, offset, size, true);
}

/**
 * Stores the bytes whose mask byte has its top bit set. A byte that is not stored may still fault on the page's account:
 * the manual leaves that to the implementation; here, as on most processors, an empty mask touches nothing.
 */
function storeMasked(value: v128, mask: u32, size: u32): void {
  const a = stringTarget(size);
  if (mask == 0 || faulted()) return;
  for (let rest = mask; rest != 0; rest &= rest - 1) if (!probe(a + ctz(rest), 1, true)) return;
  for (let rest = mask; rest != 0; rest &= rest - 1) {
    const lane = ctz(rest);
    write8(a + lane, <u64>i8x16.extract_lane_u(i8x16.swizzle(value, i8x16.splat(<i8>lane)), 0));
  }
}
export function maskmovdqu(): void { if (sseReady()) storeMasked(left(), i8x16.bitmask(xmm(opRm())), 16); }
export function maskmovq(): void {
  if (!mmxReady()) return;
  const value = widen(mm(opReg()));
  beginMmxStore();
  storeMasked(value, i8x16.bitmask(widen(mm(opRm()))), 8);
  if (!faulted()) enterMmx();
}
