// Between the formats of memory and registers and unpacked numbers: single, double, double extended, integer.
//
//                bits  significant  bias    smallest normal, largest exponent (biased by 16383 as in softfloat.ts)
//   single        32   24           127     16257, 16510
//   double        64   53           1023    15361, 17406
//   extended      80   64           16383   1, 32766; the leading bit is explicit, encodings without it are "unsupported"
import {
  copyNumber, denormalise, Exception, exponentOf, highOf, inexact, increased, INDEFINITE, isTiny, Kind, kindOf, lowOf, N, RESULT, Rounding,
  roundResult, setIncreased, setNumber, setSpecial, signal, signOf, TOP_BIT,
} from './softfloat';
import { shiftRightSticky, wideHigh, wideLow } from './softfloat-wide';

export const SINGLE_MINIMUM: i32 = 16257;
export const SINGLE_MAXIMUM: i32 = 16510;
export const DOUBLE_MINIMUM: i32 = 15361;
export const DOUBLE_MAXIMUM: i32 = 17406;
const EXTENDED_MAXIMUM: i32 = 32766;
/** What a register result's exponent is moved by when overflow or underflow is not masked (SDM vol. 1 §8.5.4, §8.5.5). */
const WRAP: i32 = 24576;

function unpackDenormal(n: usize, sign: u32, exponent: i32, significand: u64): void {
  const shift = <i32>clz(significand);
  setNumber(n, Kind.finite, sign, exponent - shift, significand << shift);
  store<u32>(n, 1, N.denormal);
}
@inline function nanKind(significand: u64): u32 { return significand >> 62 & 1 ? Kind.quiet : Kind.signalling; }

export function unpackSingle(n: usize, bits: u32): void {
  const sign = bits >> 31, exponent = <i32>(bits >> 23 & 0xff);
  const fraction = <u64>(bits & 0x7f_ffff) << 40;
  if (exponent == 0xff) {
    if (fraction == 0) setSpecial(n, Kind.infinity, sign);
    else setNumber(n, nanKind(fraction), sign, 0, fraction | TOP_BIT);
  } else if (exponent != 0) setNumber(n, Kind.finite, sign, exponent + (SINGLE_MINIMUM - 1), fraction | TOP_BIT);
  else if (fraction == 0) setSpecial(n, Kind.zero, sign);
  else unpackDenormal(n, sign, SINGLE_MINIMUM, fraction);
}

export function unpackDouble(n: usize, bits: u64): void {
  const sign = <u32>(bits >> 63), exponent = <i32>(bits >> 52) & 0x7ff;
  const fraction = (bits & 0xf_ffff_ffff_ffff) << 11;
  if (exponent == 0x7ff) {
    if (fraction == 0) setSpecial(n, Kind.infinity, sign);
    else setNumber(n, nanKind(fraction), sign, 0, fraction | TOP_BIT);
  } else if (exponent != 0) setNumber(n, Kind.finite, sign, exponent + (DOUBLE_MINIMUM - 1), fraction | TOP_BIT);
  else if (fraction == 0) setSpecial(n, Kind.zero, sign);
  else unpackDenormal(n, sign, DOUBLE_MINIMUM, fraction);
}

/** `top` is sign and exponent. A pseudo-denormal (exponent 0, leading bit set) counts as a denormal (SDM vol. 1 §8.2.2). */
export function unpackExtended(n: usize, top: u32, significand: u64): void {
  const sign = top >> 15 & 1, exponent = <i32>(top & 0x7fff);
  if (exponent == 0) {
    if (significand == 0) setSpecial(n, Kind.zero, sign);
    else unpackDenormal(n, sign, 1, significand);
  } else if (<i64>significand >= 0) setNumber(n, Kind.unsupported, sign, exponent, significand);
  else if (exponent != 0x7fff) setNumber(n, Kind.finite, sign, exponent, significand);
  else if (significand == TOP_BIT) setSpecial(n, Kind.infinity, sign);
  else setNumber(n, nanKind(significand), sign, exponent, significand);
}

export function unpackInteger(n: usize, value: i64): void {
  const sign = u32(value < 0);
  const magnitude: u64 = value < 0 ? 0 - <u64>value : <u64>value;
  if (magnitude == 0) {
    setSpecial(n, Kind.zero, 0);
    return;
  }
  const shift = <i32>clz(magnitude);
  setNumber(n, Kind.finite, sign, 16383 + 63 - shift, magnitude << shift);
}

