// Packed integer operations that WebAssembly does not have as one instruction; shared by the XMM and MMX forms.

/** High halves of the 16 x 16 products. */
export function multiplyHighSigned(a: v128, b: v128): v128 {
  return oddWords(i32x4.extmul_low_i16x8_s(a, b), i32x4.extmul_high_i16x8_s(a, b));
}
export function multiplyHighUnsigned(a: v128, b: v128): v128 {
  return oddWords(i32x4.extmul_low_i16x8_u(a, b), i32x4.extmul_high_i16x8_u(a, b));
}
@inline export function oddWords(a: v128, b: v128): v128 { return i8x16.shuffle(a, b, 2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31); }
@inline export function evenWords(a: v128, b: v128): v128 { return i8x16.shuffle(a, b, 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29); }
@inline export function oddDoublewords(a: v128, b: v128): v128 { return i8x16.shuffle(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31); }
@inline export function evenDoublewords(a: v128, b: v128): v128 { return i8x16.shuffle(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27); }

/** 64-bit products of the even doublewords. */
@inline export function multiplyEvenUnsigned(a: v128, b: v128): v128 { return i64x2.extmul_low_i32x4_u(evenDoublewords(a, a), evenDoublewords(b, b)); }
@inline export function multiplyEvenSigned(a: v128, b: v128): v128 { return i64x2.extmul_low_i32x4_s(evenDoublewords(a, a), evenDoublewords(b, b)); }

/** Sums of the absolute differences of eight bytes each, in the low word of each half. */
export function sumOfDifferences(a: v128, b: v128): v128 {
  const difference = v128.or(i8x16.sub_sat_u(a, b), i8x16.sub_sat_u(b, a));
  const pairs = i16x8.extadd_pairwise_i8x16_u(difference);
  const fours = i32x4.extadd_pairwise_i16x8_u(pairs);
  return v128.and(i64x2.add(fours, i64x2.shr_u(fours, 32)), i64x2.splat(0xffff));
}

/** PMADDUBSW: unsigned bytes of `a` by signed bytes of `b`, neighbours added with saturation. */
export function multiplyAddBytes(a: v128, b: v128): v128 {
  const even = i16x8.mul(v128.and(a, i16x8.splat(0xff)), i16x8.shr_s(i16x8.shl(b, 8), 8));
  const odd = i16x8.mul(i16x8.shr_u(a, 8), i16x8.shr_s(b, 8));
  return i16x8.add_sat_s(even, odd);
}

/** PMULHRSW; the one product that WebAssembly saturates, -1 * -1, wraps here. */
export function multiplyRounded(a: v128, b: v128): v128 {
  const minimum = i16x8.splat(-32768);
  const both = v128.and(i16x8.eq(a, minimum), i16x8.eq(b, minimum));
  return v128.xor(i16x8.q15mulr_sat_s(a, b), both);
}

// PSIGN: negated where b is negative, zero where b is zero.
export function signBytes(a: v128, b: v128): v128 {
  const negative = i8x16.shr_s(b, 7);
  return v128.andnot(i8x16.sub(v128.xor(a, negative), negative), i8x16.eq(b, i8x16.splat(0)));
}
export function signWords(a: v128, b: v128): v128 {
  const negative = i16x8.shr_s(b, 15);
  return v128.andnot(i16x8.sub(v128.xor(a, negative), negative), i16x8.eq(b, i16x8.splat(0)));
}
export function signDoublewords(a: v128, b: v128): v128 {
  const negative = i32x4.shr_s(b, 31);
  return v128.andnot(i32x4.sub(v128.xor(a, negative), negative), i32x4.eq(b, i32x4.splat(0)));
}

// Shifts: a count of the element's width or more gives zero, or copies of the sign.
@inline export function shiftLeftWords(a: v128, n: u64): v128 { return n > 15 ? i64x2.splat(0) : i16x8.shl(a, <i32>n); }
@inline export function shiftRightWords(a: v128, n: u64): v128 { return n > 15 ? i64x2.splat(0) : i16x8.shr_u(a, <i32>n); }
@inline export function shiftSignedWords(a: v128, n: u64): v128 { return i16x8.shr_s(a, n > 15 ? 15 : <i32>n); }
@inline export function shiftLeftDoublewords(a: v128, n: u64): v128 { return n > 31 ? i64x2.splat(0) : i32x4.shl(a, <i32>n); }
@inline export function shiftRightDoublewords(a: v128, n: u64): v128 { return n > 31 ? i64x2.splat(0) : i32x4.shr_u(a, <i32>n); }
@inline export function shiftSignedDoublewords(a: v128, n: u64): v128 { return i32x4.shr_s(a, n > 31 ? 31 : <i32>n); }
@inline export function shiftLeftQuadwords(a: v128, n: u64): v128 { return n > 63 ? i64x2.splat(0) : i64x2.shl(a, <i32>n); }
@inline export function shiftRightQuadwords(a: v128, n: u64): v128 { return n > 63 ? i64x2.splat(0) : i64x2.shr_u(a, <i32>n); }

// Byte shifts by a variable number: a swizzle index above 15 gives zero.
@inline function places(): v128 { return i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15); }
@inline export function shiftRightBytes(a: v128, n: u32): v128 { return i8x16.swizzle(a, i8x16.add(places(), i8x16.splat(<i8>(n > 16 ? 16 : n)))); }
@inline export function shiftLeftBytes(a: v128, n: u32): v128 { return i8x16.swizzle(a, i8x16.sub(places(), i8x16.splat(<i8>(n > 16 ? 16 : n)))); }

/** Four doublewords of `a` by the two-bit fields of `order`. */
@inline export function orderDoublewords(a: v128, order: u32): v128 {
  let index = i32x4.splat((order & 3) * 0x0404_0404 + 0x0302_0100);
  index = i32x4.replace_lane(index, 1, (order >> 2 & 3) * 0x0404_0404 + 0x0302_0100);
  index = i32x4.replace_lane(index, 2, (order >> 4 & 3) * 0x0404_0404 + 0x0302_0100);
  index = i32x4.replace_lane(index, 3, (order >> 6 & 3) * 0x0404_0404 + 0x0302_0100);
  return i8x16.swizzle(a, index);
}

/** Four words of a quadword by the two-bit fields of `order`. */
@inline export function orderWords(a: u64, order: u32): u64 {
  return (a >> ((order & 3) << 4) & 0xffff) | (a >> ((order >> 2 & 3) << 4) & 0xffff) << 16 |
    (a >> ((order >> 4 & 3) << 4) & 0xffff) << 32 | (a >> ((order >> 6 & 3) << 4) & 0xffff) << 48;
}
