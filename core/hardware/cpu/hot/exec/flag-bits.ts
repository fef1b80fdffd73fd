// CLD STD LAHF SAHF SALC, and decimal arithmetic: DAA DAS AAA AAS AAM AAD (SDM vol. 2, outside 64-bit mode).
import { Offset } from '../gen/offsets';
import { Vector, raise } from '../raise';
import { adjust, carry, materialise, setLogicFlags, setOtherFlags, setStatus, statusFlags } from '../flags';
import { Flag, cpu, gpr16, gpr64, opImmediate, setGpr16 } from '../state';

const RAX: u32 = 0;

export function cld(): void { store<u64>(cpu, load<u64>(cpu, Offset.rflags) & ~(<u64>Flag.df), Offset.rflags); }
export function std(): void { store<u64>(cpu, load<u64>(cpu, Offset.rflags) | Flag.df, Offset.rflags); }

@inline function al(): u32 { return load<u8>(cpu, Offset.gpr); }
@inline function ah(): u32 { return load<u8>(cpu, Offset.gpr + 1); }
@inline function setAl(v: u32): void { store<u8>(cpu, <u8>v, Offset.gpr); }
@inline function setAh(v: u32): void { store<u8>(cpu, <u8>v, Offset.gpr + 1); }

export function lahf(): void { setAh((<u32>statusFlags() & 0xd5) | 2); }
export function sahf(): void { setStatus(0xd5, <u64>ah()); }
export function salc(): void { setAl(carry() ? 0xff : 0); }

/** SF, ZF, PF of AL with CF and AF given. */
function decimalFlags(carryFlag: bool, adjustFlag: bool): void {
  setLogicFlags<u8>(<u8>al());
  materialise();
  setStatus(Flag.cf | Flag.af, <u64>carryFlag | (<u64>adjustFlag << 4));
}

export function daa(): void {
  const old = al();
  let c = carry() != 0;
  const low = (old & 15) > 9 || adjust() != 0;
  const upper = old > 0x99 || c;
  let v = old;
  if (low) v += 6;
  if (upper) v += 0x60;
  c = upper;
  setAl(v);
  decimalFlags(c, low);
}
export function das(): void {
  const old = al();
  const c = carry() != 0;
  const low = (old & 15) > 9 || adjust() != 0;
  const upper = old > 0x99 || c;
  let v = old;
  if (low) v -= 6;
  if (upper) v -= 0x60;
  setAl(v);
  decimalFlags(upper || (low && old < 6), low);
}
export function aaa(): void {
  const low = (al() & 15) > 9 || adjust() != 0;
  if (low) setGpr16(RAX, gpr16(RAX) + 0x106);
  setAl(al() & 15);
  decimalFlags(low, low);
}
export function aas(): void {
  const low = (al() & 15) > 9 || adjust() != 0;
  if (low) setGpr16(RAX, gpr16(RAX) - 0x106);
  setAl(al() & 15);
  decimalFlags(low, low);
}
export function aam(): void {
  const base = <u32>opImmediate() & 0xff;
  if (base == 0) return raise(Vector.de);
  const v = al();
  setAh(v / base);
  setAl(v % base);
  setOtherFlags<u8>(<u8>al(), 0, 0);
}
export function aad(): void {
  setGpr16(RAX, (al() + ah() * (<u32>opImmediate() & 0xff)) & 0xff);
  setOtherFlags<u8>(<u8>gpr64(RAX), 0, 0);
}
