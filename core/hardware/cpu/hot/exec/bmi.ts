// BMI1 and BMI2: ANDN BEXTR BLSI BLSMSK BLSR BZHI MULX PDEP PEXT RORX SARX SHLX SHRX.
import { faulted } from '../raise';
import { setOtherFlags, setStatus } from '../flags';
import { isMemory, readE, readG, register, setRegister, writeG } from '../operands';
import { Flag, gpr64, opImmediate, opVvvv } from '../state';
import { high, multiplyUnsigned } from '../wide';

const RDX: u32 = 2;

@inline function failed<F>(): bool { return isMemory<F>() && faulted(); }
@inline function width<T>(): u64 { return <u64>(sizeof<T>() * 8); }
@inline function readB<T>(): T { return register<T>(opVvvv()); }
@inline function writeB<T>(v: T): void { setRegister<T>(opVvvv(), v); }

export function andn<T, F>(): void {
  const v = readE<T, F>();
  if (failed<F>()) return;
  const result = <T>(~readB<T>() & v);
  writeG<T>(result);
  setOtherFlags<T>(result, 0, 0);
}
export function blsr<T, F>(): void {
  const v = readE<T, F>();
  if (failed<F>()) return;
  const result = <T>(v & (v - 1));
  writeB<T>(result);
  setOtherFlags<T>(result, <u64>(v == 0), 0);
}
export function blsmsk<T, F>(): void {
  const v = readE<T, F>();
  if (failed<F>()) return;
  const result = <T>(v ^ (v - 1));
  writeB<T>(result);
  setOtherFlags<T>(result, <u64>(v == 0), 0);
}
export function blsi<T, F>(): void {
  const v = readE<T, F>();
  if (failed<F>()) return;
  const result = <T>(v & (0 - v));
  writeB<T>(result);
  setOtherFlags<T>(result, <u64>(v != 0), 0);
}
export function bzhi<T, F>(): void {
  const v = readE<T, F>();
  if (failed<F>()) return;
  const n = <u64>readB<T>() & 0xff;
  const result = n < width<T>() ? <T>(<u64>v & ((<u64>1 << n) - 1)) : v;
  writeG<T>(result);
  setOtherFlags<T>(result, <u64>(n >= width<T>()), 0);
}
export function bextr<T, F>(): void {
  const v = readE<T, F>();
  if (failed<F>()) return;
  const control = <u64>readB<T>();
  const start = control & 0xff;
  const length = (control >> 8) & 0xff;
  let result = start < 64 ? <u64>v >> start : 0;
  if (length < 64) result &= (<u64>1 << length) - 1;
  writeG<T>(<T>result);
  setStatus(Flag.status, result == 0 ? Flag.zf : 0);
}
export function mulx<T, F>(): void {
  const v = readE<T, F>();
  if (failed<F>()) return;
  // If both destinations are the same register, it holds the high half.
  if (sizeof<T>() == 8) {
    const low = multiplyUnsigned(gpr64(RDX), <u64>v);
    writeB<T>(<T>low);
    writeG<T>(<T>high);
  } else {
    const product = <u64><u32>gpr64(RDX) * <u64>v;
    writeB<T>(<T>product);
    writeG<T>(<T>(product >> 32));
  }
}
export function pdep<T, F>(): void {
  let mask = <u64>readE<T, F>();
  if (failed<F>()) return;
  let source = <u64>readB<T>();
  let result: u64 = 0;
  while (mask) {
    if (source & 1) result |= mask & (0 - mask);
    source >>= 1;
    mask &= mask - 1;
  }
  writeG<T>(<T>result);
}
export function pext<T, F>(): void {
  let mask = <u64>readE<T, F>();
  if (failed<F>()) return;
  const source = <u64>readB<T>();
  let result: u64 = 0;
  for (let bit: u64 = 1; mask; bit <<= 1) {
    if (source & mask & (0 - mask)) result |= bit;
    mask &= mask - 1;
  }
  writeG<T>(<T>result);
}
export function rorx<T, F>(): void {
  const v = readE<T, F>();
  if (failed<F>()) return;
  const n = <u64>opImmediate() & (width<T>() - 1);
  writeG<T>(n ? <T>((<u64>v >> n) | (<u64>v << (width<T>() - n))) : v);
}
export function shlx<T, F>(): void { const v = readE<T, F>(); if (!failed<F>()) writeG<T>(<T>(<u64>v << (<u64>readB<T>() & (width<T>() - 1)))); }
export function shrx<T, F>(): void { const v = readE<T, F>(); if (!failed<F>()) writeG<T>(<T>(<u64>v >> (<u64>readB<T>() & (width<T>() - 1)))); }
export function sarx<T, F>(): void {
  const v = readE<T, F>();
  if (failed<F>()) return;
  const n = <u64>readB<T>() & (width<T>() - 1);
  if (sizeof<T>() == 8) writeG<T>(<T>(<i64>v >> <i64>n));
  else writeG<T>(<T>(<i64><i32>v >> <i64>n));
}
