// Floating-point arithmetic on XMM registers (SDM vol. 1 §10.4.1.2, §11.4.1.2, §12.3, §12.10).
//
// Packed forms have a fast path of their own: all lanes ordinary and the precision flag already set, so that nothing can
// change but the destination. Otherwise each lane goes through vector-float.ts.
import { faulted } from '../raise';
import { opImmediate, opReg } from '../state';
import { exceptions } from '../softfloat';
import { left, result, setXmm32, setXmm64, source, source32, source64, xmm32, xmm64 } from '../vector-operands';
import {
  add32, add64, divide32, divide64, multiply32, multiply64, plainMode, precisionWanted, root32, root64, settle, subtract32, subtract64,
  unmaskedExceptions,
} from '../vector-float';
import { maximum32, maximum64, minimum32, minimum64 } from '../vector-compare';
import { d0, d1, lanes32, lanes64, normalLanes32, normalLanes64, ordinaryLanes32, ordinaryLanes64, s0, s1, s2, s3 } from '../vector-lanes';

@inline function certain32(a: v128, b: v128): bool { return plainMode() && !precisionWanted() && ordinaryLanes32(a) && ordinaryLanes32(b); }
@inline function certain64(a: v128, b: v128): bool { return plainMode() && !precisionWanted() && ordinaryLanes64(a) && ordinaryLanes64(b); }
@inline function finish(v: v128): void { if (settle()) result(v); }
/** Scalar forms leave the upper part of the destination. */
@inline function finish32(v: u32): void { if (settle()) setXmm32(opReg(), v); }
@inline function finish64(v: u64): void { if (settle()) setXmm64(opReg(), v); }
/** An exception that is not masked was found: a further step is not done. */
@inline function stopped(): bool { return (exceptions & unmaskedExceptions()) != 0; }

export function addps(): void {
  const b = source();
  if (faulted()) return;
  const a = left(), r = f32x4.add(a, b);
  if (certain32(a, b) && ordinaryLanes32(r)) result(r);
  else finish(
    lanes32(add32(s0(a), s0(b)), add32(s1(a), s1(b)), add32(s2(a), s2(b)), add32(s3(a), s3(b))));
}
export function addpd(): void {
  const b = source();
  if (faulted()) return;
  const a = left(), r = f64x2.add(a, b);
  if (certain64(a, b) && ordinaryLanes64(r)) result(r);
  else finish(lanes64(add64(d0(a), d0(b)), add64(d1(a), d1(b))));
}
export function addss(): void { const b = source32(); if (!faulted()) finish32(add32(xmm32(opReg()), b)); }
export function addsd(): void { const b = source64(); if (!faulted()) finish64(add64(xmm64(opReg()), b)); }

export function subps(): void {
  const b = source();
  if (faulted()) return;
  const a = left(), r = f32x4.sub(a, b);
  if (certain32(a, b) && ordinaryLanes32(r)) result(r);
  else finish(
    lanes32(subtract32(s0(a), s0(b)), subtract32(s1(a), s1(b)), subtract32(s2(a), s2(b)), subtract32(s3(a), s3(b))));
}
export function subpd(): void {
  const b = source();
  if (faulted()) return;
  const a = left(), r = f64x2.sub(a, b);
  if (certain64(a, b) && ordinaryLanes64(r)) result(r);
  else finish(lanes64(subtract64(d0(a), d0(b)), subtract64(d1(a), d1(b))));
}
export function subss(): void { const b = source32(); if (!faulted()) finish32(subtract32(xmm32(opReg()), b)); }
export function subsd(): void { const b = source64(); if (!faulted()) finish64(subtract64(xmm64(opReg()), b)); }

