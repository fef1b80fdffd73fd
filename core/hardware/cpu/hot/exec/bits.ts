// BT BTS BTR BTC BSF BSR TZCNT LZCNT POPCNT CRC32 ADCX ADOX.
import { faulted } from '../raise';
import { carry, overflow, setLogicFlags, setStatus, writeFlags, readFlags } from '../flags';
import { modifyT, commitT, readT } from '../memory';
import { commitE, effective, isMemory, modifyE, readE, readG, register, segmented, setRegister, writeG } from '../operands';
import { FLAT, Flag, Op, op, opImmediate, opRm, opSegment } from '../state';

@inline function failed<F>(): bool { return isMemory<F>() && faulted(); }
@inline function width<T>(): u64 { return <u64>(sizeof<T>() * 8); }

const enum Change { none, set, reset, complement }

@inline function changed<T>(v: T, bit: u64, change: u32): T {
  const mask = <T>(<u64>1 << bit);
  if (change == Change.set) return <T>(v | mask);
  if (change == Change.reset) return <T>(v & <T>~mask);
  return <T>(v ^ mask);
}
@inline function setCarry(v: u64): void { setStatus(Flag.cf, v & 1); }

/** A bit offset in a register may reach any element before or behind the operand (SDM vol. 2, BT). */
@inline function element<T>(write: bool): u64 {
  let offset: i64;
  if (sizeof<T>() == 2) offset = <i64><i16>readG<T>() >> 4 << 1;
  else if (sizeof<T>() == 4) offset = <i64><i32>readG<T>() >> 5 << 2;
  else offset = <i64>readG<T>() >> 6 << 3;
  let a = effective() + <u64>offset;
  const size = load<u8>(op, Op.addressSize);
  if (size == 4) a &= 0xffff_ffff;
  else if (size == 2) a &= 0xffff;
  return opSegment() >= FLAT ? a : segmented(opSegment(), a, <u32>sizeof<T>(), write);
}

@inline function byRegister<T, F>(change: u32): void {
  const bit = <u64>readG<T>() & (width<T>() - 1);
  if (isMemory<F>()) {
    const a = element<T>(change != Change.none);
    const v = change == Change.none ? readT<T>(a) : modifyT<T>(a);
    if (faulted()) return;
    if (change != Change.none) commitT<T>(changed<T>(v, bit, change));
    setCarry(<u64>v >> bit);
  } else {
    const v = register<T>(opRm());
    if (change != Change.none) setRegister<T>(opRm(), changed<T>(v, bit, change));
    setCarry(<u64>v >> bit);
  }
}
@inline function byImmediate<T, F>(change: u32): void {
  const bit = <u64>opImmediate() & (width<T>() - 1);
  const v = change == Change.none ? readE<T, F>() : modifyE<T, F>();
  if (failed<F>()) return;
  if (change != Change.none) commitE<T, F>(changed<T>(v, bit, change));
  setCarry(<u64>v >> bit);
}

export function bt_E_G<T, F>(): void { byRegister<T, F>(Change.none); }
export function bts_E_G<T, F>(): void { byRegister<T, F>(Change.set); }
export function btr_E_G<T, F>(): void { byRegister<T, F>(Change.reset); }
export function btc_E_G<T, F>(): void { byRegister<T, F>(Change.complement); }
export function bt_E_I<T, F>(): void { byImmediate<T, F>(Change.none); }
export function bts_E_I<T, F>(): void { byImmediate<T, F>(Change.set); }
export function btr_E_I<T, F>(): void { byImmediate<T, F>(Change.reset); }
export function btc_E_I<T, F>(): void { byImmediate<T, F>(Change.complement); }

/** A source of 0 sets ZF and leaves the destination as it was, as AMD documents and Intel does. */
export function bsf<T, F>(): void {
  const v = readE<T, F>();
  if (failed<F>()) return;
  setLogicFlags<T>(v);
  if (v != 0) writeG<T>(<T>ctz<u64>(<u64>v));
}
export function bsr<T, F>(): void {
  const v = readE<T, F>();
  if (failed<F>()) return;
  setLogicFlags<T>(v);
  if (v != 0) writeG<T>(<T>(63 - clz<u64>(<u64>v)));
}

@inline function counted<T>(result: T, carryFlag: bool): void {
  writeG<T>(result);
  setStatus(Flag.status, <u64>carryFlag | (result == 0 ? <u64>Flag.zf : 0));
}
export function tzcnt<T, F>(): void {
  const v = readE<T, F>();
  if (!failed<F>()) counted<T>(v == 0 ? <T>width<T>() : <T>ctz<u64>(<u64>v), v == 0);
}
export function lzcnt<T, F>(): void {
  const v = readE<T, F>();
  if (!failed<F>()) counted<T>(<T>(clz<u64>(<u64>v) - (64 - width<T>())), v == 0);
}
export function popcnt_G_E<T, F>(): void {
  const v = readE<T, F>();
  if (failed<F>()) return;
  writeG<T>(<T>popcnt<u64>(<u64>v));
  setStatus(Flag.status, v == 0 ? Flag.zf : 0);
}

/** CRC-32C (polynomial 11EDC6F41, reflected 82F63B78), one byte. */
function crcByte(crc: u32, value: u32): u32 {
  crc ^= value;
  for (let i = 0; i < 8; i++) crc = (crc >> 1) ^ (0x82f6_3b78 & (0 - (crc & 1)));
  return crc;
}
/** The destination is 32 or 64 bits wide by REX.W; the upper half of a 64-bit one becomes 0. */
export function crc32_Eb<F>(): void {
  const v = readE<u8, F>();
  if (!failed<F>()) writeG<u32>(crcByte(readG<u32>(), v));
}
export function crc32_E<T, F>(): void {
  let v = <u64>readE<T, F>();
  if (failed<F>()) return;
  let crc = readG<u32>();
  for (let i: u32 = 0; i < <u32>sizeof<T>(); i++) {
    crc = crcByte(crc, <u32>v & 0xff);
    v >>= 8;
  }
  writeG<u32>(crc);
}

@inline function sumCarry<T>(l: T, r: T, c: u64): u64 {
  const s = <T>(l + r + <T>c);
  return <u64>(c ? s <= l : s < l);
}
export function adcx<T, F>(): void {
  const r = readE<T, F>();
  if (failed<F>()) return;
  const l = readG<T>();
  const c = carry();
  writeG<T>(<T>(l + r + <T>c));
  setStatus(Flag.cf, sumCarry<T>(l, r, c));
}
export function adox<T, F>(): void {
  const r = readE<T, F>();
  if (failed<F>()) return;
  const l = readG<T>();
  const c = overflow();
  writeG<T>(<T>(l + r + <T>c));
  setStatus(Flag.of_, sumCarry<T>(l, r, c) << 11);
}

export function clc(): void { setStatus(Flag.cf, 0); }
export function stc(): void { setStatus(Flag.cf, 1); }
export function cmc(): void { writeFlags(readFlags() ^ Flag.cf); }
