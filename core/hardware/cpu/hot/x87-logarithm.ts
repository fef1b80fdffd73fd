// Exponential, logarithm and arc tangent of the x87 (SDM vol. 1 §8.3.7, §8.3.9; vol. 2 F2XM1, FYL2X, FYL2XP1, FPATAN).
//
// Each is a leading factor, normalised to 128 bits so that small results keep their precision, times 1 plus or minus a series.
import {
  BIAS, calculate, copyNumber, exponentOf, highOf, Kind, LEFT, lowOf, N, Operation, RESULT, RIGHT, Rounding, setNormalised, setNumber, setWideNumber, signOf, TOP_BIT,
} from './softfloat';
import {
  ARC, ARC_TANGENT, ARC_TANGENT_TERMS, EXPONENTIAL, EXPONENTIAL_TERMS, LN2_HIGH, LN2_LOW, LOGARITHM_TERMS, multiplyFraction, QUARTER_PI_HIGH,
  QUARTER_PI_LOW, series, TWO_OVER_LN2_HIGH, TWO_OVER_LN2_LOW,
} from './softfloat-series';
import { multiplyWide, shiftRightSticky, wideHigh, wideLow } from './softfloat-wide';
import { divideWideNumber } from './x87-trigonometry';

/** RESULT's significand as a fraction of 128 bits; smaller than 1. */
function fraction(): void {
  const distance = BIAS - 1 - exponentOf(RESULT);
  shiftRightSticky(highOf(RESULT), lowOf(RESULT), distance > 128 ? 128 : <u32>distance);
}

/** RESULT = RESULT * (1 + wide) or RESULT * (1 - wide); what was cut off makes it inexact. */
function scaleResult(down: bool): void {
  const high = highOf(RESULT), low = lowOf(RESULT), exponent = exponentOf(RESULT), sign = signOf(RESULT);
  multiplyFraction(high, low, wideHigh, wideLow);
  if (down) {
    setNormalised(RESULT, sign, exponent, high - wideHigh - u64(low <= wideLow), low - wideLow - 1 | 1);
    return;
  }
  const sumLow = low + wideLow;
  const part = high + wideHigh, sumHigh = part + u64(sumLow < low);
  if (part < high || sumHigh < part) setWideNumber(RESULT, sign, exponent + 1, TOP_BIT | sumHigh >> 1, sumHigh << 63 | sumLow >> 1 | 1);
  else setWideNumber(RESULT, sign, exponent, sumHigh, sumLow | 1);
}

/** RESULT = 2^LEFT - 1, for |LEFT| < 1: t (1 + t/2! + t^2/3! ...), t = LEFT ln 2. */
export function exponentialMinusOne(): void {
  const sign = signOf(LEFT);
  multiplyFraction(highOf(LEFT), 0, LN2_HIGH, LN2_LOW);
  setNormalised(RESULT, sign, exponentOf(LEFT), wideHigh, wideLow | 1);
  fraction();
  series(EXPONENTIAL, EXPONENTIAL_TERMS, wideHigh, wideLow, sign != 0);
  scaleResult(sign != 0);
}

/** Significand of the square root of 2. */
const ROOT2: u64 = 0xb504_f333_f9de_6484;

/** RESULT = log2 LEFT, for a positive number that is not 1. */
export function logarithm(): void { logarithmOf(highOf(LEFT), 0, exponentOf(LEFT) - BIAS); }

/** Of m * 2^power, m between the root of 1/2 and that of 2 in the end; the quotient is (m - 1) / (m + 1). */
function logarithmOf(high: u64, low: u64, power: i32): void {
  if (high == TOP_BIT && low == 0) setInteger(power);
  else if (high < ROOT2) {
    setNormalised(RESULT, 0, BIAS, high - TOP_BIT, low);
    artanh(0, BIAS + 1, TOP_BIT | high - TOP_BIT >> 1, high << 63 | low >> 1);
    addInteger(power);
  } else {
    setNormalised(RESULT, 1, BIAS - 1, 0 - high - u64(low != 0), 0 - low);
    artanh(1, BIAS, TOP_BIT | high >> 1, high << 63 | low >> 1);
    addInteger(power + 1);
  }
}

