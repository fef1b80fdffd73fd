// x87 remainder, rounding to integers, scaling, and taking numbers apart (SDM vol. 1 §8.3.5; vol. 2 FPREM, FPREM1, FRNDINT, FSCALE, FXTRACT).
import {
  copyNumber, Exception, exceptions, exponentOf, highOf, invalid, isDenormal, isNan, Kind, kindOf, LEFT, N, RESULT, RIGHT, Rounding, roundResult, inexact,
  setNormalised, setSpecial, signal, signOf, increased, setIncreased, setNumber, lowOf, denormalise, TOP_BIT,
} from '../softfloat';
import { integerFits, integerMagnitude, packedHigh, packedTop, packExtended, unpackInteger } from '../softfloat-formats';
import { divideWide, wideRest } from '../softfloat-wide';
import { chooseNan, quietLeft } from '../x87-nan';
import {
  canPush, conclude, Fsw, fsw, isEmpty, push, rounding, setFsw, setSt, stackOverflow, stackUnderflow, storeRounded, underflowResult, unmaskedFloat, unpackSt,
  setIndefinite, x87Ready,
} from '../x87';

/** C2: the reduction is not complete. C0, C3, C1: bits 2, 1, 0 of the quotient (SDM vol. 2, FPREM). */
let partial: bool = false;
let quotient: u64 = 0;

/** One step takes at most this many bits off the quotient; a partial one leaves between 32 and 63 for another time. */
const MOST_BITS: i32 = 64;

/**
 * RESULT = LEFT - q * RIGHT, exactly, for finite numbers, q the quotient rounded to nearest or toward zero. If the exponents
 * are 64 or more apart, q is only so much of the quotient that they come closer by `step`, and `partial` is set.
 */
function remainder(nearest: bool): void {
  const distance = exponentOf(LEFT) - exponentOf(RIGHT);
  partial = false;
  quotient = 0;
  copyNumber(RESULT, LEFT);
  if (distance < -1 || (distance < 0 && !nearest)) return;
  const divisor = highOf(RIGHT);
  let rest = highOf(LEFT);
  let bits = distance;
  if (distance >= MOST_BITS) {
    partial = true;
    // Manual: any number from 32 to 63; processors choose it so that the rest is a multiple of 32 away.
    bits = 32 + (distance & 31);
    reduce(rest, divisor, bits);
    setNormalised(RESULT, signOf(LEFT), exponentOf(LEFT) - bits, restOf, 0);
    return;
  }
  if (bits < 0) halve(rest, divisor);
  else {
    reduce(rest, divisor, bits);
    finishRemainder(divisor, nearest);
  }
}

/** Rest of high * 2^bits / divisor, and the quotient. */
let restOf: u64 = 0;
function reduce(high: u64, divisor: u64, bits: i32): void {
  let rest = high;
  quotient = 0;
  if (rest >= divisor) {
    rest -= divisor;
    quotient = 1;
  }
  if (bits > 0) {
    // rest * 2^bits / divisor, at most 63 bits.
    const q = divideWide(rest >> (64 - bits), rest << bits, divisor);
    quotient = quotient << bits | q;
    rest = wideRest;
  }
  restOf = rest;
}

function finishRemainder(divisor: u64, nearest: bool): void {
  let rest = restOf, sign = signOf(LEFT);
  if (nearest && (rest > divisor - rest || (rest == divisor - rest && (quotient & 1) != 0))) {
    rest = divisor - rest;
    sign ^= 1;
    quotient++;
  }
  setNormalised(RESULT, rest == 0 ? signOf(LEFT) : sign, exponentOf(RIGHT), rest, 0);
}

/** LEFT is between a quarter of RIGHT and RIGHT: it is nearer to RIGHT itself if it is more than half of it. */
function halve(high: u64, divisor: u64): void {
  if (high <= divisor) return;
  quotient = 1;
  // 2 * divisor - high, in units of the smaller exponent; at most 64 bits, since high > divisor.
  setNormalised(RESULT, signOf(LEFT) ^ 1, exponentOf(LEFT), divisor - (high - divisor), 0);
}

/** Without a result C2 is cleared all the same; the other codes stay. */
function clearPartial(): void { setFsw(fsw() & ~Fsw.c2); }

function prem(nearest: bool): void {
  if (!x87Ready()) return;
  partial = false;
  quotient = 0;
  let complete = false;
  if (isEmpty(0) || isEmpty(1)) {
    underflowResult(0, 0);
    clearPartial();
    return;
  }
  unpackSt(LEFT, 0);
  unpackSt(RIGHT, 1);
  if (isNan(LEFT) || isNan(RIGHT)) chooseNan();
  else if (kindOf(LEFT) == Kind.infinity || kindOf(RIGHT) == Kind.zero) invalid();
  else {
    complete = true;
    if (isDenormal(LEFT) || isDenormal(RIGHT)) signal(Exception.denormal);
    if (kindOf(LEFT) == Kind.zero || kindOf(RIGHT) == Kind.infinity) {
      if (keepLeft()) setFsw(fsw() & ~Fsw.conditions);
      else clearPartial();
      return;
    }
    remainder(nearest);
  }
  const stopped = (exceptions & unmaskedFloat() & Exception.before) != 0;
  // The result is exact; only an unmasked underflow makes something of it.
  storeRounded(0, 0, 64);
  if (stopped || !complete) {
    clearPartial();
    return;
  }
  let codes: u32 = partial ? Fsw.c2 : 0;
  if (!partial) codes = (quotient & 4 ? Fsw.c0 : 0) | (quotient & 2 ? Fsw.c3 : 0) | (quotient & 1 ? Fsw.c1 : 0);
  setFsw(fsw() & ~Fsw.conditions | codes);
}
/** Nothing to do (a remainder by infinity, scaling by zero): the operand itself, and no underflow if it is denormal. */
function keepLeft(): bool {
  copyNumber(RESULT, LEFT);
  packExtended(64, Rounding.nearest, 0);
  const good = conclude(false);
  if (good) setSt(0, packedTop, packedHigh);
  return good;
}
export function fprem(): void { prem(false); }
export function fprem1(): void { prem(true); }

