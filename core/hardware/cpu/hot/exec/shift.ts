// SHL SHR SAR ROL ROR RCL RCR SHLD SHRD.
//
// Counts are taken modulo 32 (64 with 64-bit operands); a count of 0 changes no flag. OF is defined for a count of 1;
// for others it is computed by the same formula. AF is left 0.
import { faulted } from '../raise';
import { carry, setOtherFlags, setStatus } from '../flags';
import { commitE, isMemory, modifyE, readG } from '../operands';
import { Flag, gpr64, opImmediate } from '../state';

const RCX: u32 = 1;

@inline function failed<F>(): bool { return isMemory<F>() && faulted(); }
@inline function mask<T>(count: u64): u64 { return count & (sizeof<T>() == 8 ? 63 : 31); }
@inline function width<T>(): u64 { return <u64>(sizeof<T>() * 8); }
@inline function top<T>(v: T): u64 { return <u64>v >> (width<T>() - 1); }
@inline function byImmediate<T>(): u64 { return mask<T>(<u64>opImmediate()); }
@inline function byCl<T>(): u64 { return mask<T>(gpr64(RCX)); }

@inline function signed<T>(v: T): i64 {
  if (sizeof<T>() == 1) return <i64><i8>v;
  if (sizeof<T>() == 2) return <i64><i16>v;
  if (sizeof<T>() == 4) return <i64><i32>v;
  return <i64>v;
}

// Narrow values are shifted as 64-bit numbers; counts up to 31 cannot lose the bit that becomes CF.
@inline function shl<T>(v: T, count: u64): T {
  const result = <T>(<u64>v << count);
  const out = sizeof<T>() == 8 ? (<u64>v >> (64 - count)) & 1 : ((<u64>v << count) >> width<T>()) & 1;
  setOtherFlags<T>(result, out, top<T>(result) ^ out);
  return result;
}
@inline function shr<T>(v: T, count: u64): T {
  const result = <T>(<u64>v >> count);
  setOtherFlags<T>(result, (<u64>v >> (count - 1)) & 1, top<T>(v));
  return result;
}
@inline function sar<T>(v: T, count: u64): T {
  const result = <T>(signed<T>(v) >> <i64>count);
  setOtherFlags<T>(result, <u64>(signed<T>(v) >> <i64>(count - 1)) & 1, 0);
  return result;
}

/** Rotates touch CF and OF only. */
function setRotateFlags(out: u64, over: u64): void { setStatus(Flag.cf | Flag.of_, out | (over << 11)); }

@inline function rol<T>(v: T, count: u64): T {
  const n = count & (width<T>() - 1);
  const result = n ? <T>((<u64>v << n) | (<u64>v >> (width<T>() - n))) : v;
  const out = <u64>result & 1;
  setRotateFlags(out, top<T>(result) ^ out);
  return result;
}
@inline function ror<T>(v: T, count: u64): T {
  const n = count & (width<T>() - 1);
  const result = n ? <T>((<u64>v >> n) | (<u64>v << (width<T>() - n))) : v;
  const out = top<T>(result);
  setRotateFlags(out, out ^ ((<u64>result >> (width<T>() - 2)) & 1));
  return result;
}
/** Rotation of width + 1 bits; a count that is a multiple of that changes nothing (possible for 8 and 16 bits). */
@inline function through<T>(count: u64): u64 { return sizeof<T>() < 4 ? count % (width<T>() + 1) : count; }
@inline function rcl<T>(v: T, count: u64): T {
  const n = through<T>(count);
  if (n == 0) return v;
  const out = (<u64>v >> (width<T>() - n)) & 1;
  const low = n == 1 ? 0 : <u64>v >> (width<T>() + 1 - n);
  const result = <T>((<u64>v << n) | (carry() << (n - 1)) | low);
  setRotateFlags(out, top<T>(result) ^ out);
  return result;
}
@inline function rcr<T>(v: T, count: u64): T {
  const n = through<T>(count);
  if (n == 0) return v;
  const out = (<u64>v >> (n - 1)) & 1;
  const upper = n == 1 ? 0 : <u64>v << (width<T>() + 1 - n);
  // With 64-bit operands and n = 64 impossible, all shifts stay below 64.
  const result = <T>((<u64>v >> n) | (carry() << (width<T>() - n)) | upper);
  setRotateFlags(out, top<T>(result) ^ ((<u64>result >> (width<T>() - 2)) & 1));
  return result;
}

