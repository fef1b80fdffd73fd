// SHA-1 and SHA-256 instructions (SDM vol. 2, SHA1RNDS4 and following; FIPS 180-4 for the functions).
//
// The manual's words count from the top: A or W0 is lane 3.
import { faulted } from '../raise';
import { opImmediate } from '../state';
import { left, result, source, xmm } from '../vector-operands';
import { lanes32, s0, s1, s2, s3 } from '../vector-lanes';

/** FIPS 180-4 §4.2.1. */
@inline function constant(stage: u32): u32 { return stage == 0 ? 0x5a82_7999 : stage == 1 ? 0x6ed9_eba1 : stage == 2 ? 0x8f1b_bcdc : 0xca62_c1d6; }

@inline function choose(x: u32, y: u32, z: u32): u32 { return x & y ^ ~x & z; }
@inline function majority(x: u32, y: u32, z: u32): u32 { return x & y ^ x & z ^ y & z; }
@inline function mix(stage: u32, x: u32, y: u32, z: u32): u32 { return stage == 0 ? choose(x, y, z) : stage == 2 ? majority(x, y, z) : x ^ y ^ z; }

/** Four rounds; the first word of the source already contains E. */
export function sha1rnds4(): void {
  const w = source();
  if (faulted()) return;
  const state = left(), stage = <u32>opImmediate() & 3;
  let a = s3(state), b = s2(state), c = s1(state), d = s0(state), e: u32 = 0;
  for (let round: u32 = 0; round < 4; round++) {
    const word = round == 0 ? s3(w) : round == 1 ? s2(w) : round == 2 ? s1(w) : s0(w);
    const next = mix(stage, b, c, d) + rotl<u32>(a, 5) + word + e + constant(stage);
    e = d;
    d = c;
    c = rotl<u32>(b, 30);
    b = a;
    a = next;
  }
  result(lanes32(d, c, b, a));
}
export function sha1nexte(): void { const b = source(); if (!faulted()) result(i32x4.replace_lane(b, 3, s3(b) + rotl<u32>(s3(left()), 30))); }
export function sha1msg1(): void {
  const b = source();
  if (faulted()) return;
  const a = left();
  result(lanes32(s2(b) ^ s0(a), s3(b) ^ s1(a), s0(a) ^ s2(a), s1(a) ^ s3(a)));
}
export function sha1msg2(): void {
  const b = source();
  if (faulted()) return;
  const a = left();
  const first = rotl<u32>(s3(a) ^ s2(b), 1);
  result(lanes32(rotl<u32>(s0(a) ^ first, 1), rotl<u32>(s1(a) ^ s0(b), 1), rotl<u32>(s2(a) ^ s1(b), 1), first));
}

@inline function bigSigma0(x: u32): u32 { return rotr<u32>(x, 2) ^ rotr<u32>(x, 13) ^ rotr<u32>(x, 22); }
@inline function bigSigma1(x: u32): u32 { return rotr<u32>(x, 6) ^ rotr<u32>(x, 11) ^ rotr<u32>(x, 25); }
@inline function sigma0(x: u32): u32 { return rotr<u32>(x, 7) ^ rotr<u32>(x, 18) ^ x >>> 3; }
@inline function sigma1(x: u32): u32 { return rotr<u32>(x, 17) ^ rotr<u32>(x, 19) ^ x >>> 10; }

/** Two rounds: C D G H in the destination, A B E F in the source, words with constants in XMM0. */
export function sha256rnds2(): void {
  const abef = source();
  if (faulted()) return;
  const cdgh = left(), words = xmm(0);
  let a = s3(abef), b = s2(abef), c = s3(cdgh), d = s2(cdgh), e = s1(abef), f = s0(abef), g = s1(cdgh), h = s0(cdgh);
  for (let round: u32 = 0; round < 2; round++) {
    const t = choose(e, f, g) + bigSigma1(e) + (round == 0 ? s0(words) : s1(words)) + h;
    const next = t + majority(a, b, c) + bigSigma0(a);
    h = g;
    g = f;
    f = e;
    e = t + d;
    d = c;
    c = b;
    b = a;
    a = next;
  }
  result(lanes32(f, e, b, a));
}
export function sha256msg1(): void {
  const b = source();
  if (faulted()) return;
  const a = left();
  result(lanes32(s0(a) + sigma0(s1(a)), s1(a) + sigma0(s2(a)), s2(a) + sigma0(s3(a)), s3(a) + sigma0(s0(b))));
}
export function sha256msg2(): void {
  const b = source();
  if (faulted()) return;
  const a = left();
  const w16 = s0(a) + sigma1(s2(b)), w17 = s1(a) + sigma1(s3(b));
  result(lanes32(w16, w17, s2(a) + sigma1(w16), s3(a) + sigma1(w17)));
}