export function frndint(): void {
  if (!x87Ready()) return;
  if (isEmpty(0)) {
    underflowResult(0, 0);
    return;
  }
  unpackSt(LEFT, 0);
  setIncreased(false);
  if (isNan(LEFT)) quietLeft();
  else roundLeft();
  const stopped = (exceptions & unmaskedFloat() & Exception.before) != 0, up = increased;
  if (!stopped) packExtended(64, Rounding.nearest, 0);
  if (conclude(up && !stopped)) setSt(0, packedTop, packedHigh);
}
/** RESULT = LEFT rounded to an integer. */
function roundLeft(): void {
  if (isDenormal(LEFT)) signal(Exception.denormal);
  if (kindOf(LEFT) != Kind.finite || exponentOf(LEFT) >= 16383 + 63) {
    copyNumber(RESULT, LEFT);
    return;
  }
  integerFits(LEFT, 64, rounding());
  const sign = signOf(LEFT);
  if (inexact) signal(Exception.precision);
  setNormalised(RESULT, sign, 16383 + 63, integerMagnitude, 0);
}

/** ST(0) * 2^trunc(ST(1)). */
export function fscale(): void {
  if (!x87Ready()) return;
  if (isEmpty(0) || isEmpty(1)) {
    underflowResult(0, 0);
    return;
  }
  unpackSt(LEFT, 0);
  unpackSt(RIGHT, 1);
  if (isNan(LEFT) || isNan(RIGHT)) chooseNan();
  else if (!scale()) {
    keepLeft();
    return;
  }
  storeRounded(0, 0, 64);
}
/** Beyond this every number overflows or underflows, wrapped exponents included. */
const FARTHEST: i32 = 0x1_0000;

/** LEFT scaled to RESULT; false if there was nothing to do. */
function scale(): bool {
  const a = kindOf(LEFT), b = kindOf(RIGHT), down = signOf(RIGHT) != 0;
  if (b == Kind.infinity && ((a == Kind.zero && !down) || (a == Kind.infinity && down))) {
    invalid();
    return true;
  }
  if (isDenormal(LEFT) || isDenormal(RIGHT)) signal(Exception.denormal);
  copyNumber(RESULT, LEFT);
  if (b == Kind.infinity) setSpecial(RESULT, a == Kind.zero || (down && a == Kind.finite) ? Kind.zero : Kind.infinity, signOf(LEFT));
  else if (a == Kind.finite && b == Kind.finite) {
    const power = exponentOf(RIGHT) - 16383;
    let distance: i32 = 0;
    if (power > 16) distance = FARTHEST;
    else if (power >= 0) distance = <i32>(highOf(RIGHT) >> (63 - power));
    store<i32>(RESULT, exponentOf(LEFT) + (down ? -distance : distance), N.exponent);
  }
  return b != Kind.zero;
}

/** ST(0) becomes the exponent, then the significand is pushed. */
export function fxtract(): void {
  if (!x87Ready()) return;
  if (isEmpty(0)) {
    stackUnderflow();
    if (!conclude(false)) return;
    setIndefinite(0);
    push(0xffff, 0xc000_0000_0000_0000);
    return;
  }
  if (!canPush()) {
    stackUnderflow();
    if (!conclude(true)) return;
    setIndefinite(0);
    push(0xffff, 0xc000_0000_0000_0000);
    return;
  }
  extract();
}
function extract(): void {
  unpackSt(LEFT, 0);
  const kind = kindOf(LEFT), sign = signOf(LEFT);
  // The exponent goes to RIGHT, the significand to RESULT.
  if (isNan(LEFT)) {
    quietLeft();
    copyNumber(RIGHT, RESULT);
  } else if (kind == Kind.infinity) {
    setSpecial(RIGHT, Kind.infinity, 0);
    copyNumber(RESULT, LEFT);
  } else if (kind == Kind.zero) {
    signal(Exception.zero);
    setSpecial(RIGHT, Kind.infinity, 1);
    copyNumber(RESULT, LEFT);
  } else {
    if (isDenormal(LEFT)) signal(Exception.denormal);
    unpackInteger(RIGHT, <i64>(exponentOf(LEFT) - 16383));
    setNumber(RESULT, Kind.finite, sign, 16383, highOf(LEFT));
  }
  packExtended(64, Rounding.nearest, 0);
  const top = packedTop, high = packedHigh;
  if (!conclude(false)) return;
  copyNumber(RESULT, RIGHT);
  packExtended(64, Rounding.nearest, 0);
  setSt(0, packedTop, packedHigh);
  push(top, high);
}
