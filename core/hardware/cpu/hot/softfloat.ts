// Software floating point: exact results of + - * / and square root on unpacked numbers, with every bit rounding needs.
//
// A number is a record of 32 bytes in static memory:
//    0 u32 kind          Kind.*
//    4 u32 sign          1 = negative
//    8 i32 exponent      biased by 16383, of any size; the value is high:low * 2^(exponent - 16383 - 127)
//   12 u32 denormal      1 = came from a denormal encoding
//   16 u64 high          significand, bit 63 set if finite; of a NaN: its significand as in the 80-bit format
//   24 u64 low           further bits; bit 0 is "sticky": set if anything was lost below it
// One representation serves all formats: 64 bits hold every operand, and results are rounded once, from 128 bits.
// Operands lie in LEFT and RIGHT, results in RESULT. NaN operands never come here: x87 and SSE choose among them differently.
import { divideWide, multiplyWide, rootWide, setWide, shiftLeft, shiftRightSticky, wideHigh, wideLow, wideRest } from './softfloat-wide';

export const enum Kind { zero = 0, finite = 1, infinity = 2, quiet = 3, signalling = 4, unsupported = 5 }

/** Bits of FSW and MXCSR; `stack` is FSW.SF. */
export const enum Exception { invalid = 1, denormal = 2, zero = 4, overflow = 8, underflow = 0x10, precision = 0x20, stack = 0x40, before = 7, all = 0x3f }

/** RC of FCW and MXCSR. */
export const enum Rounding { nearest = 0, down = 1, up = 2, chop = 3 }

export const enum Operation { add = 0, subtract = 1, multiply = 2, divide = 3 }

export const enum N { kind = 0, sign = 4, exponent = 8, denormal = 12, high = 16, low = 24, bytes = 32 }

export const BIAS: i32 = 16383;
export const TOP_BIT: u64 = 0x8000_0000_0000_0000;
/** Significand of the default NaN ("real indefinite", SDM vol. 1 §4.2.2), whose sign is negative. */
export const INDEFINITE: u64 = 0xc000_0000_0000_0000;

export const LEFT: usize = memory.data(32, 16);
export const RIGHT: usize = memory.data(32, 16);
export const RESULT: usize = memory.data(32, 16);

/** What happened since it was last cleared. */
export let exceptions: u32 = 0;
@inline export function setExceptions(value: u32): void { exceptions = value; }
@inline export function signal(exception: u32): void { exceptions |= exception; }

@inline export function kindOf(n: usize): u32 { return load<u32>(n, N.kind); }
@inline export function signOf(n: usize): u32 { return load<u32>(n, N.sign); }
@inline export function exponentOf(n: usize): i32 { return load<i32>(n, N.exponent); }
@inline export function highOf(n: usize): u64 { return load<u64>(n, N.high); }
@inline export function lowOf(n: usize): u64 { return load<u64>(n, N.low); }
@inline export function isDenormal(n: usize): bool { return load<u32>(n, N.denormal) != 0; }
@inline export function isNan(n: usize): bool { return load<u32>(n, N.kind) >= <u32>Kind.quiet; }

@inline export function setNumber(n: usize, kind: u32, sign: u32, exponent: i32, high: u64): void {
  store<u32>(n, kind, N.kind);
  store<u32>(n, sign, N.sign);
  store<i32>(n, exponent, N.exponent);
  store<u32>(n, 0, N.denormal);
  store<u64>(n, high, N.high);
  store<u64>(n, 0, N.low);
}
@inline export function setSpecial(n: usize, kind: u32, sign: u32): void { setNumber(n, kind, sign, 0, 0); }
@inline export function setWideNumber(n: usize, sign: u32, exponent: i32, high: u64, low: u64): void {
  setNumber(n, Kind.finite, sign, exponent, high);
  store<u64>(n, low, N.low);
}
@inline export function copyNumber(to: usize, from: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
}

/** RESULT becomes the default NaN and the invalid-operation exception is signalled. */
export function invalid(): void {
  signal(Exception.invalid);
  setNumber(RESULT, Kind.quiet, 1, 0, INDEFINITE);
}

