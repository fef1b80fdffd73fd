// MUL IMUL DIV IDIV.
//
// Manual: SF ZF PF AF after multiplication are undefined; SF ZF PF follow the low half here, as on most processors.
// Division leaves the flags alone; an overflowing quotient is #DE.
import { Vector, faulted, raise } from '../raise';
import { setOtherFlags } from '../flags';
import { isMemory, readE, readG, register, setRegister, writeG } from '../operands';
import { gpr64, opImmediate, setGpr16 } from '../state';
import { divideUnsigned, high, multiplySigned, multiplyUnsigned } from '../wide';

const RAX: u32 = 0;
const RDX: u32 = 2;

@inline function failed<F>(): bool { return isMemory<F>() && faulted(); }

export function mul_Eb<F>(): void {
  const v = readE<u8, F>();
  if (failed<F>()) return;
  const product = <u32><u8>gpr64(RAX) * <u32>v;
  setGpr16(RAX, product);
  const over = <u64>(product > 0xff);
  setOtherFlags<u8>(<u8>product, over, over);
}

export function mul_E<T, F>(): void {
  const v = readE<T, F>();
  if (failed<F>()) return;
  let low: u64;
  let top: u64;
  if (sizeof<T>() == 8) {
    low = multiplyUnsigned(gpr64(RAX), <u64>v);
    top = high;
  } else {
    low = <u64>register<T>(RAX) * <u64>v;
    top = low >> <u64>(sizeof<T>() * 8);
  }
  setRegister<T>(RAX, <T>low);
  setRegister<T>(RDX, <T>top);
  const over = <u64>(top != 0);
  setOtherFlags<T>(<T>low, over, over);
}

export function imul_Eb<F>(): void {
  const v = readE<u8, F>();
  if (failed<F>()) return;
  const product = <i32><i8>gpr64(RAX) * <i32><i8>v;
  setGpr16(RAX, <u32>product);
  const over = <u64>(product != <i32><i8>product);
  setOtherFlags<u8>(<u8>product, over, over);
}

/** Sign-extended value of an operand. */
@inline function extend<T>(v: T): i64 {
  if (sizeof<T>() == 2) return <i64><i16>v;
  if (sizeof<T>() == 4) return <i64><i32>v;
  return <i64>v;
}

export function imul_E<T, F>(): void {
  const v = readE<T, F>();
  if (failed<F>()) return;
  let low: u64;
  let top: u64;
  if (sizeof<T>() == 8) {
    low = multiplySigned(<i64>gpr64(RAX), <i64>v);
    top = high;
  } else {
    low = <u64>(extend<T>(register<T>(RAX)) * extend<T>(v));
    top = low >> <u64>(sizeof<T>() * 8);
  }
  setRegister<T>(RAX, <T>low);
  setRegister<T>(RDX, <T>top);
  // Overflow: the high half is not the sign of the low one.
  const over = <u64>(<T>top != <T>(extend<T>(<T>low) >> 63));
  setOtherFlags<T>(<T>low, over, over);
}

@inline function product<T>(a: T, b: T): void {
  if (sizeof<T>() == 8) {
    const low = multiplySigned(<i64>a, <i64>b);
    const over = <u64>(high != <u64>(<i64>low >> 63));
    writeG<T>(<T>low);
    setOtherFlags<T>(<T>low, over, over);
  } else {
    const full = extend<T>(a) * extend<T>(b);
    const over = <u64>(full != extend<T>(<T>full));
    writeG<T>(<T>full);
    setOtherFlags<T>(<T>full, over, over);
  }
}
export function imul_G_E<T, F>(): void { const v = readE<T, F>(); if (!failed<F>()) product<T>(readG<T>(), v); }
export function imul_G_E_I<T, F>(): void { const v = readE<T, F>(); if (!failed<F>()) product<T>(v, <T>opImmediate()); }

export function div_Eb<F>(): void {
  const v = <u32>readE<u8, F>();
  if (failed<F>()) return;
  const dividend = <u32><u16>gpr64(RAX);
  if (v == 0 || dividend / v > 0xff) return raise(Vector.de);
  setGpr16(RAX, (dividend / v) | ((dividend % v) << 8));
}

export function div_E<T, F>(): void {
  const v = <u64>readE<T, F>();
  if (failed<F>()) return;
  const top = <u64>register<T>(RDX);
  const low = <u64>register<T>(RAX);
  // Also sees a divisor of 0.
  if (top >= v) return raise(Vector.de);
  if (sizeof<T>() == 8) {
    const quotient = divideUnsigned(top, low, v);
    setRegister<T>(RAX, <T>quotient);
    setRegister<T>(RDX, <T>high);
  } else {
    const dividend = (top << <u64>(sizeof<T>() * 8)) | low;
    setRegister<T>(RAX, <T>(dividend / v));
    setRegister<T>(RDX, <T>(dividend % v));
  }
}

export function idiv_Eb<F>(): void {
  const v = <i32><i8>readE<u8, F>();
  if (failed<F>()) return;
  const dividend = <i32><i16>gpr64(RAX);
  if (v == 0) return raise(Vector.de);
  const quotient = dividend / v;
  if (quotient != <i32><i8>quotient) return raise(Vector.de);
  setGpr16(RAX, (<u32>quotient & 0xff) | ((<u32>(dividend % v) & 0xff) << 8));
}

export function idiv_E<T, F>(): void {
  const v = readE<T, F>();
  if (failed<F>()) return;
  if (v == 0) return raise(Vector.de);
  if (sizeof<T>() == 8) {
    divideSigned(gpr64(RDX), gpr64(RAX), <i64>v);
  } else {
    const dividend = <i64>((extend<T>(register<T>(RDX)) << <i64>(sizeof<T>() * 8)) | <i64><u64>register<T>(RAX));
    const divisor = extend<T>(v);
    // -2^63 / -1 would trap in WebAssembly; its quotient overflows anyway.
    if (divisor == -1 && dividend == i64.MIN_VALUE) return raise(Vector.de);
    const quotient = dividend / divisor;
    if (quotient != extend<T>(<T>quotient)) return raise(Vector.de);
    setRegister<T>(RAX, <T>quotient);
    setRegister<T>(RDX, <T>(dividend % divisor));
  }
}

/** (top:low) / divisor, on magnitudes; the remainder has the sign of the dividend. */
function divideSigned(top: u64, low: u64, divisor: i64): void {
  const negative = <i64>top < 0;
  if (negative) {
    low = 0 - low;
    top = ~top + <u64>(low == 0);
  }
  const magnitude = divisor < 0 ? 0 - <u64>divisor : <u64>divisor;
  if (top >= magnitude) return raise(Vector.de);
  const quotient = divideUnsigned(top, low, magnitude);
  const negate = negative != divisor < 0;
  if (quotient > (negate ? <u64>1 << 63 : ~(<u64>1 << 63))) return raise(Vector.de);
  setRegister<u64>(RAX, negate ? 0 - quotient : quotient);
  setRegister<u64>(RDX, negative ? 0 - high : high);
}
