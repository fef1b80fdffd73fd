// Conversions, rounding and approximations on XMM registers (SDM vol. 1 §10.4.1.2, §10.4.5, §11.4.1.5, §12.10.4).
import { linear } from '../operands';
import { read32, read64 } from '../memory';
import { faulted } from '../raise';
import { gpr32, gpr64, opImmediate, opReg, opRm, opSize, setGpr32, setGpr64 } from '../state';
import { Rounding } from '../softfloat';
import {
  mm, mmxReady, result, setMm, setXmm32, setXmm64, source, source32, source64, sseReady, zeroVector,
} from '../vector-operands';
import { mxcsrRounding, settle } from '../vector-float';
import {
  doubleToSingle, flat, integer32ToDouble, integer32ToSingle, integer64ToDouble, integer64ToSingle, reciprocal32, reciprocalRoot32, round32, round64,
  singleToDouble, toInteger32, toInteger64, wide,
} from '../vector-convert';
import { d0, d1, lanes32, lanes64, s0, s1, s2, s3 } from '../vector-lanes';
import { enterMmx } from '../x87';

@inline function finish(v: v128): void { if (settle()) result(v); }
/** Results of half the width fill the low half; the upper half is cleared. */
@inline function finishLow(low: u32, high: u32): void { finish(i64x2.replace_lane(zeroVector(), 0, <u64>low | <u64>high << 32)); }

// Scalar integer to floating point. The general source has 64 bits with REX.W.
@inline function generalWide(): i64 {
  if (!sseReady()) return 0;
  const rm = opRm();
  return rm != 0xff ? <i64>gpr64(rm) : <i64>read64(linear(8, false));
}
@inline function generalNarrow(): i32 {
  if (!sseReady()) return 0;
  const rm = opRm();
  return rm != 0xff ? <i32>gpr32(rm) : <i32>read32(linear(4, false));
}
export function cvtsi2ss(): void {
  const b = opSize() == 8 ? generalWide() : <i64>generalNarrow();
  if (faulted()) return;
  const r = opSize() == 8 ? integer64ToSingle(b) : integer32ToSingle(<i32>b);
  if (settle()) setXmm32(opReg(), r);
}
export function cvtsi2sd(): void {
  const b = opSize() == 8 ? generalWide() : <i64>generalNarrow();
  if (faulted()) return;
  const r = opSize() == 8 ? integer64ToDouble(b) : integer32ToDouble(<i32>b);
  if (settle()) setXmm64(opReg(), r);
}

// Scalar floating point to integer.
function setInteger(x: f64, rounding: u32): void {
  if (opSize() == 8) {
    const r = toInteger64(x, rounding);
    if (settle()) setGpr64(opReg(), r);
  } else {
    const r = toInteger32(x, rounding);
    if (settle()) setGpr32(opReg(), r);
  }
}
export function cvtss2si(): void { const b = source32(); if (!faulted()) setInteger(wide(b), mxcsrRounding()); }
export function cvttss2si(): void { const b = source32(); if (!faulted()) setInteger(wide(b), Rounding.chop); }
export function cvtsd2si(): void { const b = source64(); if (!faulted()) setInteger(flat(b), mxcsrRounding()); }
export function cvttsd2si(): void { const b = source64(); if (!faulted()) setInteger(flat(b), Rounding.chop); }

// Between the two floating-point types.
export function cvtss2sd(): void {
  const b = source32();
  if (faulted()) return;
  const r = singleToDouble(b);
  if (settle()) setXmm64(opReg(), r);
}
export function cvtsd2ss(): void {
  const b = source64();
  if (faulted()) return;
  const r = doubleToSingle(b);
  if (settle()) setXmm32(opReg(), r);
}
export function cvtps2pd(): void { const b = source64(); if (!faulted()) finish(lanes64(singleToDouble(<u32>b), singleToDouble(<u32>(b >> 32)))); }
export function cvtpd2ps(): void { const b = source(); if (!faulted()) finishLow(doubleToSingle(d0(b)), doubleToSingle(d1(b))); }

// Packed integers.
export function cvtdq2ps(): void {
  const b = source();
  if (!faulted()) finish(lanes32(integer32ToSingle(s0(b)), integer32ToSingle(s1(b)), integer32ToSingle(s2(b)), integer32ToSingle(s3(b))));
}
export function cvtdq2pd(): void { const b = source64(); if (!faulted()) result(lanes64(integer32ToDouble(<i32>b), integer32ToDouble(<i32>(b >> 32)))); }

