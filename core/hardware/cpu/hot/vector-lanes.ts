// Lanes of vectors of floating-point numbers, and whether all of them are ordinary (see vector-float.ts).

@inline export function s0(v: v128): u32 { return i32x4.extract_lane(v, 0); }
@inline export function s1(v: v128): u32 { return i32x4.extract_lane(v, 1); }
@inline export function s2(v: v128): u32 { return i32x4.extract_lane(v, 2); }
@inline export function s3(v: v128): u32 { return i32x4.extract_lane(v, 3); }
@inline export function d0(v: v128): u64 { return i64x2.extract_lane(v, 0); }
@inline export function d1(v: v128): u64 { return i64x2.extract_lane(v, 1); }

@inline export function lanes32(a: u32, b: u32, c: u32, d: u32): v128 {
  return i32x4.replace_lane(i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(a), 1, b), 2, c), 3, d);
}
@inline export function lanes64(a: u64, b: u64): v128 { return i64x2.replace_lane(i64x2.splat(a), 1, b); }

/** Normal, and not of the smallest exponent. */
@inline function normal32(magnitude: v128): v128 { return i32x4.lt_u(i32x4.sub(magnitude, i32x4.splat(2 << 24)), i32x4.splat(253 << 24)); }
@inline function normal64(magnitude: v128): v128 {
  // Magnitudes are positive as signed numbers; there is no unsigned comparison of 64-bit lanes.
  return v128.and(i64x2.ge_s(magnitude, i64x2.splat(2 << 52)), i64x2.lt_s(magnitude, i64x2.splat(0x7ff << 52)));
}
@inline export function normalLanes32(v: v128): bool { return i32x4.all_true(normal32(i32x4.shl(v, 1))); }
@inline export function normalLanes64(v: v128): bool { return i64x2.all_true(normal64(v128.and(v, i64x2.splat(i64.MAX_VALUE)))); }
/** Normal as above, or zero. */
@inline export function ordinaryLanes32(v: v128): bool {
  const magnitude = i32x4.shl(v, 1);
  return i32x4.all_true(v128.or(normal32(magnitude), i32x4.eq(magnitude, i32x4.splat(0))));
}
@inline export function ordinaryLanes64(v: v128): bool {
  const magnitude = v128.and(v, i64x2.splat(i64.MAX_VALUE));
  return i64x2.all_true(v128.or(normal64(magnitude), i64x2.eq(magnitude, i64x2.splat(0))));
}
