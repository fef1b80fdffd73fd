// 128-bit products and quotients of 64-bit numbers; the high half comes back in `high`.

/** High half of the last product, remainder of the last quotient. */
export let high: u64 = 0;

export function multiplyUnsigned(a: u64, b: u64): u64 {
  const a0 = a & 0xffff_ffff, a1 = a >> 32;
  const b0 = b & 0xffff_ffff, b1 = b >> 32;
  const low = a0 * b0;
  const middle = a1 * b0 + (low >> 32);
  const cross = a0 * b1 + (middle & 0xffff_ffff);
  high = a1 * b1 + (middle >> 32) + (cross >> 32);
  return a * b;
}

export function multiplySigned(a: i64, b: i64): u64 {
  const low = multiplyUnsigned(<u64>a, <u64>b);
  high -= (a < 0 ? <u64>b : 0) + (b < 0 ? <u64>a : 0);
  return low;
}

/** (top:low) / divisor where top < divisor; the remainder is left in `high`. Two digits of 32 bits (Knuth, algorithm D). */
export function divideUnsigned(top: u64, low: u64, divisor: u64): u64 {
  if (top == 0) {
    high = low % divisor;
    return low / divisor;
  }
  const shift = clz(divisor);
  const d = divisor << shift;
  const d1 = d >> 32, d0 = d & 0xffff_ffff;
  const n2 = shift ? (top << shift) | (low >> (64 - shift)) : top;
  const n = low << shift;
  const q1 = digit(n2, n >> 32, d1, d0);
  const r1 = ((n2 << 32) | (n >> 32)) - q1 * d;
  const q0 = digit(r1, n & 0xffff_ffff, d1, d0);
  high = (((r1 << 32) | (n & 0xffff_ffff)) - q0 * d) >> shift;
  return (q1 << 32) | q0;
}

/** One quotient digit of (n:next) by (d1:d0), d1 normalised. */
function digit(n: u64, next: u64, d1: u64, d0: u64): u64 {
  let q = n / d1;
  let r = n % d1;
  while (q >> 32 || q * d0 > ((r << 32) | next)) {
    q--;
    r += d1;
    if (r >> 32) break;
  }
  return q;
}
