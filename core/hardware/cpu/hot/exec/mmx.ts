// Packed arithmetic on MMX registers (SDM vol. 1 §9.4, and what SSE, SSE2 and SSSE3 added).
//
// An MMX operand is the low half of a vector whose other half is zero; most operations are those of the XMM twins.
import { faulted } from '../raise';
import { opImmediate, opRm } from '../state';
import { mm, mmxLeft, mmxReady, mmxResult, mmxSource, mmxSource32, narrow, setMm, widen } from '../vector-operands';
import { enterMmx } from '../x87';
import {
  evenDoublewords, evenWords, multiplyAddBytes, multiplyHighSigned, multiplyHighUnsigned, multiplyRounded,
  oddDoublewords, oddWords, shiftLeftDoublewords, shiftLeftQuadwords, shiftLeftWords, shiftRightDoublewords,
  shiftRightQuadwords, shiftRightWords, shiftSignedDoublewords, shiftSignedWords, signBytes, signDoublewords,
  signWords, sumOfDifferences,
} from '../vector-integer-operations';

/** Source above destination. */
@inline function both(b: u64): v128 { return i64x2.replace_lane(i64x2.splat(mmxLeft()), 1, b); }
@inline function interleaveBytes(a: v128): v128 { return i8x16.shuffle(a, a, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15); }
@inline function interleaveWords(a: v128): v128 { return i8x16.shuffle(a, a, 0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15); }
@inline function interleaveDoublewords(a: v128): v128 { return i8x16.shuffle(a, a, 0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15); }
@inline function count(): u32 { return <u8>opImmediate(); }
@inline function shifted(): v128 { return widen(mm(opRm())); }
@inline function setShifted(v: u64): void { enterMmx(); setMm(opRm(), v); }

// Addition and subtraction, wrapping and saturating.
export function paddb_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i8x16.add(widen(mmxLeft()), widen(b)))); }
export function paddw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i16x8.add(widen(mmxLeft()), widen(b)))); }
export function paddd_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i32x4.add(widen(mmxLeft()), widen(b)))); }
export function psubb_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i8x16.sub(widen(mmxLeft()), widen(b)))); }
export function psubw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i16x8.sub(widen(mmxLeft()), widen(b)))); }
export function psubd_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i32x4.sub(widen(mmxLeft()), widen(b)))); }
export function paddsb_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i8x16.add_sat_s(widen(mmxLeft()), widen(b)))); }
export function paddsw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i16x8.add_sat_s(widen(mmxLeft()), widen(b)))); }
export function paddusb_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i8x16.add_sat_u(widen(mmxLeft()), widen(b)))); }
export function paddusw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i16x8.add_sat_u(widen(mmxLeft()), widen(b)))); }
export function psubsb_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i8x16.sub_sat_s(widen(mmxLeft()), widen(b)))); }
export function psubsw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i16x8.sub_sat_s(widen(mmxLeft()), widen(b)))); }
export function psubusb_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i8x16.sub_sat_u(widen(mmxLeft()), widen(b)))); }
export function psubusw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i16x8.sub_sat_u(widen(mmxLeft()), widen(b)))); }
export function paddq_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(mmxLeft() + b); }
export function psubq_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(mmxLeft() - b); }

// Multiplication, averages, extremes, differences.
export function pmullw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i16x8.mul(widen(mmxLeft()), widen(b)))); }
export function pmulhw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(multiplyHighSigned(widen(mmxLeft()), widen(b)))); }
export function pmulhuw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(multiplyHighUnsigned(widen(mmxLeft()), widen(b)))); }
export function pmaddwd_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i32x4.dot_i16x8_s(widen(mmxLeft()), widen(b)))); }
export function pmaddubsw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(multiplyAddBytes(widen(mmxLeft()), widen(b)))); }
export function pmulhrsw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(multiplyRounded(widen(mmxLeft()), widen(b)))); }
export function pavgb_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i8x16.avgr_u(widen(mmxLeft()), widen(b)))); }
export function pavgw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i16x8.avgr_u(widen(mmxLeft()), widen(b)))); }
export function psadbw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(sumOfDifferences(widen(mmxLeft()), widen(b)))); }
export function pminub_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i8x16.min_u(widen(mmxLeft()), widen(b)))); }
export function pminsw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i16x8.min_s(widen(mmxLeft()), widen(b)))); }
export function pmaxub_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i8x16.max_u(widen(mmxLeft()), widen(b)))); }
export function pmaxsw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i16x8.max_s(widen(mmxLeft()), widen(b)))); }
export function pmuludq_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult((mmxLeft() & 0xffff_ffff) * (b & 0xffff_ffff)); }

// Comparison and logic.
export function pcmpeqb_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i8x16.eq(widen(mmxLeft()), widen(b)))); }
export function pcmpeqw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i16x8.eq(widen(mmxLeft()), widen(b)))); }
export function pcmpeqd_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i32x4.eq(widen(mmxLeft()), widen(b)))); }
export function pcmpgtb_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i8x16.gt_s(widen(mmxLeft()), widen(b)))); }
export function pcmpgtw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i16x8.gt_s(widen(mmxLeft()), widen(b)))); }
export function pcmpgtd_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i32x4.gt_s(widen(mmxLeft()), widen(b)))); }
export function pand_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(mmxLeft() & b); }
export function pandn_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(~mmxLeft() & b); }
export function por_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(mmxLeft() | b); }
export function pxor_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(mmxLeft() ^ b); }

