// Packing, unpacking, shuffling, inserting, extracting, blending and widening on XMM registers (SDM vol. 1 §10.4.4, §11.4.2, §12.6, §12.10).
import { Offset } from '../gen/offsets';
import { setStatus } from '../flags';
import { linear } from '../operands';
import { read16, read32, read64, read8, write16, write32, write64, write8 } from '../memory';
import { faulted } from '../raise';
import { cpu, Flag, gpr32, gpr64, opImmediate, opReg, opRm, opSize, setGpr32, setGpr64 } from '../state';
import { left, result, source, source16, source32, source64, sseReady, xmm, zeroVector } from '../vector-operands';
import { orderDoublewords, orderWords, shiftLeftBytes, shiftRightBytes } from '../vector-integer-operations';

@inline function order(): u32 { return <u8>opImmediate(); }

export function packsswb(): void { const b = source(); if (!faulted()) result(i8x16.narrow_i16x8_s(left(), b)); }
export function packuswb(): void { const b = source(); if (!faulted()) result(i8x16.narrow_i16x8_u(left(), b)); }
export function packssdw(): void { const b = source(); if (!faulted()) result(i16x8.narrow_i32x4_s(left(), b)); }
export function packusdw(): void { const b = source(); if (!faulted()) result(i16x8.narrow_i32x4_u(left(), b)); }

export function punpcklbw(): void { const b = source(); if (!faulted()) result(i8x16.shuffle(left(), b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)); }
export function punpckhbw(): void { const b = source(); if (!faulted()) result(i8x16.shuffle(left(), b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)); }
export function punpcklwd(): void { const b = source(); if (!faulted()) result(i8x16.shuffle(left(), b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23)); }
export function punpckhwd(): void { const b = source(); if (!faulted()) result(i8x16.shuffle(left(), b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31)); }
export function punpckldq(): void { const b = source(); if (!faulted()) result(i8x16.shuffle(left(), b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23)); }
export function punpckhdq(): void { const b = source(); if (!faulted()) result(i8x16.shuffle(left(), b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31)); }
export function punpcklqdq(): void { const b = source(); if (!faulted()) result(i8x16.shuffle(left(), b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)); }
export function punpckhqdq(): void { const b = source(); if (!faulted()) result(i8x16.shuffle(left(), b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31)); }

export function pshufd(): void { const b = source(); if (!faulted()) result(orderDoublewords(b, order())); }
export function pshuflw(): void { const b = source(); if (!faulted()) result(i64x2.replace_lane(b, 0, orderWords(i64x2.extract_lane(b, 0), order()))); }
export function pshufhw(): void { const b = source(); if (!faulted()) result(i64x2.replace_lane(b, 1, orderWords(i64x2.extract_lane(b, 1), order()))); }
/** Two doublewords of the destination below two of the source. */
export function shufps(): void {
  const b = source();
  if (faulted()) return;
  const low = orderDoublewords(left(), order()), high = orderDoublewords(b, order());
  result(i8x16.shuffle(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 24, 25, 26, 27, 28, 29, 30, 31));
}
export function shufpd(): void {
  const b = source();
  if (faulted()) return;
  const a = left();
  const low: u64 = order() & 1 ? i64x2.extract_lane(a, 1) : i64x2.extract_lane(a, 0);
  const high: u64 = order() & 2 ? i64x2.extract_lane(b, 1) : i64x2.extract_lane(b, 0);
  result(i64x2.replace_lane(i64x2.splat(low), 1, high));
}
/** Index bit 7 gives zero, bits 4-6 mean nothing. */
export function pshufb(): void { const b = source(); if (!faulted()) result(i8x16.swizzle(left(), v128.and(b, i8x16.splat(<i8>0x8f)))); }
/** Bytes n to n + 15 of destination:source. */
export function palignr(): void {
  const b = source();
  if (faulted()) return;
  const n = order();
  result(n < 16 ? v128.or(shiftRightBytes(b, n), shiftLeftBytes(left(), 16 - n)) : shiftRightBytes(left(), n - 16));
}

// Insertion and extraction. Register sources give their low part; memory of the element's size only is touched.
@inline function laneAt(register: u32, lane: u32, size: u32): usize { return cpu + (<usize>register << 4) + lane * size; }