/** Tells of RESULT as inexact although it may be exact: what processors do for some functions that hardly ever are. */
export function signalInexact(): void {
  const tiny = kindOf(RESULT) == Kind.finite && exponentOf(RESULT) < 1 && lowOf(RESULT) == 0;
  signal(tiny ? Exception.precision | Exception.underflow : Exception.precision);
}

/** A finite number from a significand that is not normalised; zero if there is nothing in it. */
export function setNormalised(n: usize, sign: u32, exponent: i32, high: u64, low: u64): void {
  if ((high | low) == 0) {
    setSpecial(n, Kind.zero, sign);
    return;
  }
  const shift = high != 0 ? <i32>clz(high) : 64 + <i32>clz(low);
  shiftLeft(high, low, shift);
  setWideNumber(n, sign, exponent - shift, wideHigh, wideLow);
}

/** RESULT = LEFT operation RIGHT. Signals invalid operation and division by zero. */
export function calculate(operation: u32, rounding: u32): void {
  switch (operation) {
    case Operation.add: add(signOf(RIGHT), rounding); break;
    case Operation.subtract: add(signOf(RIGHT) ^ 1, rounding); break;
    case Operation.multiply: multiply(); break;
    default: divide(); break;
  }
}

/** LEFT + RIGHT, RIGHT with the sign given. An exact zero is negative when rounding down (SDM vol. 1 §4.8.3.1). */
function add(rightSign: u32, rounding: u32): void {
  const a = kindOf(LEFT), b = kindOf(RIGHT), sign = signOf(LEFT);
  if (a == Kind.infinity || b == Kind.infinity) {
    if (a == b && sign != rightSign) invalid();
    else setSpecial(RESULT, Kind.infinity, a == Kind.infinity ? sign : rightSign);
  } else if (b == Kind.zero) {
    copyNumber(RESULT, LEFT);
    if (a == Kind.zero) store<u32>(RESULT, sign == rightSign ? sign : u32(rounding == Rounding.down), N.sign);
  } else if (a == Kind.zero) {
    copyNumber(RESULT, RIGHT);
    store<u32>(RESULT, rightSign, N.sign);
  } else addFinite(sign, rightSign, rounding);
}

function addFinite(leftSign: u32, rightSign: u32, rounding: u32): void {
  let big = LEFT, small = RIGHT, sign = leftSign;
  const difference = exponentOf(LEFT) - exponentOf(RIGHT);
  if (difference < 0 || (difference == 0 && highOf(LEFT) < highOf(RIGHT))) {
    big = RIGHT; small = LEFT; sign = rightSign;
  }
  const exponent = exponentOf(big), high = highOf(big), distance = exponent - exponentOf(small);
  shiftRightSticky(highOf(small), 0, distance > 128 ? 128 : <u32>distance);
  if (leftSign == rightSign) {
    const sum = high + wideHigh;
    if (sum < high) setWideNumber(RESULT, sign, exponent + 1, TOP_BIT | sum >> 1, sum << 63 | wideLow >> 1 | wideLow & 1);
    else setWideNumber(RESULT, sign, exponent, sum, wideLow);
  } else {
    // Bits are lost below `low` only when the exponents are far apart; then the result shifts by one at most.
    const low = 0 - wideLow;
    setNormalised(RESULT, sign, exponent, high - wideHigh - u64(wideLow != 0), low);
    if (kindOf(RESULT) == Kind.zero) store<u32>(RESULT, u32(rounding == Rounding.down), N.sign);
  }
}

function multiply(): void {
  const a = kindOf(LEFT), b = kindOf(RIGHT), sign = signOf(LEFT) ^ signOf(RIGHT);
  if (a == Kind.finite && b == Kind.finite) {
    multiplyWide(highOf(LEFT), highOf(RIGHT));
    const exponent = exponentOf(LEFT) + exponentOf(RIGHT) - BIAS;
    if (<i64>wideHigh < 0) setWideNumber(RESULT, sign, exponent + 1, wideHigh, wideLow);
    else setWideNumber(RESULT, sign, exponent, wideHigh << 1 | wideLow >> 63, wideLow << 1);
  } else if (a + b == Kind.infinity + Kind.zero && a != b) invalid();
  else setSpecial(RESULT, a == Kind.infinity || b == Kind.infinity ? Kind.infinity : Kind.zero, sign);
}

