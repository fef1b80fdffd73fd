// String comparison in XMM registers: PCMPESTRI, PCMPESTRM, PCMPISTRI, PCMPISTRM (SDM vol. 2 §4.1).
//
//   immediate   0 words instead of bytes, 1 signed, 2-3 aggregation (equal any, ranges, equal each, equal ordered),
//               4 negate the result, 5 but only where the second string is valid, 6 last index, or mask of whole elements
// Results are sets of elements of the second string, as bits. Lengths: the first zero element, or EAX and EDX.
import { setStatus } from '../flags';
import { faulted } from '../raise';
import { Flag, gpr32, gpr64, opImmediate, opSize, setGpr32 } from '../state';
import { left, setXmm, sourceUnaligned, zeroVector } from '../vector-operands';

const enum Aggregation { any = 0, ranges = 1, each = 2, ordered = 3 }

@inline function control(): u32 { return <u8>opImmediate(); }
@inline function words(): bool { return (control() & 1) != 0; }
@inline function signed(): bool { return (control() & 2) != 0; }
@inline function elements(): u32 { return words() ? 8 : 16; }
@inline function bits(count: u32): u32 { return (1 << count) - 1; }
@inline function mask(v: v128): u32 { return words() ? i16x8.bitmask(v) : i8x16.bitmask(v); }

/** Elements of `b` that equal element `i` of `a`; or are at least that, or at most. */
@inline function spread(a: v128, i: u32): v128 {
  return words() ? i8x16.swizzle(a, i16x8.splat(<i16>(i * 0x0202 + 0x0100))) : i8x16.swizzle(a, i8x16.splat(<i8>i));
}
@inline function equal(x: v128, b: v128): u32 { return mask(words() ? i16x8.eq(x, b) : i8x16.eq(x, b)); }
@inline function notBelow(b: v128, x: v128): u32 {
  if (signed()) return mask(words() ? i16x8.ge_s(b, x) : i8x16.ge_s(b, x));
  return mask(words() ? i16x8.ge_u(b, x) : i8x16.ge_u(b, x));
}

function aggregate(a: v128, aLength: u32, b: v128, bLength: u32): u32 {
  const all = bits(elements()), aValid = bits(aLength), bValid = bits(bLength);
  let found: u32 = 0;
  switch (control() >> 2 & 3) {
    case Aggregation.any:
      for (let i: u32 = 0; i < aLength; i++) found |= equal(spread(a, i), b);
      return found & bValid;
    case Aggregation.ranges:
      for (let i: u32 = 0; i + 1 < aLength; i += 2) found |= notBelow(b, spread(a, i)) & notBelow(spread(a, i + 1), b);
      return found & bValid;
    case Aggregation.each:
      return equal(a, b) & aValid & bValid | all & ~aValid & ~bValid;
    default:
      // What would lie beyond the second string's register counts as equal.
      found = all;
      for (let i: u32 = 0; i < aLength; i++) found &= (equal(spread(a, i), b) & bValid) >> i | ~(all >> i);
      return found & all;
  }
}

/** The result of comparison, with its flags; `aLength` and `bLength` in elements. */
function compare(a: v128, aLength: u32, b: v128, bLength: u32): u32 {
  let r = aggregate(a, aLength, b, bLength);
  if (control() & 16) r ^= control() & 32 ? bits(bLength) : bits(elements());
  setStatus(Flag.status, (r ? Flag.cf : 0) | (bLength < elements() ? Flag.zf : 0) | (aLength < elements() ? Flag.sf : 0) | (r & 1 ? Flag.of_ : 0));
  return r;
}

/** Elements before the first zero. */
function implicitLength(v: v128): u32 {
  const zeros = mask(words() ? i16x8.eq(v, zeroVector()) : i8x16.eq(v, zeroVector()));
  return zeros ? ctz(zeros) : elements();
}
/** The absolute value of EAX or EDX (RAX, RDX with REX.W), at most the number of elements. */
function explicitLength(register: u32): u32 {
  const value: i64 = opSize() == 8 ? <i64>gpr64(register) : <i64><i32>gpr32(register);
  const magnitude: u64 = value < 0 ? 0 - <u64>value : <u64>value;
  return magnitude > <u64>elements() ? elements() : <u32>magnitude;
}

function setIndex(r: u32): void { setGpr32(1, r == 0 ? elements() : control() & 64 ? 31 - clz(r) : ctz(r)); }
function setMask(r: u32): void {
  if (!(control() & 64)) {
    setXmm(0, i32x4.replace_lane(zeroVector(), 0, r));
    return;
  }
  const own = words() ? i16x8(1, 2, 4, 8, 16, 32, 64, 128) : i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
  if (words()) setXmm(0, i16x8.eq(v128.and(i16x8.splat(<i16>r), own), own));
  else setXmm(0, i8x16.eq(v128.and(i8x16.shuffle(i8x16.splat(<i8>r), i8x16.splat(<i8>(r >> 8)), 0, 1, 2, 3, 4, 5, 6, 7, 24, 25, 26, 27, 28, 29, 30, 31), own), own));
}

export function pcmpistri(): void { const b = sourceUnaligned(); if (!faulted()) setIndex(compare(left(), implicitLength(left()), b, implicitLength(b))); }
export function pcmpistrm(): void { const b = sourceUnaligned(); if (!faulted()) setMask(compare(left(), implicitLength(left()), b, implicitLength(b))); }
export function pcmpestri(): void { const b = sourceUnaligned(); if (!faulted()) setIndex(compare(left(), explicitLength(0), b, explicitLength(2))); }
export function pcmpestrm(): void { const b = sourceUnaligned(); if (!faulted()) setMask(compare(left(), explicitLength(0), b, explicitLength(2))); }
