// Sine, cosine and tangent of the x87 (SDM vol. 1 §8.3.8; vol. 2 FSIN, FCOS, FPTAN).
//
//   |x| = quadrant * pi/2 + r, |r| <= pi/4        sin: sin r, cos r, -sin r, -cos r     cos: cos r, -sin r, -cos r, sin r
// Manual: reduction uses a pi of 66 bits, 0.C90FDAA2_2168C234_C * 4. So do we, exactly: what these instructions are known
// for far from zero (and near multiples of pi) is part of what a program sees.
import { BIAS, exponentOf, highOf, Kind, LEFT, lowOf, RESULT, setNormalised, setNumber, setWideNumber, signalInexact, signOf, TOP_BIT } from './softfloat';
import { COSINE, COSINE_TERMS, divideFraction, multiplyFraction, series, SINE, SINE_TERMS } from './softfloat-series';
import { shiftLeft, shiftRightSticky, wideHigh, wideLow } from './softfloat-wide';

/** From here on the instructions refuse: C2 is set and nothing happens. */
export const TRIGONOMETRIC_LIMIT: i32 = BIAS + 63;

/** pi/2 in units of 2^-65: 66 bits. */
const HALF_PI_HIGH: u64 = 3;
const HALF_PI_LOW: u64 = 0x243f_6a88_85a3_08d3;
/** Significand of pi/4. */
const QUARTER_PI: u64 = 0xc90f_daa2_2168_c235;

let quadrant: u32 = 0;
/** r: its sign against |x|, normalised, and as a fraction of 128 bits. */
let restSign: u32 = 0;
let restExponent: i32 = 0;
let restHigh: u64 = 0;
let restLow: u64 = 0;
let fractionHigh: u64 = 0;
let fractionLow: u64 = 0;
/** r^2. */
let squareHigh: u64 = 0;
let squareLow: u64 = 0;

/** Of LEFT, finite and below the limit. */
export function reduce(): void {
  const exponent = exponentOf(LEFT) - BIAS, high = highOf(LEFT);
  quadrant = 0;
  restSign = 0;
  if (exponent < -1 || (exponent == -1 && high < QUARTER_PI)) {
    restExponent = exponentOf(LEFT);
    restHigh = high;
    restLow = 0;
    const distance = -1 - exponent;
    shiftRightSticky(high, 0, distance > 128 ? 128 : <u32>distance);
    fractionHigh = wideHigh;
    fractionLow = wideLow;
  } else reduceLarge(exponent + 2, high);
  multiplyFraction(fractionHigh, fractionLow, fractionHigh, fractionLow);
  squareHigh = wideHigh;
  squareLow = wideLow;
}

/** significand * 2^steps modulo pi/2, both in units of 2^-65, one bit at a time. */
function reduceLarge(steps: i32, significand: u64): void {
  let high: u64 = 0, low = significand;
  for (let i = 0; i < steps; i++) {
    high = high << 1 | low >> 63;
    low <<= 1;
    quadrant <<= 1;
    if (high > HALF_PI_HIGH || (high == HALF_PI_HIGH && low >= HALF_PI_LOW)) {
      high -= HALF_PI_HIGH + u64(low < HALF_PI_LOW);
      low -= HALF_PI_LOW;
      quadrant++;
    }
  }
  // Beyond the middle the next quadrant is nearer.
  const twice = high << 1 | low >> 63;
  if (twice > HALF_PI_HIGH || (twice == HALF_PI_HIGH && low << 1 > HALF_PI_LOW)) {
    high = HALF_PI_HIGH - high - u64(low > HALF_PI_LOW);
    low = HALF_PI_LOW - low;
    restSign = 1;
    quadrant++;
  }
  fractionHigh = high << 63 | low >> 1;
  fractionLow = low << 63;
  // Never zero: pi/2 has 66 bits, the last one set, the argument 64.
  const shift = fractionHigh != 0 ? <u32>clz(fractionHigh) : 64 + <u32>clz(fractionLow);
  shiftLeft(fractionHigh, fractionLow, shift);
  restHigh = wideHigh;
  restLow = wideLow;
  restExponent = BIAS - 1 - <i32>shift;
}

/** Below 2^-64 sine and tangent are the argument itself, the cosine is 1, told as inexact whatever the rounding: so on processors. */
@inline function vanishing(): bool { return restExponent < BIAS - 64; }

/** RESULT = sin |r| = |r| (1 - w). */
function sineOfRest(sign: u32): void {
  if (vanishing()) {
    setWideNumber(RESULT, sign, restExponent, restHigh, restLow);
    signalInexact();
    return;
  }
  series(SINE, SINE_TERMS, squareHigh, squareLow, true);
  multiplyFraction(restHigh, restLow, wideHigh, wideLow);
  // The true value is a little smaller still, so that a result equal to r is inexact.
  const low = restLow - wideLow - 1;
  const high = restHigh - wideHigh - u64(restLow <= wideLow);
  setNormalised(RESULT, sign, restExponent, high, low | 1);
}
/** RESULT = cos r = 1 - w. */
function cosineOfRest(sign: u32): void {
  if (vanishing()) {
    setNumber(RESULT, Kind.finite, sign, BIAS, TOP_BIT);
    signalInexact();
    return;
  }
  series(COSINE, COSINE_TERMS, squareHigh, squareLow, true);
  const high = ~wideHigh, low = ~wideLow;
  setNormalised(RESULT, sign, BIAS - 1, high, low | 1);
}

/** RESULT = sin LEFT; only after `reduce`. */
export function sine(): void {
  const sign = signOf(LEFT) ^ quadrant >> 1 & 1;
  if (quadrant & 1) cosineOfRest(sign);
  else sineOfRest(sign ^ restSign);
}
/** RESULT = cos LEFT; only after `reduce`. */
export function cosine(): void {
  const sign = (quadrant + 1) >> 1 & 1;
  if (quadrant & 1) sineOfRest(sign ^ restSign);
  else cosineOfRest(sign);
}

/** RESULT = tan LEFT: sin r / cos r, or -cos r / sin r. Only after `reduce`. */
export function tangent(): void {
  const sign = signOf(LEFT) ^ restSign ^ quadrant & 1;
  if (!(quadrant & 1) && vanishing()) {
    sineOfRest(sign);
    return;
  }
  if (quadrant & 1) sineOfRest(0);
  else cosineOfRest(0);
  const bHigh = highOf(RESULT), bLow = lowOf(RESULT), bExponent = exponentOf(RESULT);
  if (quadrant & 1) cosineOfRest(0);
  else sineOfRest(0);
  divideWideNumber(sign, bExponent, bHigh, bLow);
}

/** RESULT, of 128 bits, divided by a number of 128 bits. */
export function divideWideNumber(sign: u32, bExponent: i32, bHigh: u64, bLow: u64): void {
  let aHigh = highOf(RESULT), aLow = lowOf(RESULT), exponent = exponentOf(RESULT) - bExponent + BIAS;
  if (aHigh > bHigh || (aHigh == bHigh && aLow >= bLow)) {
    aLow = aHigh << 63 | aLow >> 1;
    aHigh >>= 1;
  } else exponent--;
  divideFraction(aHigh, aLow, bHigh, bLow);
  setWideNumber(RESULT, sign, exponent, wideHigh, wideLow | 1);
}
