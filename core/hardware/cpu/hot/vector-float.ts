// Single and double arithmetic under MXCSR: one lane at a time, with the exception flags (SDM vol. 1 §11.5).
//
//   MXCSR   0-5 flags IE DE ZE OE UE PE, 6 DAZ, 7-12 their masks, 13-14 RC, 15 FTZ
//
// Fast path: WebAssembly's own operation, where nothing but the precision exception can happen. That is so when exceptions
// are masked, rounding is to nearest, and operands and result are "ordinary": zero, or normal and not the smallest exponent
// (where a result could have been tiny before rounding). Precision is a sticky flag: once it is set nobody can tell whether
// a further result was exact, so the test for exactness (an error-free transformation) runs only while the flag is clear.
// Everything else goes through softfloat.ts.
import { Offset } from './gen/offsets';
import { Cr4, cpu, cr4 } from './state';
import { raise, Vector } from './raise';
import {
  calculate, Exception, exceptions, isDenormal, isNan, Kind, kindOf, LEFT, N, Operation, RESULT, RIGHT, setExceptions, setSpecial, signal, signOf,
  squareRoot, copyNumber,
} from './softfloat';
import { DOUBLE_MAXIMUM, DOUBLE_MINIMUM, encodeDouble, encodeSingle, roundToFormat, SINGLE_MAXIMUM, SINGLE_MINIMUM, unpackDouble, unpackSingle } from './softfloat-formats';

export const enum Mxcsr { precision = 0x20, daz = 0x40, masks = 0x1f80, rounding = 0x6000, ftz = 0x8000 }

@inline export function mxcsr(): u32 { return load<u32>(cpu, Offset.mxcsr); }
@inline export function mxcsrRounding(): u32 { return mxcsr() >> 13 & 3; }
@inline export function unmaskedExceptions(): u32 { return ~(mxcsr() >> 7) & Exception.all; }
/** Rounding to nearest, all exceptions masked. DAZ and FTZ do not matter to ordinary numbers. */
@inline export function plainMode(): bool { return (mxcsr() & (Mxcsr.masks | Mxcsr.rounding)) == Mxcsr.masks; }
@inline export function precisionWanted(): bool { return (mxcsr() & Mxcsr.precision) == 0; }

/**
 * Ends an instruction: enters its exceptions in MXCSR. False if one of them is not masked: then #XM, or #UD without
 * CR4.OSXMMEXCPT, was raised and no result may be written. Unmasked exceptions that are found before the operation is
 * done (IE, DE, ZE) keep the others from being found at all (SDM vol. 1 §11.5.3.2).
 */
@inline export function settle(): bool { return exceptions == 0 || settleExceptions(); }

function settleExceptions(): bool {
  let found = exceptions & Exception.all;
  setExceptions(0);
  const unmasked = found & unmaskedExceptions();
  if (unmasked & Exception.before) found &= Exception.before;
  store<u32>(cpu, mxcsr() | found, Offset.mxcsr);
  if (unmasked == 0) return true;
  raise(cr4() & Cr4.osxmmexcpt ? Vector.xm : Vector.ud);
  return false;
}

// Ordinary numbers.
@inline export function ordinary64(x: f64): bool {
  const magnitude = reinterpret<u64>(x) << 1;
  return magnitude - (<u64>2 << 53) < <u64>2045 << 53 || magnitude == 0;
}
@inline export function ordinary32(x: f32): bool {
  const magnitude = reinterpret<u32>(x) << 1;
  return magnitude - (2 << 24) < <u32>253 << 24 || magnitude == 0;
}

// Was the operation inexact? Operands and result are ordinary.
@inline function sumInexact64(a: f64, b: f64, r: f64): bool { const t = r - a; return (a - (r - t)) + (b - t) != 0; }
@inline function sumInexact32(a: f32, b: f32, r: f32): bool { const t = r - a; return (a - (r - t)) + (b - t) != 0; }
/** A product of two 53-bit numbers has 105 or 106 bits, of which the zeros at the end may be missing: 53 must do. */
function productInexact64(a: f64, b: f64, r: f64): bool {
  const x = reinterpret<u64>(a), y = reinterpret<u64>(b);
  if (x << 1 == 0 || y << 1 == 0) return false;
  const zeros = ctz(x | <u64>1 << 52) + ctz(y | <u64>1 << 52);
  const carried = (reinterpret<u64>(r) >> 52 & 0x7ff) - (x >> 52 & 0x7ff) - (y >> 52 & 0x7ff) + 1023;
  return zeros < 52 + carried;
}

