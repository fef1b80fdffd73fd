// Packed integer arithmetic, comparison, logic and shifts on XMM registers (SDM vol. 1 §11.4.2, §12.6, §12.10).
import { faulted } from '../raise';
import { opImmediate, opRm } from '../state';
import { left, result, setXmm, source, sseReady, xmm } from '../vector-operands';
import {
  evenDoublewords, evenWords, multiplyAddBytes, multiplyEvenSigned, multiplyEvenUnsigned, multiplyHighSigned,
  multiplyHighUnsigned, multiplyRounded, oddDoublewords, oddWords, shiftLeftBytes, shiftLeftDoublewords,
  shiftLeftQuadwords, shiftLeftWords, shiftRightBytes, shiftRightDoublewords, shiftRightQuadwords, shiftRightWords,
  shiftSignedDoublewords, shiftSignedWords, signBytes, signDoublewords, signWords, sumOfDifferences,
} from '../vector-integer-operations';

// Addition and subtraction, wrapping and saturating.
export function paddb(): void { const b = source(); if (!faulted()) result(i8x16.add(left(), b)); }
export function paddw(): void { const b = source(); if (!faulted()) result(i16x8.add(left(), b)); }
export function paddd(): void { const b = source(); if (!faulted()) result(i32x4.add(left(), b)); }
export function paddq(): void { const b = source(); if (!faulted()) result(i64x2.add(left(), b)); }
export function psubb(): void { const b = source(); if (!faulted()) result(i8x16.sub(left(), b)); }
export function psubw(): void { const b = source(); if (!faulted()) result(i16x8.sub(left(), b)); }
export function psubd(): void { const b = source(); if (!faulted()) result(i32x4.sub(left(), b)); }
export function psubq(): void { const b = source(); if (!faulted()) result(i64x2.sub(left(), b)); }
export function paddsb(): void { const b = source(); if (!faulted()) result(i8x16.add_sat_s(left(), b)); }
export function paddsw(): void { const b = source(); if (!faulted()) result(i16x8.add_sat_s(left(), b)); }
export function paddusb(): void { const b = source(); if (!faulted()) result(i8x16.add_sat_u(left(), b)); }
export function paddusw(): void { const b = source(); if (!faulted()) result(i16x8.add_sat_u(left(), b)); }
export function psubsb(): void { const b = source(); if (!faulted()) result(i8x16.sub_sat_s(left(), b)); }
export function psubsw(): void { const b = source(); if (!faulted()) result(i16x8.sub_sat_s(left(), b)); }
export function psubusb(): void { const b = source(); if (!faulted()) result(i8x16.sub_sat_u(left(), b)); }
export function psubusw(): void { const b = source(); if (!faulted()) result(i16x8.sub_sat_u(left(), b)); }

// Multiplication.
export function pmullw(): void { const b = source(); if (!faulted()) result(i16x8.mul(left(), b)); }
export function pmulhw(): void { const b = source(); if (!faulted()) result(multiplyHighSigned(left(), b)); }
export function pmulhuw(): void { const b = source(); if (!faulted()) result(multiplyHighUnsigned(left(), b)); }
export function pmuludq(): void { const b = source(); if (!faulted()) result(multiplyEvenUnsigned(left(), b)); }
export function pmaddwd(): void { const b = source(); if (!faulted()) result(i32x4.dot_i16x8_s(left(), b)); }
export function pmuldq(): void { const b = source(); if (!faulted()) result(multiplyEvenSigned(left(), b)); }
export function pmulld(): void { const b = source(); if (!faulted()) result(i32x4.mul(left(), b)); }
export function pmaddubsw(): void { const b = source(); if (!faulted()) result(multiplyAddBytes(left(), b)); }
export function pmulhrsw(): void { const b = source(); if (!faulted()) result(multiplyRounded(left(), b)); }

// Averages, extremes, differences.
export function pavgb(): void { const b = source(); if (!faulted()) result(i8x16.avgr_u(left(), b)); }
export function pavgw(): void { const b = source(); if (!faulted()) result(i16x8.avgr_u(left(), b)); }
export function psadbw(): void { const b = source(); if (!faulted()) result(sumOfDifferences(left(), b)); }
export function pminub(): void { const b = source(); if (!faulted()) result(i8x16.min_u(left(), b)); }
export function pminsb(): void { const b = source(); if (!faulted()) result(i8x16.min_s(left(), b)); }
export function pminuw(): void { const b = source(); if (!faulted()) result(i16x8.min_u(left(), b)); }
export function pminsw(): void { const b = source(); if (!faulted()) result(i16x8.min_s(left(), b)); }
export function pminud(): void { const b = source(); if (!faulted()) result(i32x4.min_u(left(), b)); }
export function pminsd(): void { const b = source(); if (!faulted()) result(i32x4.min_s(left(), b)); }
export function pmaxub(): void { const b = source(); if (!faulted()) result(i8x16.max_u(left(), b)); }
export function pmaxsb(): void { const b = source(); if (!faulted()) result(i8x16.max_s(left(), b)); }
export function pmaxuw(): void { const b = source(); if (!faulted()) result(i16x8.max_u(left(), b)); }
export function pmaxsw(): void { const b = source(); if (!faulted()) result(i16x8.max_s(left(), b)); }
export function pmaxud(): void { const b = source(); if (!faulted()) result(i32x4.max_u(left(), b)); }
export function pmaxsd(): void { const b = source(); if (!faulted()) result(i32x4.max_s(left(), b)); }