export function pinsrb(): void {
  if (!sseReady()) return;
  const rm = opRm();
  const v = rm != 0xff ? gpr32(rm) : <u32>read8(linear(1, false));
  if (!faulted()) store<u8>(laneAt(opReg(), order() & 15, 1), <u8>v, Offset.xmm);
}
export function pinsrw(): void {
  if (!sseReady()) return;
  const rm = opRm();
  const v = rm != 0xff ? gpr32(rm) : <u32>read16(linear(2, false));
  if (!faulted()) store<u16>(laneAt(opReg(), order() & 7, 2), <u16>v, Offset.xmm);
}
/** PINSRD, or PINSRQ with REX.W. */
export function pinsrd(): void {
  if (!sseReady()) return;
  const rm = opRm();
  if (opSize() == 8) {
    const v = rm != 0xff ? gpr64(rm) : read64(linear(8, false));
    if (!faulted()) store<u64>(laneAt(opReg(), order() & 1, 8), v, Offset.xmm);
  } else {
    const v = rm != 0xff ? gpr32(rm) : <u32>read32(linear(4, false));
    if (!faulted()) store<u32>(laneAt(opReg(), order() & 3, 4), v, Offset.xmm);
  }
}
export function pextrb(): void {
  if (!sseReady()) return;
  const v = load<u8>(laneAt(opReg(), order() & 15, 1), Offset.xmm);
  const rm = opRm();
  if (rm != 0xff) setGpr32(rm, v);
  else write8(linear(1, true), v);
}
export function pextrw_Gd_Udq(): void { if (sseReady()) setGpr32(opReg(), load<u16>(laneAt(opRm(), order() & 7, 2), Offset.xmm)); }
export function pextrw_Ew_Vdq(): void {
  if (!sseReady()) return;
  const v = load<u16>(laneAt(opReg(), order() & 7, 2), Offset.xmm);
  const rm = opRm();
  if (rm != 0xff) setGpr32(rm, v);
  else write16(linear(2, true), v);
}
/** PEXTRD, or PEXTRQ with REX.W. */
export function pextrd(): void {
  if (!sseReady()) return;
  const rm = opRm();
  if (opSize() != 8) extractDoubleword();
  else if (rm != 0xff) setGpr64(rm, load<u64>(laneAt(opReg(), order() & 1, 8), Offset.xmm));
  else write64(linear(8, true), load<u64>(laneAt(opReg(), order() & 1, 8), Offset.xmm));
}
function extractDoubleword(): void {
  const v = load<u32>(laneAt(opReg(), order() & 3, 4), Offset.xmm);
  const rm = opRm();
  if (rm != 0xff) setGpr32(rm, v);
  else write32(linear(4, true), v);
}
export function extractps(): void { if (sseReady()) extractDoubleword(); }
/** Immediate: bits 7-6 source lane (0 in memory), 5-4 destination lane, 3-0 lanes to clear. */
export function insertps(): void {
  if (!sseReady()) return;
  const rm = opRm();
  const v = rm != 0xff ? load<u32>(laneAt(rm, order() >> 6, 4), Offset.xmm) : <u32>read32(linear(4, false));
  if (faulted()) return;
  store<u32>(laneAt(opReg(), order() >> 4 & 3, 4), v, Offset.xmm);
  for (let lane: u32 = 0; lane < 4; lane++) if (order() >> lane & 1) store<u32>(laneAt(opReg(), lane, 4), 0, Offset.xmm);
}

// Blends: by an immediate, or by the top bits of the elements of XMM0.
/** All ones in the lanes of `bits`, lanes being compared with their own bit. */
@inline function lanes32(bits: u32): v128 { const own = i32x4(1, 2, 4, 8); return i32x4.eq(v128.and(i32x4.splat(bits), own), own); }
@inline function lanes16(bits: u32): v128 { const own = i16x8(1, 2, 4, 8, 16, 32, 64, 128); return i16x8.eq(v128.and(i16x8.splat(<i16>bits), own), own); }
@inline function blend(mask: v128, b: v128): void { result(v128.bitselect(b, left(), mask)); }