function singlesToIntegers(b: v128, rounding: u32): void {
  finish(lanes32(toInteger32(wide(s0(b)), rounding), toInteger32(wide(s1(b)), rounding), toInteger32(wide(s2(b)), rounding), toInteger32(wide(s3(b)), rounding)));
}
function doublesToIntegers(b: v128, rounding: u32): void { finishLow(toInteger32(flat(d0(b)), rounding), toInteger32(flat(d1(b)), rounding)); }
export function cvtps2dq(): void { const b = source(); if (!faulted()) singlesToIntegers(b, mxcsrRounding()); }
export function cvttps2dq(): void { const b = source(); if (!faulted()) singlesToIntegers(b, Rounding.chop); }
export function cvtpd2dq(): void { const b = source(); if (!faulted()) doublesToIntegers(b, mxcsrRounding()); }
export function cvttpd2dq(): void { const b = source(); if (!faulted()) doublesToIntegers(b, Rounding.chop); }

// With an MMX register on one side. These enter the MMX state, as processors do even when #XM follows; a source in memory does not.
@inline function mmxIntegers(): u64 {
  if (!sseReady()) return 0;
  const rm = opRm();
  if (rm == 0xff) return read64(linear(8, false));
  return mmxReady() ? mm(rm) : 0;
}
@inline function leaveX87(): void { if (opRm() != 0xff) enterMmx(); }

export function cvtpi2ps(): void {
  const b = mmxIntegers();
  if (faulted()) return;
  const r = <u64>integer32ToSingle(<i32>b) | <u64>integer32ToSingle(<i32>(b >> 32)) << 32;
  leaveX87();
  if (settle()) setXmm64(opReg(), r);
}
export function cvtpi2pd(): void {
  const b = mmxIntegers();
  if (faulted()) return;
  leaveX87();
  result(lanes64(integer32ToDouble(<i32>b), integer32ToDouble(<i32>(b >> 32))));
}
function setMmxIntegers(low: u32, high: u32): void {
  enterMmx();
  if (settle()) setMm(opReg(), <u64>low | <u64>high << 32);
}
function singlesToMmx(truncate: bool): void {
  if (!mmxReady()) return;
  const b = source64();
  if (faulted()) return;
  const rounding: u32 = truncate ? Rounding.chop : mxcsrRounding();
  setMmxIntegers(toInteger32(wide(<u32>b), rounding), toInteger32(wide(<u32>(b >> 32)), rounding));
}
function doublesToMmx(truncate: bool): void {
  if (!mmxReady()) return;
  const b = source();
  if (faulted()) return;
  const rounding: u32 = truncate ? Rounding.chop : mxcsrRounding();
  setMmxIntegers(toInteger32(flat(d0(b)), rounding), toInteger32(flat(d1(b)), rounding));
}
export function cvtps2pi(): void { singlesToMmx(false); }
export function cvttps2pi(): void { singlesToMmx(true); }
export function cvtpd2pi(): void { doublesToMmx(false); }
export function cvttpd2pi(): void { doublesToMmx(true); }

// Rounding to integers in floating-point form.
@inline function control(): u32 { return <u8>opImmediate(); }
export function roundps(): void {
  const b = source();
  if (!faulted()) finish(lanes32(round32(s0(b), control()), round32(s1(b), control()), round32(s2(b), control()), round32(s3(b), control())));
}
export function roundpd(): void { const b = source(); if (!faulted()) finish(lanes64(round64(d0(b), control()), round64(d1(b), control()))); }
export function roundss(): void {
  const b = source32();
  if (faulted()) return;
  const r = round32(b, control());
  if (settle()) setXmm32(opReg(), r);
}
export function roundsd(): void {
  const b = source64();
  if (faulted()) return;
  const r = round64(b, control());
  if (settle()) setXmm64(opReg(), r);
}

// Approximations.
export function rcpps(): void { const b = source(); if (!faulted()) result(lanes32(reciprocal32(s0(b)), reciprocal32(s1(b)), reciprocal32(s2(b)), reciprocal32(s3(b)))); }
export function rcpss(): void { const b = source32(); if (!faulted()) setXmm32(opReg(), reciprocal32(b)); }
export function rsqrtps(): void {
  const b = source();
  if (!faulted()) result(lanes32(reciprocalRoot32(s0(b)), reciprocalRoot32(s1(b)), reciprocalRoot32(s2(b)), reciprocalRoot32(s3(b))));
}
export function rsqrtss(): void { const b = source32(); if (!faulted()) setXmm32(opReg(), reciprocalRoot32(b)); }