export function add64(x: u64, y: u64): u64 {
  const a = reinterpret<f64>(x), b = reinterpret<f64>(y), r = a + b;
  if (!(plainMode() && ordinary64(a) && ordinary64(b) && ordinary64(r))) return soft64(Operation.add, x, y);
  if (precisionWanted() && sumInexact64(a, b, r)) signal(Exception.precision);
  return reinterpret<u64>(r);
}
export function subtract64(x: u64, y: u64): u64 {
  const a = reinterpret<f64>(x), b = reinterpret<f64>(y), r = a - b;
  if (!(plainMode() && ordinary64(a) && ordinary64(b) && ordinary64(r))) return soft64(Operation.subtract, x, y);
  if (precisionWanted() && sumInexact64(a, -b, r)) signal(Exception.precision);
  return reinterpret<u64>(r);
}
export function multiply64(x: u64, y: u64): u64 {
  const a = reinterpret<f64>(x), b = reinterpret<f64>(y), r = a * b;
  if (!(plainMode() && ordinary64(a) && ordinary64(b) && ordinary64(r)) || (r == 0 && a != 0 && b != 0)) return soft64(Operation.multiply, x, y);
  if (precisionWanted() && productInexact64(a, b, r)) signal(Exception.precision);
  return reinterpret<u64>(r);
}
export function divide64(x: u64, y: u64): u64 {
  const a = reinterpret<f64>(x), b = reinterpret<f64>(y), r = a / b;
  if (!(plainMode() && ordinary64(a) && ordinary64(b) && ordinary64(r)) || (r == 0 && a != 0)) return soft64(Operation.divide, x, y);
  if (precisionWanted() && (r * b != a || productInexact64(r, b, a))) signal(Exception.precision);
  return reinterpret<u64>(r);
}
export function root64(x: u64): u64 {
  const a = reinterpret<f64>(x), r = Math.sqrt(a);
  if (!(plainMode() && ordinary64(a)) || a < 0) return softRoot64(x);
  if (precisionWanted() && (r * r != a || productInexact64(r, r, a))) signal(Exception.precision);
  return reinterpret<u64>(r);
}

export function add32(x: u32, y: u32): u32 {
  const a = reinterpret<f32>(x), b = reinterpret<f32>(y), r = a + b;
  if (!(plainMode() && ordinary32(a) && ordinary32(b) && ordinary32(r))) return soft32(Operation.add, x, y);
  if (precisionWanted() && sumInexact32(a, b, r)) signal(Exception.precision);
  return reinterpret<u32>(r);
}
export function subtract32(x: u32, y: u32): u32 {
  const a = reinterpret<f32>(x), b = reinterpret<f32>(y), r = a - b;
  if (!(plainMode() && ordinary32(a) && ordinary32(b) && ordinary32(r))) return soft32(Operation.subtract, x, y);
  if (precisionWanted() && sumInexact32(a, -b, r)) signal(Exception.precision);
  return reinterpret<u32>(r);
}
/** A product of two singles is exact in double. */
export function multiply32(x: u32, y: u32): u32 {
  const a = reinterpret<f32>(x), b = reinterpret<f32>(y), r = a * b;
  if (!(plainMode() && ordinary32(a) && ordinary32(b) && ordinary32(r)) || (r == 0 && a != 0 && b != 0)) return soft32(Operation.multiply, x, y);
  if (precisionWanted() && <f64>a * <f64>b != <f64>r) signal(Exception.precision);
  return reinterpret<u32>(r);
}
export function divide32(x: u32, y: u32): u32 {
  const a = reinterpret<f32>(x), b = reinterpret<f32>(y), r = a / b;
  if (!(plainMode() && ordinary32(a) && ordinary32(b) && ordinary32(r)) || (r == 0 && a != 0)) return soft32(Operation.divide, x, y);
  if (precisionWanted() && <f64>r * <f64>b != <f64>a) signal(Exception.precision);
  return reinterpret<u32>(r);
}
export function root32(x: u32): u32 {
  const a = reinterpret<f32>(x), r = Mathf.sqrt(a);
  if (!(plainMode() && ordinary32(a)) || a < 0) return softRoot32(x);
  if (precisionWanted() && <f64>r * <f64>r != <f64>a) signal(Exception.precision);
  return reinterpret<u32>(r);
}