// Signs and absolute values.
export function psignb_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(signBytes(widen(mmxLeft()), widen(b)))); }
export function psignw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(signWords(widen(mmxLeft()), widen(b)))); }
export function psignd_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(signDoublewords(widen(mmxLeft()), widen(b)))); }
export function pabsb_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i8x16.abs(widen(b)))); }
export function pabsw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i16x8.abs(widen(b)))); }
export function pabsd_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(i32x4.abs(widen(b)))); }

// Sums and differences of neighbours: the source lies above the destination in one vector.
export function phaddw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) { const a = both(b); mmxResult(narrow(i16x8.add(evenWords(a, a), oddWords(a, a)))); } }
export function phaddd_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) { const a = both(b); mmxResult(narrow(i32x4.add(evenDoublewords(a, a), oddDoublewords(a, a)))); } }
export function phaddsw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) { const a = both(b); mmxResult(narrow(i16x8.add_sat_s(evenWords(a, a), oddWords(a, a)))); } }
export function phsubw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) { const a = both(b); mmxResult(narrow(i16x8.sub(evenWords(a, a), oddWords(a, a)))); } }
export function phsubd_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) { const a = both(b); mmxResult(narrow(i32x4.sub(evenDoublewords(a, a), oddDoublewords(a, a)))); } }
export function phsubsw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) { const a = both(b); mmxResult(narrow(i16x8.sub_sat_s(evenWords(a, a), oddWords(a, a)))); } }

// Shifts by the source, which is 64 bits wide, or by an immediate.
export function psllw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(shiftLeftWords(widen(mmxLeft()), b))); }
export function psrlw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(shiftRightWords(widen(mmxLeft()), b))); }
export function psraw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(shiftSignedWords(widen(mmxLeft()), b))); }
export function pslld_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(shiftLeftDoublewords(widen(mmxLeft()), b))); }
export function psrld_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(shiftRightDoublewords(widen(mmxLeft()), b))); }
export function psrad_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(shiftSignedDoublewords(widen(mmxLeft()), b))); }
export function psllq_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(shiftLeftQuadwords(widen(mmxLeft()), b))); }
export function psrlq_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(narrow(shiftRightQuadwords(widen(mmxLeft()), b))); }
export function psllw_Nq_Ib(): void { if (mmxReady()) setShifted(narrow(shiftLeftWords(shifted(), count()))); }
export function psrlw_Nq_Ib(): void { if (mmxReady()) setShifted(narrow(shiftRightWords(shifted(), count()))); }
export function psraw_Nq_Ib(): void { if (mmxReady()) setShifted(narrow(shiftSignedWords(shifted(), count()))); }
export function pslld_Nq_Ib(): void { if (mmxReady()) setShifted(narrow(shiftLeftDoublewords(shifted(), count()))); }
export function psrld_Nq_Ib(): void { if (mmxReady()) setShifted(narrow(shiftRightDoublewords(shifted(), count()))); }
export function psrad_Nq_Ib(): void { if (mmxReady()) setShifted(narrow(shiftSignedDoublewords(shifted(), count()))); }
export function psllq_Nq_Ib(): void { if (mmxReady()) setShifted(narrow(shiftLeftQuadwords(shifted(), count()))); }
export function psrlq_Nq_Ib(): void { if (mmxReady()) setShifted(narrow(shiftRightQuadwords(shifted(), count()))); }

// Packing and unpacking. The low unpacks read four bytes of memory only.
export function packsswb_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) { const a = both(b); mmxResult(narrow(i8x16.narrow_i16x8_s(a, a))); } }
export function packuswb_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) { const a = both(b); mmxResult(narrow(i8x16.narrow_i16x8_u(a, a))); } }
export function packssdw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) { const a = both(b); mmxResult(narrow(i16x8.narrow_i32x4_s(a, a))); } }
export function punpcklbw_Pq_Qq(): void { const b = mmxSource32(); if (!faulted()) mmxResult(i64x2.extract_lane(interleaveBytes(both(b)), 0)); }
export function punpckhbw_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(i64x2.extract_lane(interleaveBytes(both(b)), 1)); }
export function punpcklwd_Pq_Qq(): void { const b = mmxSource32(); if (!faulted()) mmxResult(i64x2.extract_lane(interleaveWords(both(b)), 0)); }
export function punpckhwd_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(i64x2.extract_lane(interleaveWords(both(b)), 1)); }
export function punpckldq_Pq_Qq(): void { const b = mmxSource32(); if (!faulted()) mmxResult(i64x2.extract_lane(interleaveDoublewords(both(b)), 0)); }
export function punpckhdq_Pq_Qq(): void { const b = mmxSource(); if (!faulted()) mmxResult(i64x2.extract_lane(interleaveDoublewords(both(b)), 1)); }
