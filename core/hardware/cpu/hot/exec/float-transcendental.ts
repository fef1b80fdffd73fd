// FSIN, FCOS, FSINCOS, FPTAN, FPATAN, F2XM1, FYL2X, FYL2XP1 (SDM vol. 1 §8.3.7-§8.3.10).
//
// Here are operands, special values and exceptions; x87-trigonometry.ts and x87-logarithm.ts compute. Precision control does
// not apply, rounding control does. Results are inexact but for the special values.
import {
  BIAS, copyNumber, Exception, exceptions, exponentOf, highOf, increased, invalid, isDenormal, isNan, Kind, kindOf, LEFT, N, RESULT, RIGHT, setIncreased, setNumber, setSpecial,
  setWideNumber, signal, signalInexact, signOf, TOP_BIT,
} from '../softfloat';
import { packedHigh, packedTop, packExtended } from '../softfloat-formats';
import { QUARTER_PI_HIGH, QUARTER_PI_LOW } from '../softfloat-series';
import { arcTangent, exponentialMinusOne, logarithm, logarithmPlusOne, multiplyByRight } from '../x87-logarithm';
import { chooseNan, quietLeft } from '../x87-nan';
import { cosine, reduce, sine, tangent, TRIGONOMETRIC_LIMIT } from '../x87-trigonometry';
import {
  canPush, conclude, Fsw, fsw, isEmpty, push, rounding, setFsw, setIndefinite, setSt, stackUnderflow, storeRounded, underflowResult, unmaskedFloat, unpackSt,
  x87Ready,
} from '../x87';

@inline function setC2(value: bool): void { setFsw(value ? fsw() | Fsw.c2 : fsw() & ~Fsw.c2); }

/** ST(0) to LEFT. False: too large, C2 tells so and the instruction is over. */
function trigonometricOperand(): bool {
  unpackSt(LEFT, 0);
  const tooLarge = kindOf(LEFT) == Kind.finite && exponentOf(LEFT) >= TRIGONOMETRIC_LIMIT;
  if (tooLarge) conclude(false);
  setC2(tooLarge);
  return !tooLarge;
}

/** Handles zero, infinities and NaNs of LEFT; true if LEFT is an ordinary number, reduced. `zero`: the result of zero is 1. */
function ordinary(zeroGivesOne: bool): bool {
  const kind = kindOf(LEFT);
  if (kind == Kind.finite) {
    if (isDenormal(LEFT)) signal(Exception.denormal);
    reduce();
    return true;
  }
  if (isNan(LEFT)) quietLeft();
  else if (kind == Kind.infinity) invalid();
  else if (zeroGivesOne) setOne();
  else copyNumber(RESULT, LEFT);
  return false;
}
@inline function setOne(): void { setNumber(RESULT, Kind.finite, 0, BIAS, TOP_BIT); }

export function fsin(): void {
  if (!x87Ready()) return;
  if (isEmpty(0)) emptyOperand();
  else if (trigonometricOperand()) {
    if (ordinary(false)) sine();
    storeRounded(0, 0, 64);
  }
}
export function fcos(): void {
  if (!x87Ready()) return;
  if (isEmpty(0)) emptyOperand();
  else if (trigonometricOperand()) {
    if (ordinary(true)) cosine();
    storeRounded(0, 0, 64);
  }
}
function emptyOperand(): void {
  setC2(false);
  underflowResult(0, 0);
}

// Two results: the first in ST(0), the second pushed.
/** True if there is an operand and room; else both results are the default NaN, if that is masked. */
function roomForTwo(): bool {
  if (!isEmpty(0) && canPush()) return true;
  const overflow = !isEmpty(0);
  setC2(false);
  stackUnderflow();
  if (conclude(overflow)) {
    setIndefinite(0);
    push(0xffff, 0xc000_0000_0000_0000);
  }
  return false;
}
let firstTop: u32 = 0;
let firstHigh: u64 = 0;

/** Packs RESULT; whether it was rounded up is in `increased`. */
function packResult(): void {
  setIncreased(false);
  if ((exceptions & unmaskedFloat() & Exception.before) == 0) packExtended(64, rounding(), unmaskedFloat());
}
function keepFirst(): void {
  packResult();
  firstTop = packedTop;
  firstHigh = packedHigh;
}
function finishTwo(): void {
  packResult();
  const top = packedTop, high = packedHigh;
  if (!conclude(increased)) return;
  setSt(0, firstTop, firstHigh);
  push(top, high);
}

export function fsincos(): void {
  if (!x87Ready() || !roomForTwo() || !trigonometricOperand()) return;
  const number = ordinary(false);
  if (number) sine();
  keepFirst();
  if (number) cosine();
  else ordinary(true);
  finishTwo();
}
export function fptan(): void {
  if (!x87Ready() || !roomForTwo() || !trigonometricOperand()) return;
  if (ordinary(false)) tangent();
  keepFirst();
  if (!isNan(RESULT)) setOne();
  finishTwo();
}

/** ST(1), LEFT, and ST(0), RIGHT, become one result in ST(1), and the stack is popped. False: that was already done. */
function twoOperands(): bool {
  if (isEmpty(0) || isEmpty(1)) {
    underflowResult(1, 1);
    return false;
  }
  unpackSt(LEFT, 1);
  unpackSt(RIGHT, 0);
  if (!isNan(LEFT) && !isNan(RIGHT)) return true;
  chooseNan();
  storeRounded(1, 1, 64);
  return false;
}
@inline function noteDenormals(): void { if (isDenormal(LEFT) || isDenormal(RIGHT)) signal(Exception.denormal); }