export function blendps(): void { const b = source(); if (!faulted()) blend(lanes32(order()), b); }
export function blendpd(): void { const b = source(); if (!faulted()) blend(lanes32((order() & 1) * 3 | (order() >> 1 & 1) * 12), b); }
export function pblendw(): void { const b = source(); if (!faulted()) blend(lanes16(order()), b); }
export function pblendvb(): void { const b = source(); if (!faulted()) blend(i8x16.shr_s(xmm(0), 7), b); }
export function blendvps(): void { const b = source(); if (!faulted()) blend(i32x4.shr_s(xmm(0), 31), b); }
export function blendvpd(): void { const b = source(); if (!faulted()) blend(i64x2.shr_s(xmm(0), 63), b); }

// Widening of the low elements.
@inline function low64(): v128 { return i64x2.replace_lane(zeroVector(), 0, source64()); }
@inline function low32(): v128 { return i32x4.replace_lane(zeroVector(), 0, source32()); }
@inline function low16(): v128 { return i32x4.replace_lane(zeroVector(), 0, source16()); }
export function pmovsxbw(): void { const b = low64(); if (!faulted()) result(i16x8.extend_low_i8x16_s(b)); }
export function pmovzxbw(): void { const b = low64(); if (!faulted()) result(i16x8.extend_low_i8x16_u(b)); }
export function pmovsxwd(): void { const b = low64(); if (!faulted()) result(i32x4.extend_low_i16x8_s(b)); }
export function pmovzxwd(): void { const b = low64(); if (!faulted()) result(i32x4.extend_low_i16x8_u(b)); }
export function pmovsxdq(): void { const b = low64(); if (!faulted()) result(i64x2.extend_low_i32x4_s(b)); }
export function pmovzxdq(): void { const b = low64(); if (!faulted()) result(i64x2.extend_low_i32x4_u(b)); }
export function pmovsxbd(): void { const b = low32(); if (!faulted()) result(i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(b))); }
export function pmovzxbd(): void { const b = low32(); if (!faulted()) result(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(b))); }
export function pmovsxwq(): void { const b = low32(); if (!faulted()) result(i64x2.extend_low_i32x4_s(i32x4.extend_low_i16x8_s(b))); }
export function pmovzxwq(): void { const b = low32(); if (!faulted()) result(i64x2.extend_low_i32x4_u(i32x4.extend_low_i16x8_u(b))); }
export function pmovsxbq(): void { const b = low16(); if (!faulted()) result(i64x2.extend_low_i32x4_s(i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(b)))); }
export function pmovzxbq(): void { const b = low16(); if (!faulted()) result(i64x2.extend_low_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(b)))); }

/** ZF: no common ones; CF: no ones of the source outside the destination. The other four are cleared. */
export function ptest(): void {
  const b = source();
  if (faulted()) return;
  const a = left();
  setStatus(Flag.status, (v128.any_true(v128.and(a, b)) ? 0 : Flag.zf) | (v128.any_true(v128.andnot(b, a)) ? 0 : Flag.cf));
}

/** Smallest of eight unsigned words, and its lane behind it. */
export function phminposuw(): void {
  const b = source();
  if (faulted()) return;
  // Word and lane in one number: the least of these is the leftmost least word.
  let best: u32 = 0xffff_ffff;
  let rest = i64x2.extract_lane(b, 0);
  for (let lane: u32 = 0; lane < 8; lane++) {
    if (lane == 4) rest = i64x2.extract_lane(b, 1);
    const each = (<u32>rest & 0xffff) << 3 | lane;
    if (each < best) best = each;
    rest >>>= 16;
  }
  result(i32x4.replace_lane(zeroVector(), 0, best >> 3 | (best & 7) << 16));
}

/** Eight sums of four absolute differences: the four source bytes at 4 * bits 1-0 slide under bytes from 4 * bit 2 on. */
export function mpsadbw(): void {
  const b = source();
  if (faulted()) return;
  const window = shiftRightBytes(left(), (order() >> 2 & 1) << 2);
  const block = orderDoublewords(b, (order() & 3) * 0x55);
  let sums = zeroVector();
  for (let i: u32 = 0; i < 8; i++) {
    const at = shiftRightBytes(window, i);
    const difference = v128.or(i8x16.sub_sat_u(at, block), i8x16.sub_sat_u(block, at));
    const sum = i32x4.extract_lane(i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(difference)), 0);
    sums = v128.or(sums, shiftLeftBytes(i32x4.replace_lane(zeroVector(), 0, sum), i << 1));
  }
  result(sums);
}