// Comparison and logic. PANDN complements the destination, v128.andnot its second argument.
export function pcmpeqb(): void { const b = source(); if (!faulted()) result(i8x16.eq(left(), b)); }
export function pcmpeqw(): void { const b = source(); if (!faulted()) result(i16x8.eq(left(), b)); }
export function pcmpeqd(): void { const b = source(); if (!faulted()) result(i32x4.eq(left(), b)); }
export function pcmpeqq(): void { const b = source(); if (!faulted()) result(i64x2.eq(left(), b)); }
export function pcmpgtb(): void { const b = source(); if (!faulted()) result(i8x16.gt_s(left(), b)); }
export function pcmpgtw(): void { const b = source(); if (!faulted()) result(i16x8.gt_s(left(), b)); }
export function pcmpgtd(): void { const b = source(); if (!faulted()) result(i32x4.gt_s(left(), b)); }
export function pcmpgtq(): void { const b = source(); if (!faulted()) result(i64x2.gt_s(left(), b)); }
export function pand(): void { const b = source(); if (!faulted()) result(v128.and(left(), b)); }
export function pandn(): void { const b = source(); if (!faulted()) result(v128.andnot(b, left())); }
export function por(): void { const b = source(); if (!faulted()) result(v128.or(left(), b)); }
export function pxor(): void { const b = source(); if (!faulted()) result(v128.xor(left(), b)); }

// Signs and absolute values; sums and differences of neighbours.
export function psignb(): void { const b = source(); if (!faulted()) result(signBytes(left(), b)); }
export function psignw(): void { const b = source(); if (!faulted()) result(signWords(left(), b)); }
export function psignd(): void { const b = source(); if (!faulted()) result(signDoublewords(left(), b)); }
export function pabsb(): void { const b = source(); if (!faulted()) result(i8x16.abs(b)); }
export function pabsw(): void { const b = source(); if (!faulted()) result(i16x8.abs(b)); }
export function pabsd(): void { const b = source(); if (!faulted()) result(i32x4.abs(b)); }
export function phaddw(): void { const b = source(); if (!faulted()) { const a = left(); result(i16x8.add(evenWords(a, b), oddWords(a, b))); } }
export function phaddd(): void { const b = source(); if (!faulted()) { const a = left(); result(i32x4.add(evenDoublewords(a, b), oddDoublewords(a, b))); } }
export function phaddsw(): void { const b = source(); if (!faulted()) { const a = left(); result(i16x8.add_sat_s(evenWords(a, b), oddWords(a, b))); } }
export function phsubw(): void { const b = source(); if (!faulted()) { const a = left(); result(i16x8.sub(evenWords(a, b), oddWords(a, b))); } }
export function phsubd(): void { const b = source(); if (!faulted()) { const a = left(); result(i32x4.sub(evenDoublewords(a, b), oddDoublewords(a, b))); } }
export function phsubsw(): void { const b = source(); if (!faulted()) { const a = left(); result(i16x8.sub_sat_s(evenWords(a, b), oddWords(a, b))); } }

// Shifts by the low quadword of the source; the count is not limited to the element.
export function psllw(): void { const b = source(); if (!faulted()) result(shiftLeftWords(left(), i64x2.extract_lane(b, 0))); }
export function psrlw(): void { const b = source(); if (!faulted()) result(shiftRightWords(left(), i64x2.extract_lane(b, 0))); }
export function psraw(): void { const b = source(); if (!faulted()) result(shiftSignedWords(left(), i64x2.extract_lane(b, 0))); }
export function pslld(): void { const b = source(); if (!faulted()) result(shiftLeftDoublewords(left(), i64x2.extract_lane(b, 0))); }
export function psrld(): void { const b = source(); if (!faulted()) result(shiftRightDoublewords(left(), i64x2.extract_lane(b, 0))); }
export function psrad(): void { const b = source(); if (!faulted()) result(shiftSignedDoublewords(left(), i64x2.extract_lane(b, 0))); }
export function psllq(): void { const b = source(); if (!faulted()) result(shiftLeftQuadwords(left(), i64x2.extract_lane(b, 0))); }
export function psrlq(): void { const b = source(); if (!faulted()) result(shiftRightQuadwords(left(), i64x2.extract_lane(b, 0))); }

// Shifts of ModRM.rm by an immediate.
@inline function count(): u32 { return <u8>opImmediate(); }
@inline function shifted(): v128 { return xmm(opRm()); }
@inline function setShifted(v: v128): void { setXmm(opRm(), v); }
export function psllw_Udq_Ib(): void { if (sseReady()) setShifted(shiftLeftWords(shifted(), count())); }
export function psrlw_Udq_Ib(): void { if (sseReady()) setShifted(shiftRightWords(shifted(), count())); }
export function psraw_Udq_Ib(): void { if (sseReady()) setShifted(shiftSignedWords(shifted(), count())); }
export function pslld_Udq_Ib(): void { if (sseReady()) setShifted(shiftLeftDoublewords(shifted(), count())); }
export function psrld_Udq_Ib(): void { if (sseReady()) setShifted(shiftRightDoublewords(shifted(), count())); }
export function psrad_Udq_Ib(): void { if (sseReady()) setShifted(shiftSignedDoublewords(shifted(), count())); }
export function psllq_Udq_Ib(): void { if (sseReady()) setShifted(shiftLeftQuadwords(shifted(), count())); }
export function psrlq_Udq_Ib(): void { if (sseReady()) setShifted(shiftRightQuadwords(shifted(), count())); }
export function psrldq(): void { if (sseReady()) setShifted(shiftRightBytes(shifted(), count())); }
export function pslldq(): void { if (sseReady()) setShifted(shiftLeftBytes(shifted(), count())); }
