// Conversion of lanes between integers, singles and doubles, and rounding to integers, under MXCSR (SDM vol. 1 §10.4.5, §11.4.1.5).
//
// To integers: what does not fit, and every NaN, becomes the "integer indefinite" (the most negative number) with the
// invalid-operation exception; denormals are just small numbers. Singles are widened first: that is exact.
import { copyNumber, Exception, isDenormal, isNan, Kind, kindOf, LEFT, N, RESULT, Rounding, signal } from './softfloat';
import { unpackInteger } from './softfloat-formats';
import { finishDouble, finishSingle, loadDouble, loadSingle, Mxcsr, mxcsr, mxcsrRounding, ordinary32, ordinary64, plainMode, precisionWanted } from './vector-float';

const EXPONENT_64: u64 = 0x7ff0_0000_0000_0000;
const QUIET_64: u64 = 0x8_0000_0000_0000;
const QUIET_32: u32 = 0x40_0000;

@inline function daz(): bool { return (mxcsr() & Mxcsr.daz) != 0; }
/** A double for a single; a denormal is zero under DAZ. */
@inline export function wide(x: u32): f64 { return <f64>reinterpret<f32>(daz() && (x & 0x7f80_0000) == 0 ? x & 0x8000_0000 : x); }
@inline export function flat(x: u64): f64 { return reinterpret<f64>(daz() && (x & EXPONENT_64) == 0 ? x & 0x8000_0000_0000_0000 : x); }

@inline export function roundTo(x: f64, rounding: u32): f64 {
  switch (rounding) {
    case Rounding.nearest: return nearest(x);
    case Rounding.down: return floor(x);
    case Rounding.up: return ceil(x);
    default: return trunc(x);
  }
}

export function toInteger32(x: f64, rounding: u32): u32 {
  const r = roundTo(x, rounding);
  if (!(r >= -2147483648.0 && r <= 2147483647.0)) {
    signal(Exception.invalid);
    return 0x8000_0000;
  }
  if (r != x) signal(Exception.precision);
  return <u32><i32>r;
}
export function toInteger64(x: f64, rounding: u32): u64 {
  const r = roundTo(x, rounding);
  if (!(r >= -9223372036854775808.0 && r < 9223372036854775808.0)) {
    signal(Exception.invalid);
    return 0x8000_0000_0000_0000;
  }
  if (r != x) signal(Exception.precision);
  return <u64><i64>r;
}

export function integer32ToSingle(x: i32): u32 {
  if (plainMode()) {
    const r = <f32>x;
    if (<f64>r != <f64>x) signal(Exception.precision);
    return reinterpret<u32>(r);
  }
  return softSingle(x);
}
export function integer64ToSingle(x: i64): u32 { return plainMode() && !precisionWanted() ? reinterpret<u32>(<f32>x) : softSingle(x); }
export function integer64ToDouble(x: i64): u64 { return plainMode() && !precisionWanted() ? reinterpret<u64>(<f64>x) : softDouble(x); }
@inline export function integer32ToDouble(x: i32): u64 { return reinterpret<u64>(<f64>x); }

function softSingle(x: i64): u32 { unpackInteger(RESULT, x); return finishSingle(); }
function softDouble(x: i64): u64 { unpackInteger(RESULT, x); return finishDouble(); }

/** LEFT to RESULT, with the exceptions of the operand. */
function convertSoft(): void {
  copyNumber(RESULT, LEFT);
  if (isNan(LEFT)) {
    if (kindOf(LEFT) == Kind.signalling) signal(Exception.invalid);
    store<u32>(RESULT, Kind.quiet, N.kind);
  } else if (isDenormal(LEFT)) signal(Exception.denormal);
}
export function singleToDouble(x: u32): u64 {
  const a = reinterpret<f32>(x);
  if (ordinary32(a)) return reinterpret<u64>(<f64>a);
  loadSingle(LEFT, x);
  convertSoft();
  return finishDouble();
}
export function doubleToSingle(x: u64): u32 {
  const a = reinterpret<f64>(x), r = <f32>a;
  if (plainMode() && ordinary64(a) && ordinary32(r) && (r != 0 || a == 0)) {
    if (<f64>r != a) signal(Exception.precision);
    return reinterpret<u32>(r);
  }
  loadDouble(LEFT, x);
  convertSoft();
  return finishSingle();
}

/** ROUNDPS and its like: immediate bit 2 takes MXCSR.RC instead of bits 1-0, bit 3 keeps quiet about precision. */
@inline function rounded(x: f64, control: u32): f64 {
  const r = roundTo(x, control & 4 ? mxcsrRounding() : control & 3);
  if (r != x && (control & 8) == 0) signal(Exception.precision);
  return r;
}
export function round64(x: u64, control: u32): u64 {
  const a = flat(x);
  if (a == a) return reinterpret<u64>(rounded(a, control));
  if ((x & QUIET_64) == 0) signal(Exception.invalid);
  return x | QUIET_64;
}
export function round32(x: u32, control: u32): u32 {
  const a = wide(x);
  if (a == a) return reinterpret<u32>(<f32>rounded(a, control));
  if ((x & QUIET_32) == 0) signal(Exception.invalid);
  return x | QUIET_32;
}

/**
 * RCPPS and RSQRTPS: the manual grants a relative error of 1.5 * 2^-12; these results have 12 bits, rounded to nearest.
 * No exceptions. Denormal operands count as zero, denormal results become zero.
 */
export function reciprocal32(x: u32): u32 { return approximate(x, 1.0 / flushSingle(x)); }
export function reciprocalRoot32(x: u32): u32 {
  const a = flushSingle(x);
  return a < 0 ? 0xffc0_0000 : approximate(x, 1.0 / (a == 0 ? a : Math.sqrt(a)));
}
@inline function flushSingle(x: u32): f64 { return <f64>reinterpret<f32>((x & 0x7f80_0000) == 0 ? x & 0x8000_0000 : x); }

function approximate(x: u32, r: f64): u32 {
  if (r != r) return x | QUIET_32;
  const exact = reinterpret<u32>(<f32>r);
  const exponent = exact & 0x7f80_0000;
  if (exponent == 0) return exact & 0x8000_0000;
  return exponent == 0x7f80_0000 ? exact : exact + 0x400 & 0xffff_f800;
}