// The packed result: sign and exponent of the 80-bit format are apart from its significand.
export let packedTop: u32 = 0;
export let packedHigh: u64 = 0;

@inline function pack(sign: u32, exponent: i32, significand: u64): void {
  packedTop = sign << 15 | <u32>exponent;
  packedHigh = significand;
}

/** What overflow gives when masked: infinity, or the largest number when rounding is toward zero from there. */
@inline function overflowsToInfinity(sign: u32, rounding: u32): bool {
  return rounding == Rounding.nearest || rounding == (sign ? Rounding.down : Rounding.up);
}

/**
 * RESULT to packedTop and packedHigh, rounded to `bits` (24, 53 or 64: precision control narrows the significand, never
 * the exponent). `unmasked`: exceptions that are not masked; overflow and underflow then wrap the exponent.
 */
export function packExtended(bits: u32, rounding: u32, unmasked: u32): void {
  const kind = kindOf(RESULT), sign = signOf(RESULT);
  if (kind == Kind.zero) pack(sign, 0, 0);
  else if (kind == Kind.infinity) pack(sign, 0x7fff, TOP_BIT);
  else if (kind == Kind.quiet) pack(sign, 0x7fff, highOf(RESULT));
  else if (exponentOf(RESULT) < 1) packSmall(bits, rounding, unmasked);
  else {
    roundResult(bits, rounding);
    if (inexact) signal(Exception.precision);
    if (exponentOf(RESULT) <= EXTENDED_MAXIMUM) pack(sign, exponentOf(RESULT), highOf(RESULT));
    else packLarge(bits, rounding, unmasked);
  }
}

function packSmall(bits: u32, rounding: u32, unmasked: u32): void {
  const tiny = isTiny(1, bits, rounding);
  if (tiny && (unmasked & Exception.underflow) != 0) {
    signal(Exception.underflow);
    store<i32>(RESULT, exponentOf(RESULT) + WRAP, N.exponent);
    roundResult(bits, rounding);
    if (inexact) signal(Exception.precision);
    pack(signOf(RESULT), exponentOf(RESULT), highOf(RESULT));
    // FSCALE can go further down than the wrap reaches: then nothing is left (SDM vol. 1 §8.5.5).
    if (exponentOf(RESULT) < 1) {
      signal(Exception.precision);
      setIncreased(false);
      pack(signOf(RESULT), 0, 0);
    }
    return;
  }
  denormalise(1);
  roundResult(bits, rounding);
  if (inexact) signal(tiny ? Exception.precision | Exception.underflow : Exception.precision);
  pack(signOf(RESULT), <i64>highOf(RESULT) < 0 ? 1 : 0, highOf(RESULT));
}

function packLarge(bits: u32, rounding: u32, unmasked: u32): void {
  const sign = signOf(RESULT);
  signal(Exception.overflow);
  if (unmasked & Exception.overflow) {
    const exponent = exponentOf(RESULT) - WRAP;
    if (exponent <= EXTENDED_MAXIMUM) pack(sign, exponent, highOf(RESULT));
    else {
      signal(Exception.precision);
      setIncreased(true);
      pack(sign, 0x7fff, TOP_BIT);
    }
    return;
  }
  signal(Exception.precision);
  const infinite = overflowsToInfinity(sign, rounding);
  setIncreased(infinite);
  if (infinite) pack(sign, 0x7fff, TOP_BIT);
  else pack(sign, EXTENDED_MAXIMUM, bits == 64 ? ~0 : ~0 << (64 - bits));
}

/**
 * Rounds RESULT, finite, to a memory format, in place. True: RESULT holds what is to be encoded, with the exponent equal to
 * `minimum` and the leading bit clear for a denormal, or is infinite or zero. False: an unmasked overflow or underflow, no result.
 */
