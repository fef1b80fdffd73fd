// x87 state as memory images hold it: tag words, control word, and the environment of FSTENV and FSAVE (SDM vol. 1 §8.1.10, §10.5.1).
//
//            protected, 32-bit              real, 32-bit                        16-bit
//   +0       FCW                            FCW                                 +0  FCW
//   +4       FSW                            FSW                                 +2  FSW
//   +8       FTW                            FTW                                 +4  FTW
//   +12      FIP                            FIP 15-0                            +6  FIP 15-0
//   +16      FCS 15-0, FOP 26-16            FIP 31-16 at 27-12, FOP 10-0        +8  FCS, or FIP 19-16 at 15-12, FOP 10-0
//   +20      FDP                            FDP 15-0                            +10 FDP 15-0
//   +24      FDS                            FDP 31-16 at 27-12                  +12 FDS, or FDP 19-16 at 15-12
// Upper halves that hold nothing are written as ones where the manual says "reserved". FCS and FDS are zero: they are
// deprecated (CPUID leaf 7 EBX bit 13).
import { Offset } from './gen/offsets';
import { read16, read32, write16, write32 } from './memory';
import { cpu, cr0, Cr0, Flag } from './state';
import { systemFlags } from './flags';
import { fcw, fsw, refreshSummary, registerAt, setFsw } from './x87';

const ONES: u64 = 0xffff_0000;

/** Bits 6, 7 and 13-15 of the control word cannot be changed. */
export function setFcw(value: u32): void {
  store<u16>(cpu, <u16>(value & 0x1f3f | 0x40), Offset.fcw);
  refreshSummary();
}
/** ES and B are what flags and masks say, whatever is loaded. */
export function setStatusWord(value: u32): void {
  setFsw(value);
  refreshSummary();
}

/** 0 valid, 1 zero, 2 special, 3 empty: from the contents of physical register `i`. */
function fullTag(i: u32): u32 {
  if ((<u32>load<u16>(cpu, Offset.ftw) >> (i << 1) & 3) == 3) return 3;
  const exponent = <u32>load<u16>(registerAt(i), Offset.fpr + 8) & 0x7fff;
  const significand = load<u64>(registerAt(i), Offset.fpr);
  if (exponent == 0) return significand == 0 ? 1 : 2;
  return exponent == 0x7fff || <i64>significand >= 0 ? 2 : 0;
}
function fullTags(): u32 {
  let tags: u32 = 0;
  for (let i: u32 = 0; i < 8; i++) tags |= fullTag(i) << (i << 1);
  return tags;
}
/** A loaded tag word only says which registers are empty. */
function setTags(tags: u32): void {
  let kept: u32 = 0;
  for (let i: u32 = 0; i < 16; i += 2) if ((tags >> i & 3) == 3) kept |= 3 << i;
  store<u16>(cpu, <u16>kept, Offset.ftw);
}

/** FXSAVE's form: one bit for each physical register, set if it is not empty. */
export function abridgedTags(): u32 {
  const tags = <u32>load<u16>(cpu, Offset.ftw);
  let bits: u32 = 0;
  for (let i: u32 = 0; i < 8; i++) bits |= u32((tags >> (i << 1) & 3) != 3) << i;
  return bits;
}
export function setAbridgedTags(bits: u32): void {
  let tags: u32 = 0;
  for (let i: u32 = 0; i < 8; i++) if ((bits >> i & 1) == 0) tags |= 3 << (i << 1);
  store<u16>(cpu, <u16>tags, Offset.ftw);
}

@inline function realFormat(): bool { return (cr0() & Cr0.pe) == 0 || (systemFlags() & Flag.vm) != 0; }
@inline function pointer(at: u32): u64 { return load<u64>(cpu + at); }
@inline function setPointer(at: u32, value: u64): void { store<u64>(cpu + at, value); }

/** Bytes of the environment at an operand size. */
@inline export function environmentBytes(wide: bool): u32 { return wide ? 28 : 14; }

/** Only after the whole image was found to be writable. */
export function writeEnvironment(a: u64, wide: bool): void {
  const fip = pointer(Offset.fip), fdp = pointer(Offset.fdp), fop = <u64>load<u16>(cpu, Offset.fop) & 0x7ff;
  if (wide) {
    write32(a, ONES | fcw());
    write32(a + 4, ONES | fsw());
    write32(a + 8, ONES | fullTags());
    const real = realFormat();
    write32(a + 12, real ? ONES | fip & 0xffff : fip);
    write32(a + 16, real ? fip >> 4 & 0x0fff_f000 | fop : fop << 16);
    write32(a + 20, real ? ONES | fdp & 0xffff : fdp);
    write32(a + 24, real ? fdp >> 4 & 0x0fff_f000 : ONES);
  } else {
    write16(a, fcw());
    write16(a + 2, fsw());
    write16(a + 4, fullTags());
    const real = realFormat();
    write16(a + 6, fip);
    write16(a + 8, real ? fip >> 4 & 0xf000 | fop : 0);
    write16(a + 10, fdp);
    write16(a + 12, real ? fdp >> 4 & 0xf000 : 0);
  }
}

/** Only after the whole image was found to be readable. */
export function readEnvironment(a: u64, wide: bool): void {
  const real = realFormat();
  if (wide) {
    const selector = read32(a + 16), last = read32(a + 24);
    setPointer(Offset.fip, real ? read16(a + 12) | (selector & 0x0fff_f000) << 4 : read32(a + 12));
    setPointer(Offset.fdp, real ? read16(a + 20) | (last & 0x0fff_f000) << 4 : read32(a + 20));
    store<u16>(cpu, <u16>((real ? selector : selector >> 16) & 0x7ff), Offset.fop);
    readWords(a, 4);
  } else {
    const selector = read16(a + 8), last = read16(a + 12);
    setPointer(Offset.fip, read16(a + 6) | (real ? (selector & 0xf000) << 4 : 0));
    setPointer(Offset.fdp, read16(a + 10) | (real ? (last & 0xf000) << 4 : 0));
    store<u16>(cpu, <u16>(real ? selector & 0x7ff : 0), Offset.fop);
    readWords(a, 2);
  }
}
function readWords(a: u64, step: u64): void {
  const control = <u32>read16(a), status = <u32>read16(a + step);
  setTags(<u32>read16(a + 2 * step));
  setFcw(control);
  setStatusWord(status);
}
