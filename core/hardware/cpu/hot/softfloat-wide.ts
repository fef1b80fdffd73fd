// Integer arithmetic wider than a word, for the software floating point.
//
// WebAssembly has no 64 x 64 -> 128 multiplication and no 128 / 64 division; both are made of 32-bit halves here.
// A 128-bit result is left in `wideHigh` and `wideLow`: functions have one result, and a global costs less than memory.

export let wideHigh: u64 = 0;
export let wideLow: u64 = 0;
/** What `divideWide` left over. */
export let wideRest: u64 = 0;

@inline export function setWide(high: u64, low: u64): void { wideHigh = high; wideLow = low; }

/** wide = a * b */
@inline export function multiplyWide(a: u64, b: u64): void {
  const a0 = a & 0xffff_ffff, a1 = a >> 32, b0 = b & 0xffff_ffff, b1 = b >> 32;
  const low = a0 * b0;
  const middle = a1 * b0 + (low >> 32);
  const other = a0 * b1 + (middle & 0xffff_ffff);
  wideHigh = a1 * b1 + (middle >> 32) + (other >> 32);
  wideLow = other << 32 | low & 0xffff_ffff;
}

/**
 * high:low / divisor; the remainder goes to `wideRest`.
 * Only for high < divisor and a divisor with bit 63 set: then each 32-bit digit, estimated from the upper half of the
 * divisor, is at most two too large (Knuth, The Art of Computer Programming vol. 2, §4.3.1, theorem B).
 */
export function divideWide(high: u64, low: u64, divisor: u64): u64 {
  const upper = divisor >> 32, lower = divisor & 0xffff_ffff;
  const first = digit(high, low >> 32, upper, lower);
  const rest = (high << 32 | low >> 32) - first * divisor;
  const second = digit(rest, low & 0xffff_ffff, upper, lower);
  wideRest = (rest << 32 | low & 0xffff_ffff) - second * divisor;
  return first << 32 | second;
}

/** One 32-bit digit of the quotient of rest:next by upper:lower. */
function digit(rest: u64, next: u64, upper: u64, lower: u64): u64 {
  let q = rest / upper;
  let r = rest - q * upper;
  while (q >> 32 != 0 || q * lower > (r << 32 | next)) {
    q--;
    r += upper;
    if (r >> 32 != 0) break;
  }
  return q;
}

/**
 * Largest integer whose square is not above high:low, for high >= 2^62; the remainder of up to 65 bits goes to `wide`.
 * The double-precision root is good to about 52 bits; one Newton step makes it good to one unit.
 */
export function rootWide(high: u64, low: u64): u64 {
  const estimate = Math.sqrt(<f64>high) * 4294967296.0;
  let root: u64 = estimate >= 18446744073709551615.0 ? u64.MAX_VALUE : <u64>estimate;
  if (high < root) {
    const quotient = divideWide(high, low, root);
    root = (root >> 1) + (quotient >> 1) + (root & quotient & 1);
  } else root = high + ((0 - high) >> 1); // the topmost: the root of 2^128 - 2x 2^64 is close to 2^64 - x
  multiplyWide(root, root);
  while (wideHigh > high || (wideHigh == high && wideLow > low)) {
    root--;
    multiplyWide(root, root);
  }
  for (;;) {
    setWide(high - wideHigh - u64(wideLow > low), low - wideLow);
    // Done if the remainder is at most 2 * root.
    if (wideHigh < root >> 63 || (wideHigh == root >> 63 && wideLow <= root << 1)) break;
    root++;
    multiplyWide(root, root);
  }
  return root;
}

/** wide = high:low >> count, 0 <= count; a one that falls off the end stays visible in bit 0 ("sticky"). */
@inline export function shiftRightSticky(high: u64, low: u64, count: u32): void {
  if (count == 0) {
    wideHigh = high; wideLow = low;
  } else if (count < 64) {
    wideLow = high << (64 - count) | low >> count | u64(low << (64 - count) != 0);
    wideHigh = high >> count;
  } else if (count == 64) {
    wideLow = high | u64(low != 0);
    wideHigh = 0;
  } else {
    wideLow = count < 128 ? high >> (count - 64) | u64((high << (128 - count) | low) != 0) : u64((high | low) != 0);
    wideHigh = 0;
  }
}

/** wide = high:low << count, 0 <= count < 128. */
@inline export function shiftLeft(high: u64, low: u64, count: u32): void {
  if (count == 0) {
    wideHigh = high; wideLow = low;
  } else if (count < 64) {
    wideHigh = high << count | low >> (64 - count);
    wideLow = low << count;
  } else {
    wideHigh = low << (count - 64);
    wideLow = 0;
  }
}