export function roundToFormat(bits: u32, minimum: i32, maximum: i32, rounding: u32, unmasked: u32, flush: bool): bool {
  if (exponentOf(RESULT) < minimum) {
    const tiny = isTiny(minimum, bits, rounding);
    if (tiny && (unmasked & Exception.underflow) != 0) {
      roundResult(bits, rounding);
      signal(inexact ? Exception.underflow | Exception.precision : Exception.underflow);
      return false;
    }
    if (tiny && flush) {
      signal(Exception.underflow | Exception.precision);
      setSpecial(RESULT, Kind.zero, signOf(RESULT));
      return true;
    }
    denormalise(minimum);
    roundResult(bits, rounding);
    if (inexact) signal(tiny ? Exception.precision | Exception.underflow : Exception.precision);
    return true;
  }
  roundResult(bits, rounding);
  if (exponentOf(RESULT) > maximum) {
    signal(Exception.overflow);
    if (unmasked & Exception.overflow) {
      if (inexact) signal(Exception.precision);
      return false;
    }
    signal(Exception.precision);
    const infinite = overflowsToInfinity(signOf(RESULT), rounding);
    setIncreased(infinite);
    if (infinite) setSpecial(RESULT, Kind.infinity, signOf(RESULT));
    else setNumber(RESULT, Kind.finite, signOf(RESULT), maximum, ~0 << (64 - bits));
  } else if (inexact) signal(Exception.precision);
  return true;
}

/** RESULT, already rounded, as a single; NaN significands are cut off at the right. */
export function encodeSingle(): u32 {
  const sign = signOf(RESULT) << 31, kind = kindOf(RESULT);
  if (kind == Kind.zero) return sign;
  if (kind == Kind.infinity) return sign | 0x7f80_0000;
  const fraction = <u32>(highOf(RESULT) >> 40) & 0x7f_ffff;
  if (kind >= <u32>Kind.quiet) return sign | 0x7fc0_0000 | fraction;
  const exponent = <i64>highOf(RESULT) < 0 ? <u32>(exponentOf(RESULT) - (SINGLE_MINIMUM - 1)) : 0;
  return sign | exponent << 23 | fraction;
}

export function encodeDouble(): u64 {
  const sign = <u64>signOf(RESULT) << 63, kind = kindOf(RESULT);
  if (kind == Kind.zero) return sign;
  if (kind == Kind.infinity) return sign | 0x7ff0_0000_0000_0000;
  const fraction = highOf(RESULT) >> 11 & 0xf_ffff_ffff_ffff;
  if (kind >= <u32>Kind.quiet) return sign | 0x7ff8_0000_0000_0000 | fraction;
  const exponent = <i64>highOf(RESULT) < 0 ? <u64>(exponentOf(RESULT) - (DOUBLE_MINIMUM - 1)) : 0;
  return sign | exponent << 52 | fraction;
}

/** Magnitude of the integer that `integerFits` found. */
export let integerMagnitude: u64 = 0;

/**
 * The finite or zero number `n` rounded to an integer; true if it fits a signed integer of `width` bits.
 * Signals nothing: the caller decides between invalid and precision (`inexact`, `increased`).
 */
export function integerFits(n: usize, width: u32, rounding: u32): bool {
  inexactInteger(n, rounding);
  if (integerHigh != 0) return false;
  const limit = <u64>1 << (width - 1);
  return signOf(n) ? integerMagnitude <= limit : integerMagnitude < limit;
}

let integerHigh: u64 = 0;

function inexactInteger(n: usize, rounding: u32): void {
  integerHigh = 0;
  integerMagnitude = 0;
  copyNumber(RESULT, n);
  if (kindOf(n) == Kind.zero) {
    setSpecial(RESULT, Kind.zero, signOf(n));
    clearRounding();
    return;
  }
  const distance = 16383 + 63 - exponentOf(n);
  if (distance < 0) {
    // At least 2^64.
    integerHigh = 1;
    clearRounding();
    return;
  }
  shiftRightSticky(highOf(n), lowOf(n), distance > 128 ? 128 : <u32>distance);
  store<u64>(RESULT, wideHigh, N.high);
  store<u64>(RESULT, wideLow, N.low);
  store<i32>(RESULT, 0, N.exponent);
  roundResult(64, rounding);
  integerMagnitude = highOf(RESULT);
  // A carry out of the top left the top bit alone and moved the exponent.
  if (exponentOf(RESULT) != 0) integerHigh = 1;
}

function clearRounding(): void {
  // Rounds a number that is exact.
  const high = highOf(RESULT);
  store<u64>(RESULT, 0, N.high);
  store<u64>(RESULT, 0, N.low);
  roundResult(64, Rounding.chop);
  store<u64>(RESULT, high, N.high);
}