function divide(): void {
  const a = kindOf(LEFT), b = kindOf(RIGHT), sign = signOf(LEFT) ^ signOf(RIGHT);
  if (a == Kind.finite && b == Kind.finite) divideFinite(sign);
  else if (a == b) invalid();
  else {
    if (b == Kind.zero && a == Kind.finite) signal(Exception.zero);
    setSpecial(RESULT, a == Kind.infinity || b == Kind.zero ? Kind.infinity : Kind.zero, sign);
  }
}

function divideFinite(sign: u32): void {
  const a = highOf(LEFT), b = highOf(RIGHT);
  let exponent = exponentOf(LEFT) - exponentOf(RIGHT) + BIAS;
  let quotient: u64;
  if (a < b) {
    quotient = divideWide(a, 0, b);
    exponent--;
  } else quotient = divideWide(a >> 1, a << 63, b);
  // Only whether the remainder is above, at or below one half matters for rounding.
  const rest = wideRest, other = b - rest;
  setWideNumber(RESULT, sign, exponent, quotient, rest == 0 ? 0 : (rest >= other ? TOP_BIT : 0) | u64(rest != other));
}

/** RESULT = square root of LEFT. */
export function squareRoot(): void {
  const kind = kindOf(LEFT);
  if (kind == Kind.zero || (kind == Kind.infinity && !signOf(LEFT))) copyNumber(RESULT, LEFT);
  else if (signOf(LEFT)) invalid();
  else {
    const power = exponentOf(LEFT) - BIAS;
    // An even power of two remains: the radicand is high * 2^64 or half of it.
    const high = highOf(LEFT);
    const root = power & 1 ? rootWide(high, 0) : rootWide(high >> 1, high << 63);
    const above = wideHigh != 0 || wideLow > root;
    setWideNumber(RESULT, 0, (power >> 1) + BIAS, root, (wideHigh | wideLow) == 0 ? 0 : above ? TOP_BIT | 1 : 1);
  }
}

// Rounding. `inexact` and `increased` tell what the last one did; FSW.C1 reports the latter.
export let inexact: bool = false;
export let increased: bool = false;
@inline export function setIncreased(value: bool): void { increased = value; }

/** Rounds RESULT to its upper `bits` bits; a carry out of the top moves the exponent. */
export function roundResult(bits: u32, rounding: u32): void {
  const high = highOf(RESULT), low = lowOf(RESULT);
  const shift: u64 = 64 - bits;
  const unit = <u64>1 << shift;
  const rest = high & (unit - 1);
  inexact = (rest | low) != 0;
  increased = false;
  if (inexact) {
    if (rounding == Rounding.nearest) {
      const half: u64 = bits == 64 ? TOP_BIT : unit >> 1;
      const part = bits == 64 ? low : rest;
      const beyond = bits == 64 ? false : low != 0;
      increased = part > half || (part == half && (beyond || (high & unit) != 0));
    } else increased = rounding == (signOf(RESULT) ? Rounding.down : Rounding.up);
  }
  let kept = high - rest;
  if (increased) {
    kept += unit;
    if (kept == 0) {
      kept = TOP_BIT;
      store<i32>(RESULT, exponentOf(RESULT) + 1, N.exponent);
    }
  }
  store<u64>(RESULT, kept, N.high);
  store<u64>(RESULT, 0, N.low);
}

/** True if RESULT, of an exponent below `minimum`, stays below it when rounded without limit of range ("tiny after rounding"). */
export function isTiny(minimum: i32, bits: u32, rounding: u32): bool {
  if (exponentOf(RESULT) < minimum - 1) return true;
  const high = highOf(RESULT), low = lowOf(RESULT);
  roundResult(bits, rounding);
  const tiny = exponentOf(RESULT) < minimum;
  setWideNumber(RESULT, signOf(RESULT), minimum - 1, high, low);
  return tiny;
}

/** Moves the significand right until the exponent is `minimum`: what a denormal result is rounded from. */
export function denormalise(minimum: i32): void {
  const distance = minimum - exponentOf(RESULT);
  shiftRightSticky(highOf(RESULT), lowOf(RESULT), distance > 128 ? 128 : <u32>distance);
  setWideNumber(RESULT, signOf(RESULT), minimum, wideHigh, wideLow);
}