export function mulps(): void {
  const b = source();
  if (faulted()) return;
  const a = left(), r = f32x4.mul(a, b);
  if (certain32(a, b) && normalLanes32(r)) result(r);
  else finish(
    lanes32(multiply32(s0(a), s0(b)), multiply32(s1(a), s1(b)), multiply32(s2(a), s2(b)), multiply32(s3(a), s3(b))));
}
export function mulpd(): void {
  const b = source();
  if (faulted()) return;
  const a = left(), r = f64x2.mul(a, b);
  if (certain64(a, b) && normalLanes64(r)) result(r);
  else finish(lanes64(multiply64(d0(a), d0(b)), multiply64(d1(a), d1(b))));
}
export function mulss(): void { const b = source32(); if (!faulted()) finish32(multiply32(xmm32(opReg()), b)); }
export function mulsd(): void { const b = source64(); if (!faulted()) finish64(multiply64(xmm64(opReg()), b)); }

export function divps(): void {
  const b = source();
  if (faulted()) return;
  const a = left(), r = f32x4.div(a, b);
  if (certain32(a, b) && normalLanes32(r)) result(r);
  else finish(
    lanes32(divide32(s0(a), s0(b)), divide32(s1(a), s1(b)), divide32(s2(a), s2(b)), divide32(s3(a), s3(b))));
}
export function divpd(): void {
  const b = source();
  if (faulted()) return;
  const a = left(), r = f64x2.div(a, b);
  if (certain64(a, b) && normalLanes64(r)) result(r);
  else finish(lanes64(divide64(d0(a), d0(b)), divide64(d1(a), d1(b))));
}
export function divss(): void { const b = source32(); if (!faulted()) finish32(divide32(xmm32(opReg()), b)); }
export function divsd(): void { const b = source64(); if (!faulted()) finish64(divide64(xmm64(opReg()), b)); }

export function minps(): void {
  const b = source();
  if (faulted()) return;
  const a = left();
  if (ordinaryLanes32(a) && ordinaryLanes32(b)) result(f32x4.pmin(b, a));
  else finish(lanes32(minimum32(s0(a), s0(b)), minimum32(s1(a), s1(b)), minimum32(s2(a), s2(b)), minimum32(s3(a), s3(b))));
}
export function minpd(): void {
  const b = source();
  if (faulted()) return;
  const a = left();
  if (ordinaryLanes64(a) && ordinaryLanes64(b)) result(f64x2.pmin(b, a));
  else finish(lanes64(minimum64(d0(a), d0(b)), minimum64(d1(a), d1(b))));
}
export function minss(): void { const b = source32(); if (!faulted()) finish32(minimum32(xmm32(opReg()), b)); }
export function minsd(): void { const b = source64(); if (!faulted()) finish64(minimum64(xmm64(opReg()), b)); }

export function maxps(): void {
  const b = source();
  if (faulted()) return;
  const a = left();
  if (ordinaryLanes32(a) && ordinaryLanes32(b)) result(f32x4.pmax(b, a));
  else finish(lanes32(maximum32(s0(a), s0(b)), maximum32(s1(a), s1(b)), maximum32(s2(a), s2(b)), maximum32(s3(a), s3(b))));
}
export function maxpd(): void {
  const b = source();
  if (faulted()) return;
  const a = left();
  if (ordinaryLanes64(a) && ordinaryLanes64(b)) result(f64x2.pmax(b, a));
  else finish(lanes64(maximum64(d0(a), d0(b)), maximum64(d1(a), d1(b))));
}
export function maxss(): void { const b = source32(); if (!faulted()) finish32(maximum32(xmm32(opReg()), b)); }
export function maxsd(): void { const b = source64(); if (!faulted()) finish64(maximum64(xmm64(opReg()), b)); }

export function sqrtps(): void {
  const b = source();
  if (!faulted()) finish(lanes32(root32(s0(b)), root32(s1(b)), root32(s2(b)), root32(s3(b))));
}
export function sqrtpd(): void { const b = source(); if (!faulted()) finish(lanes64(root64(d0(b)), root64(d1(b)))); }
export function sqrtss(): void { const b = source32(); if (!faulted()) finish32(root32(b)); }
export function sqrtsd(): void { const b = source64(); if (!faulted()) finish64(root64(b)); }