export function fpatan(): void {
  if (!x87Ready() || !twoOperands()) return;
  noteDenormals();
  const y = kindOf(LEFT), x = kindOf(RIGHT);
  if (y == Kind.finite && x == Kind.finite) arcTangent();
  else if (y == Kind.infinity && x == Kind.infinity) setAngle(signOf(RIGHT) ? 3 : 1);
  else if (y == Kind.infinity || (x == Kind.zero && y != Kind.zero)) setAngle(2);
  else if (signOf(RIGHT)) setAngle(4);
  else copyZero();
  storeRounded(1, 1, 64);
}
/** RESULT = that many quarters of pi, with the sign of LEFT. */
function setAngle(quarters: u32): void {
  const sign = signOf(LEFT), exponent = BIAS - 1 + (quarters == 1 ? 0 : quarters == 4 ? 2 : 1);
  // 3/4 pi = 0x9.6c...: three quarters of pi's significand, doubled.
  if (quarters == 3) setWideNumber(RESULT, sign, BIAS + 1, 0x96cb_e3f9_990e_91a7, 0x9394_c9e8_a0a5_159d);
  else setWideNumber(RESULT, sign, exponent, QUARTER_PI_HIGH, QUARTER_PI_LOW | 1);
}
@inline function copyZero(): void { setSpecial(RESULT, Kind.zero, signOf(LEFT)); }

/** 2^x - 1. Beyond 1 and -1, where the manual leaves it undefined, the operand stays as it is, as on processors. */
export function f2xm1(): void {
  if (!x87Ready()) return;
  if (isEmpty(0)) {
    underflowResult(0, 0);
    return;
  }
  unpackSt(LEFT, 0);
  const kind = kindOf(LEFT), sign = signOf(LEFT);
  if (isNan(LEFT)) quietLeft();
  else if (kind == Kind.infinity && sign) setNumber(RESULT, Kind.finite, 1, BIAS, TOP_BIT);
  else if (kind != Kind.finite) copyNumber(RESULT, LEFT);
  else exponential();
  storeRounded(0, 0, 64);
}
function exponential(): void {
  if (isDenormal(LEFT)) signal(Exception.denormal);
  copyNumber(RESULT, LEFT);
  if (exponentOf(LEFT) < BIAS) exponentialMinusOne();
  else if (signOf(LEFT) && exponentOf(LEFT) == BIAS && highOf(LEFT) == TOP_BIT) store<i32>(RESULT, BIAS - 1, N.exponent);
  signalInexact();
}

/** ST(1) * log2 ST(0). y is moved to RIGHT, x to LEFT: that is how they are computed. */
export function fyl2x(): void {
  if (!x87Ready() || !twoOperands()) return;
  swapOperands();
  const x = kindOf(LEFT), y = kindOf(RIGHT), below = signOf(LEFT) != 0;
  const one = x == Kind.finite && exponentOf(LEFT) == BIAS && highOf(LEFT) == TOP_BIT;
  if (below && x != Kind.zero) invalid();
  else if ((y == Kind.zero && x != Kind.finite) || (y == Kind.infinity && one)) invalid();
  else if (y != Kind.finite || x != Kind.finite || one) specialLogarithm(x, y, one);
  else {
    noteDenormals();
    logarithm();
    multiplyByRight();
    signalInexact();
  }
  storeRounded(1, 1, 64);
}
function swapOperands(): void {
  copyNumber(RESULT, LEFT);
  copyNumber(LEFT, RIGHT);
  copyNumber(RIGHT, RESULT);
}
/** Zero and infinite results of FYL2X. The logarithm is negative for x below 1, zero included. */
function specialLogarithm(x: u32, y: u32, one: bool): void {
  const negative = x == Kind.zero || (x == Kind.finite && exponentOf(LEFT) < BIAS);
  const sign = signOf(RIGHT) ^ u32(negative);
  if (x == Kind.zero && y == Kind.finite) signal(Exception.zero);
  else noteDenormals();
  setSpecial(RESULT, one || y == Kind.zero ? Kind.zero : Kind.infinity, sign);
}

/** The manual's range ends at 1 minus the root of 2 on either side. Processors go on to -1, then keep the operand. */
@inline function belowMinusOne(): bool { return signOf(LEFT) != 0 && exponentOf(LEFT) >= BIAS; }

/** ST(1) * log2 (ST(0) + 1). */
export function fyl2xp1(): void {
  if (!x87Ready() || !twoOperands()) return;
  swapOperands();
  const x = kindOf(LEFT), y = kindOf(RIGHT);
  if ((x == Kind.zero && y == Kind.infinity) || (x == Kind.infinity && (y == Kind.zero || signOf(LEFT) != 0))) invalid();
  else {
    noteDenormals();
    if (x == Kind.zero || y == Kind.zero) setSpecial(RESULT, Kind.zero, signOf(LEFT) ^ signOf(RIGHT));
    else if (x == Kind.infinity || y == Kind.infinity) setSpecial(RESULT, Kind.infinity, signOf(LEFT) ^ signOf(RIGHT));
    else {
      if (belowMinusOne()) copyNumber(RESULT, LEFT);
      else {
        logarithmPlusOne();
        multiplyByRight();
      }
      signalInexact();
    }
  }
  storeRounded(1, 1, 64);
}