const FACTOR: usize = memory.data(32, 16);

/** RESULT = log2 (1 + LEFT), for LEFT above -1; RIGHT stays. From 1/4 on 1 + LEFT is exact in 128 bits, or far from 1. */
export function logarithmPlusOne(): void {
  if (exponentOf(LEFT) < BIAS - 2) {
    logarithmNearOne();
    return;
  }
  copyNumber(FACTOR, RIGHT);
  setNumber(RIGHT, Kind.finite, 0, BIAS, TOP_BIT);
  calculate(Operation.add, Rounding.nearest);
  copyNumber(RIGHT, FACTOR);
  logarithmOf(highOf(RESULT), lowOf(RESULT), exponentOf(RESULT) - BIAS);
}

/** The quotient is LEFT / (2 + LEFT). */
function logarithmNearOne(): void {
  const sign = signOf(LEFT);
  copyNumber(RESULT, LEFT);
  fraction();
  // 2 + LEFT in units of 2^-126.
  let low = wideLow >> 2 | wideHigh << 62, high = wideHigh >> 2, exponent = BIAS + 1;
  if (sign) {
    high = TOP_BIT - high - u64(low != 0);
    low = 0 - low;
    if (<i64>high > 0) {
      high = high << 1 | low >> 63;
      low <<= 1;
      exponent--;
    }
  } else high += TOP_BIT;
  artanh(sign, exponent, high, low);
}

/** RESULT = an integer, exact. */
function setInteger(value: i32): void {
  setNormalised(RESULT, u32(value < 0), BIAS + 63, <u64>(value < 0 ? -value : value), 0);
}

/** RESULT = 2 / ln 2 * artanh(RESULT / b), a logarithm to base 2 of (b + RESULT) / (b - RESULT); b is of 128 bits. */
function artanh(sign: u32, bExponent: i32, bHigh: u64, bLow: u64): void {
  divideWideNumber(sign, bExponent, bHigh, bLow);
  fraction();
  multiplyFraction(wideHigh, wideLow, wideHigh, wideLow);
  series(ARC, LOGARITHM_TERMS, wideHigh, wideLow, false);
  scaleResult(false);
  const exponent = exponentOf(RESULT);
  multiplyFraction(highOf(RESULT), lowOf(RESULT), TWO_OVER_LN2_HIGH, TWO_OVER_LN2_LOW);
  // The constant, above 2, is scaled by 2^126 instead of 2^128.
  setNormalised(RESULT, sign, exponent + 2, wideHigh, wideLow | 1);
}

/** RESULT = RESULT + power, |RESULT| < 1. */
function addInteger(power: i32): void {
  if (power == 0) return;
  const opposite = (power < 0) != (signOf(RESULT) != 0), magnitude = <u64>(power < 0 ? -power : power);
  // In units of 2^-112: 16 bits for the integer.
  const distance = BIAS + 15 - exponentOf(RESULT);
  shiftRightSticky(highOf(RESULT), lowOf(RESULT), distance > 128 ? 128 : <u32>distance);
  let high = wideHigh, low = wideLow;
  const whole = magnitude << 48;
  if (opposite) {
    low = 0 - wideLow;
    high = whole - wideHigh - u64(wideLow != 0);
  } else high += whole;
  setNormalised(RESULT, u32(power < 0), BIAS + 15, high, low | 1);
}

/** RESULT = RESULT * RIGHT, a number of 64 bits; RESULT may be exact, then the product is. */
export function multiplyByRight(): void {
  const sign = signOf(RESULT) ^ signOf(RIGHT), y = highOf(RIGHT);
  multiplyWide(lowOf(RESULT), y);
  const lowPart = wideHigh, sticky = u64(wideLow != 0);
  multiplyWide(highOf(RESULT), y);
  const low = wideLow + lowPart;
  setNormalised(RESULT, sign, exponentOf(RESULT) + exponentOf(RIGHT) - BIAS + 1, wideHigh + u64(low < lowPart), low | sticky);
}

