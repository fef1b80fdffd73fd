// Floating-point comparison on XMM registers (SDM vol. 1 §10.4.3, §11.4.1.3).
import { setStatus } from '../flags';
import { faulted } from '../raise';
import { Flag, opImmediate, opReg } from '../state';
import { left, result, setXmm32, setXmm64, source, source32, source64, xmm32, xmm64 } from '../vector-operands';
import { settle } from '../vector-float';
import { holds32, holds64, relate32, relate64, Relation } from '../vector-compare';
import { d0, d1, lanes32, lanes64, s0, s1, s2, s3 } from '../vector-lanes';

/** The immediate's bits above the three of the predicate mean nothing here. */
@inline function predicate(): u32 { return <u32>opImmediate() & 7; }
@inline function test32(x: u32, y: u32): u32 { return 0 - u32(holds32(x, y, predicate())); }
@inline function test64(x: u64, y: u64): u64 { return 0 - u64(holds64(x, y, predicate())); }

export function cmpps(): void {
  const b = source();
  if (faulted()) return;
  const a = left();
  const r = lanes32(test32(s0(a), s0(b)), test32(s1(a), s1(b)), test32(s2(a), s2(b)), test32(s3(a), s3(b)));
  if (settle()) result(r);
}
export function cmppd(): void {
  const b = source();
  if (faulted()) return;
  const a = left();
  const r = lanes64(test64(d0(a), d0(b)), test64(d1(a), d1(b)));
  if (settle()) result(r);
}
export function cmpss(): void {
  const b = source32();
  if (faulted()) return;
  const r = test32(xmm32(opReg()), b);
  if (settle()) setXmm32(opReg(), r);
}
export function cmpsd_Vsd_Wsd(): void {
  const b = source64();
  if (faulted()) return;
  const r = test64(xmm64(opReg()), b);
  if (settle()) setXmm64(opReg(), r);
}

/** ZF PF CF: unordered 111, greater 000, less 001, equal 100; OF SF AF are cleared. */
function setRelation(relation: u32): void {
  if (!settle()) return;
  setStatus(Flag.status, relation == Relation.unordered ? Flag.zf | Flag.pf | Flag.cf : relation == Relation.less ? Flag.cf : relation == Relation.equal ? Flag.zf : 0);
}
export function comiss(): void { const b = source32(); if (!faulted()) setRelation(relate32(xmm32(opReg()), b, true)); }
export function comisd(): void { const b = source64(); if (!faulted()) setRelation(relate64(xmm64(opReg()), b, true)); }
export function ucomiss(): void { const b = source32(); if (!faulted()) setRelation(relate32(xmm32(opReg()), b, false)); }
export function ucomisd(): void { const b = source64(); if (!faulted()) setRelation(relate64(xmm64(opReg()), b, false)); }