// The slow path.

/** With DAZ a denormal operand is a zero of its sign, and no exception. */
@inline function operandDouble(n: usize, bits: u64): void {
  unpackDouble(n, bits);
  if (isDenormal(n) && (mxcsr() & Mxcsr.daz) != 0) setSpecial(n, Kind.zero, signOf(n));
}
@inline function operandSingle(n: usize, bits: u32): void {
  unpackSingle(n, bits);
  if (isDenormal(n) && (mxcsr() & Mxcsr.daz) != 0) setSpecial(n, Kind.zero, signOf(n));
}
export function loadDouble(n: usize, bits: u64): void { operandDouble(n, bits); }
export function loadSingle(n: usize, bits: u32): void { operandSingle(n, bits); }

/** RESULT becomes the NaN to propagate: the first operand that is one, made quiet (SDM vol. 1 table 4-7). */
function propagateNan(): void {
  if (kindOf(LEFT) == Kind.signalling || kindOf(RIGHT) == Kind.signalling) signal(Exception.invalid);
  copyNumber(RESULT, isNan(LEFT) ? LEFT : RIGHT);
  store<u32>(RESULT, Kind.quiet, N.kind);
}

/** LEFT operation RIGHT to RESULT; the denormal exception counts only if nothing graver was found. */
function softBinary(operation: u32): void {
  if (isNan(LEFT) || isNan(RIGHT)) {
    propagateNan();
    return;
  }
  const before = exceptions;
  setExceptions(0);
  calculate(operation, mxcsrRounding());
  if (exceptions == 0 && (isDenormal(LEFT) || isDenormal(RIGHT))) signal(Exception.denormal);
  signal(before);
}

/** RESULT as a double; what comes back after an unmasked exception is never used. */
export function finishDouble(): u64 {
  if (kindOf(RESULT) == Kind.finite) roundToFormat(53, DOUBLE_MINIMUM, DOUBLE_MAXIMUM, mxcsrRounding(), unmaskedExceptions(), (mxcsr() & Mxcsr.ftz) != 0);
  return encodeDouble();
}
export function finishSingle(): u32 {
  if (kindOf(RESULT) == Kind.finite) roundToFormat(24, SINGLE_MINIMUM, SINGLE_MAXIMUM, mxcsrRounding(), unmaskedExceptions(), (mxcsr() & Mxcsr.ftz) != 0);
  return encodeSingle();
}

function soft64(operation: u32, x: u64, y: u64): u64 {
  operandDouble(LEFT, x);
  operandDouble(RIGHT, y);
  softBinary(operation);
  return finishDouble();
}
function soft32(operation: u32, x: u32, y: u32): u32 {
  operandSingle(LEFT, x);
  operandSingle(RIGHT, y);
  softBinary(operation);
  return finishSingle();
}

function softRoot(): void {
  if (isNan(LEFT)) {
    setSpecial(RIGHT, Kind.zero, 0);
    propagateNan();
    return;
  }
  const before = exceptions;
  setExceptions(0);
  squareRoot();
  if (exceptions == 0 && isDenormal(LEFT)) signal(Exception.denormal);
  signal(before);
}
function softRoot64(x: u64): u64 { operandDouble(LEFT, x); softRoot(); return finishDouble(); }
function softRoot32(x: u32): u32 { operandSingle(LEFT, x); softRoot(); return finishSingle(); }