/** RESULT = the angle of the point (RIGHT, LEFT), both finite and not zero, in the half plane of the sign of LEFT. */
export function arcTangent(): void {
  const sign = signOf(LEFT), left = signOf(RIGHT) != 0;
  const difference = exponentOf(LEFT) - exponentOf(RIGHT);
  const steep = difference > 0 || (difference == 0 && highOf(LEFT) > highOf(RIGHT));
  if (difference == 0 && highOf(LEFT) == highOf(RIGHT)) setWideNumber(RESULT, 0, BIAS - 1, QUARTER_PI_HIGH, QUARTER_PI_LOW | 1);
  else {
    copyNumber(RESULT, steep ? RIGHT : LEFT);
    const b = steep ? LEFT : RIGHT;
    divideWideNumber(0, exponentOf(b), highOf(b), 0);
    arcOfResult();
  }
  store<u32>(RESULT, sign, N.sign);
  if (steep || left) turn(sign, steep, left);
}

/** RESULT = atan RESULT, for a number below 1. Near k/8 the rest is (w - k/8) / (1 + w k/8). */
function arcOfResult(): void {
  fraction();
  const high = wideHigh, low = wideLow;
  const k = (high >> 61) + (high >> 60 & 1);
  if (k == 0) {
    arcSeries();
    return;
  }
  let restLow = low, restHigh = high - (k << 61);
  const below = k == 8 || high < k << 61;
  if (below) {
    restLow = 0 - low;
    restHigh = (k << 61) - high - u64(low != 0);
  }
  setNormalised(RESULT, u32(below), BIAS - 1, restHigh, restLow | 1);
  multiplyFraction(high, low, k << 60, 0);
  // w k/16 in units of 2^-128 is w k/8 in those of the denominator, 2^-127.
  divideWideNumber(u32(below), BIAS, TOP_BIT | wideHigh, wideLow);
  arcSeries();
  fraction();
  const cHigh = load<u64>(ARC_TANGENT + ((<usize>k - 1) << 4)), cLow = load<u64>(ARC_TANGENT + ((<usize>k - 1) << 4), 8);
  const halfLow = wideLow >> 1 | wideHigh << 63, halfHigh = wideHigh >> 1;
  if (below) setNormalised(RESULT, 0, BIAS, cHigh - halfHigh - u64(cLow < halfLow), cLow - halfLow | 1);
  else {
    const sum = cLow + halfLow;
    setNormalised(RESULT, 0, BIAS, cHigh + halfHigh + u64(sum < cLow), sum | 1);
  }
}
/** RESULT = atan RESULT for at most 1/16. */
function arcSeries(): void {
  fraction();
  multiplyFraction(wideHigh, wideLow, wideHigh, wideLow);
  series(ARC, ARC_TANGENT_TERMS, wideHigh, wideLow, true);
  scaleResult(true);
}

/** RESULT = pi/2 - RESULT, pi - RESULT or pi/2 + RESULT, in units of 2^-126. */
function turn(sign: u32, steep: bool, left: bool): void {
  const distance = BIAS + 1 - exponentOf(RESULT);
  shiftRightSticky(highOf(RESULT), lowOf(RESULT), distance > 128 ? 128 : <u32>distance);
  let high = QUARTER_PI_HIGH, low = QUARTER_PI_LOW;
  if (steep) {
    low = low >> 1 | high << 63;
    high >>= 1;
  }
  if (steep && left) {
    const sum = low + wideLow;
    high += wideHigh + u64(sum < low);
    low = sum;
  } else {
    high -= wideHigh + u64(low < wideLow);
    low -= wideLow;
  }
  setNormalised(RESULT, sign, BIAS + 1, high, low | 1);
}