export function shl_E_I<T, F>(): void { const v = modifyE<T, F>(); const n = byImmediate<T>(); if (!failed<F>()) commitE<T, F>(n ? shl<T>(v, n) : v); }
export function shl_E_1<T, F>(): void { const v = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(shl<T>(v, 1)); }
export function shl_E_CL<T, F>(): void { const v = modifyE<T, F>(); const n = byCl<T>(); if (!failed<F>()) commitE<T, F>(n ? shl<T>(v, n) : v); }
export function shr_E_I<T, F>(): void { const v = modifyE<T, F>(); const n = byImmediate<T>(); if (!failed<F>()) commitE<T, F>(n ? shr<T>(v, n) : v); }
export function shr_E_1<T, F>(): void { const v = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(shr<T>(v, 1)); }
export function shr_E_CL<T, F>(): void { const v = modifyE<T, F>(); const n = byCl<T>(); if (!failed<F>()) commitE<T, F>(n ? shr<T>(v, n) : v); }
export function sar_E_I<T, F>(): void { const v = modifyE<T, F>(); const n = byImmediate<T>(); if (!failed<F>()) commitE<T, F>(n ? sar<T>(v, n) : v); }
export function sar_E_1<T, F>(): void { const v = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(sar<T>(v, 1)); }
export function sar_E_CL<T, F>(): void { const v = modifyE<T, F>(); const n = byCl<T>(); if (!failed<F>()) commitE<T, F>(n ? sar<T>(v, n) : v); }
export function rol_E_I<T, F>(): void { const v = modifyE<T, F>(); const n = byImmediate<T>(); if (!failed<F>()) commitE<T, F>(n ? rol<T>(v, n) : v); }
export function rol_E_1<T, F>(): void { const v = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(rol<T>(v, 1)); }
export function rol_E_CL<T, F>(): void { const v = modifyE<T, F>(); const n = byCl<T>(); if (!failed<F>()) commitE<T, F>(n ? rol<T>(v, n) : v); }
export function ror_E_I<T, F>(): void { const v = modifyE<T, F>(); const n = byImmediate<T>(); if (!failed<F>()) commitE<T, F>(n ? ror<T>(v, n) : v); }
export function ror_E_1<T, F>(): void { const v = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(ror<T>(v, 1)); }
export function ror_E_CL<T, F>(): void { const v = modifyE<T, F>(); const n = byCl<T>(); if (!failed<F>()) commitE<T, F>(n ? ror<T>(v, n) : v); }
export function rcl_E_I<T, F>(): void { const v = modifyE<T, F>(); const n = byImmediate<T>(); if (!failed<F>()) commitE<T, F>(rcl<T>(v, n)); }
export function rcl_E_1<T, F>(): void { const v = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(rcl<T>(v, 1)); }
export function rcl_E_CL<T, F>(): void { const v = modifyE<T, F>(); const n = byCl<T>(); if (!failed<F>()) commitE<T, F>(rcl<T>(v, n)); }
export function rcr_E_I<T, F>(): void { const v = modifyE<T, F>(); const n = byImmediate<T>(); if (!failed<F>()) commitE<T, F>(rcr<T>(v, n)); }
export function rcr_E_1<T, F>(): void { const v = modifyE<T, F>(); if (!failed<F>()) commitE<T, F>(rcr<T>(v, 1)); }
export function rcr_E_CL<T, F>(): void { const v = modifyE<T, F>(); const n = byCl<T>(); if (!failed<F>()) commitE<T, F>(rcr<T>(v, n)); }

/** Bits come in from `from`. Manual: 16 bits with a count above 16 are undefined; bits then come from `v` again. */
@inline function shld<T>(v: T, from: T, count: u64): T {
  let result: T;
  let out: u64;
  if (sizeof<T>() == 2) {
    const joined = (<u64>v << 32) | (<u64>from << 16) | <u64>v;
    result = <T>((joined << count) >> 32);
    out = (joined >> (48 - count)) & 1;
  } else {
    result = <T>((<u64>v << count) | (<u64>from >> (width<T>() - count)));
    out = (<u64>v >> (width<T>() - count)) & 1;
  }
  setOtherFlags<T>(result, out, top<T>(result) ^ top<T>(v));
  return result;
}
@inline function shrd<T>(v: T, from: T, count: u64): T {
  let result: T;
  let out: u64;
  if (sizeof<T>() == 2) {
    const joined = (<u64>v << 32) | (<u64>from << 16) | <u64>v;
    result = <T>(joined >> count);
    out = (joined >> (count - 1)) & 1;
  } else {
    result = <T>((<u64>v >> count) | (<u64>from << (width<T>() - count)));
    out = (<u64>v >> (count - 1)) & 1;
  }
  setOtherFlags<T>(result, out, top<T>(result) ^ top<T>(v));
  return result;
}
export function shld_E_G_I<T, F>(): void { const v = modifyE<T, F>(); const n = byImmediate<T>(); if (!failed<F>()) commitE<T, F>(n ? shld<T>(v, readG<T>(), n) : v); }
export function shld_E_G_CL<T, F>(): void { const v = modifyE<T, F>(); const n = byCl<T>(); if (!failed<F>()) commitE<T, F>(n ? shld<T>(v, readG<T>(), n) : v); }
export function shrd_E_G_I<T, F>(): void { const v = modifyE<T, F>(); const n = byImmediate<T>(); if (!failed<F>()) commitE<T, F>(n ? shrd<T>(v, readG<T>(), n) : v); }
export function shrd_E_G_CL<T, F>(): void { const v = modifyE<T, F>(); const n = byCl<T>(); if (!failed<F>()) commitE<T, F>(n ? shrd<T>(v, readG<T>(), n) : v); }