// Neighbours (SSE3): horizontal sums and differences, and differences beside sums.
export function haddps(): void {
  const b = source();
  if (faulted()) return;
  const a = left();
  finish(lanes32(add32(s0(a), s1(a)), add32(s2(a), s3(a)), add32(s0(b), s1(b)), add32(s2(b), s3(b))));
}
export function haddpd(): void {
  const b = source();
  if (faulted()) return;
  const a = left();
  finish(lanes64(add64(d0(a), d1(a)), add64(d0(b), d1(b))));
}
export function hsubps(): void {
  const b = source();
  if (faulted()) return;
  const a = left();
  finish(lanes32(subtract32(s0(a), s1(a)), subtract32(s2(a), s3(a)), subtract32(s0(b), s1(b)), subtract32(s2(b), s3(b))));
}
export function hsubpd(): void {
  const b = source();
  if (faulted()) return;
  const a = left();
  finish(lanes64(subtract64(d0(a), d1(a)), subtract64(d0(b), d1(b))));
}
export function addsubps(): void {
  const b = source();
  if (faulted()) return;
  const a = left();
  finish(lanes32(subtract32(s0(a), s0(b)), add32(s1(a), s1(b)), subtract32(s2(a), s2(b)), add32(s3(a), s3(b))));
}
export function addsubpd(): void {
  const b = source();
  if (faulted()) return;
  const a = left();
  finish(lanes64(subtract64(d0(a), d0(b)), add64(d1(a), d1(b))));
}

// Dot products (SSE4.1). Immediate bits 7-4 choose the products, 3-0 where the sum goes; each step rounds by itself.
@inline function product32(lane: u32, x: u32, y: u32): u32 { return <u32>opImmediate() >> (4 + lane) & 1 ? multiply32(x, y) : 0; }
@inline function product64(lane: u32, x: u64, y: u64): u64 { return <u32>opImmediate() >> (4 + lane) & 1 ? multiply64(x, y) : 0; }
@inline function place32(lane: u32, x: u32): u32 { return <u32>opImmediate() >> lane & 1 ? x : 0; }
@inline function place64(lane: u32, x: u64): u64 { return <u32>opImmediate() >> lane & 1 ? x : 0; }

/** ((a + b) + (c + d)); nothing is added any more once an exception forbids the result. */
@inline function sum32(a: u32, b: u32, c: u32, d: u32): u32 { return stopped() ? 0 : add32(add32(a, b), add32(c, d)); }
@inline function sum64(a: u64, b: u64): u64 { return stopped() ? 0 : add64(a, b); }
@inline function nan32(x: u32): bool { return (x & 0x7fff_ffff) > 0x7f80_0000; }
@inline function nan64(x: u64): bool { return (x & 0x7fff_ffff_ffff_ffff) > 0x7ff0_0000_0000_0000; }

/**
 * Manual: the lanes are said to get one and the same sum. Processors add in each lane from its own side, which shows when
 * several products are NaNs: even lanes take the odd product of a pair first, upper lanes the upper pair.
 */
export function dpps(): void {
  const b = source();
  if (faulted()) return;
  const a = left();
  const p0 = product32(0, s0(a), s0(b)), p1 = product32(1, s1(a), s1(b)), p2 = product32(2, s2(a), s2(b)), p3 = product32(3, s3(a), s3(b));
  const sum = sum32(p1, p0, p3, p2);
  let r = i32x4.splat(sum);
  if (nan32(sum)) r = lanes32(sum, sum32(p0, p1, p2, p3), sum32(p3, p2, p1, p0), sum32(p2, p3, p0, p1));
  finish(lanes32(place32(0, s0(r)), place32(1, s1(r)), place32(2, s2(r)), place32(3, s3(r))));
}
export function dppd(): void {
  const b = source();
  if (faulted()) return;
  const a = left();
  const p0 = product64(0, d0(a), d0(b)), p1 = product64(1, d1(a), d1(b));
  const sum = sum64(p0, p1);
  finish(lanes64(place64(0, sum), place64(1, nan64(sum) ? sum64(p1, p0) : sum)));
}
