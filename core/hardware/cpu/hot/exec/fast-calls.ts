// SYSCALL, SYSRET, SYSENTER, SYSEXIT: transfers between ring 3 and ring 0 through MSRs, without descriptors.
//
// SDM vol. 2; vol. 3, 5.8.7 and 5.8.8. CS and SS get fixed, flat contents whatever the descriptors say.
//   STAR      63-48 base for SYSRET: +16 CS of 64-bit code, +0 CS of 32-bit code, +8 SS | 47-32 CS for SYSCALL, +8 SS
//   SYSENTER  CS as the MSR says, +8 SS; SYSEXIT +16 CS and +24 SS of 32-bit code, +32 CS and +40 SS of 64-bit code
// SYSCALL from compatibility mode goes to CSTAR, as AMD's processors do; Intel's raise #UD there.
import { cancelStep, stepAtEnd } from '../debug';
import { Attribute, isNull, longMode, realMode } from '../descriptors';
import { readFlags, writeFlags } from '../flags';
import { Constant, Offset } from '../gen/offsets';
import { flagsChanged } from '../interrupts';
import { setPrivilege, updateMode } from '../mode';
import { raiseGp, raiseUd, stop } from '../raise';
import { setSegment } from '../segments';
import { canonical, cpl, cpu, Efer, efer, Flag, gpr32, gpr64, is64, opSize, rip, Seg, setGpr64, setRip } from '../state';

const RCX: u32 = 1;
const RDX: u32 = 2;
const RSP: u32 = 4;
const R11: u32 = 11;

const FLAT_CODE: u32 = Attribute.present | Attribute.segment | Attribute.code | Attribute.readable | Attribute.accessed | Attribute.granular;
const FLAT_DATA: u32 = Attribute.present | Attribute.segment | Attribute.writable | Attribute.accessed | Attribute.granular | Attribute.big;
const NO_LIMIT: u32 = 0xffff_ffff;

/** CS and SS for a level; `long`: 64-bit code. */
function setFlat(codeSelector: u32, stackSelector: u32, level: u32, long: bool): void {
  const width: u32 = long ? Attribute.long : Attribute.big;
  setSegment(Seg.cs, codeSelector, 0, NO_LIMIT, FLAT_CODE | width | (level << 5));
  setSegment(Seg.ss, stackSelector, 0, NO_LIMIT, FLAT_DATA | (level << 5));
  setPrivilege(level);
  updateMode();
}

export function syscall(): void {
  if (!(efer() & Efer.sce) || !longMode()) return raiseUd();
  const flags = readFlags();
  store<u64>(cpu, load<u64>(cpu, Offset.countSyscall) + 1, Offset.countSyscall);
  setGpr64(RCX, rip());
  setGpr64(R11, flags & ~(<u64>Flag.rf));
  if (load<u32>(cpu, Offset.occupant)) return stop(Constant.stopSyscall);
  const selector = <u32>(load<u64>(cpu, Offset.star) >> 32) & 0xfffc;
  setRip(is64() ? load<u64>(cpu, Offset.lstar) : load<u64>(cpu, Offset.cstar));
  setFlat(selector, selector + 8, 0, true);
  const now = (flags & ~load<u64>(cpu, Offset.sfmask) & ~(<u64>Flag.rf)) | 2;
  writeFlags(now);
  if (!(now & Flag.tf)) cancelStep();
}

export function sysret(): void {
  if (!(efer() & Efer.sce) || !is64()) return raiseUd();
  const wide = opSize() == 8;
  // As Intel's processors do: the fault comes while still in ring 0.
  if (cpl() != 0 || (wide && !canonical(gpr64(RCX)))) return raiseGp();
  const before = readFlags();
  const base = <u32>(load<u64>(cpu, Offset.star) >> 48);
  setRip(wide ? gpr64(RCX) : <u64>gpr32(RCX));
  setFlat(((base + (wide ? 16 : 0)) & 0xffff) | 3, ((base + 8) & 0xffff) | 3, 3, wide);
  const now = (gpr64(R11) & 0x3c_7fd7) | 2;
  writeFlags(now);
  flagsChanged(before, now);
  if (now & Flag.tf) stepAtEnd();
  else cancelStep();
}

export function sysenter(): void {
  const base = <u32>load<u64>(cpu, Offset.sysenterCs) & 0xffff;
  if (load<u32>(cpu, Offset.occupant)) return stop(Constant.stopSysenter);
  if (realMode() || isNull(base)) return raiseGp();
  store<u64>(cpu, load<u64>(cpu, Offset.countSyscall) + 1, Offset.countSyscall);
  const wide = longMode();
  const mask: u64 = wide ? ~0 : 0xffff_ffff;
  setGpr64(RSP, load<u64>(cpu, Offset.sysenterEsp) & mask);
  setRip(load<u64>(cpu, Offset.sysenterEip) & mask);
  setFlat(base & 0xfffc, (base & 0xfffc) + 8, 0, wide);
  writeFlags(readFlags() & ~(<u64>(Flag.if_ | Flag.vm | Flag.rf)));
}

export function sysexit(): void {
  const base = <u32>load<u64>(cpu, Offset.sysenterCs) & 0xfffc;
  if (realMode() || isNull(base) || cpl() != 0) return raiseGp();
  const wide = opSize() == 8;
  if (wide && (!canonical(gpr64(RCX)) || !canonical(gpr64(RDX)))) return raiseGp();
  const code = (base + (wide ? 32 : 16)) & 0xffff;
  setGpr64(RSP, wide ? gpr64(RCX) : <u64>gpr32(RCX));
  setRip(wide ? gpr64(RDX) : <u64>gpr32(RDX));
  setFlat(code | 3, ((code + 8) & 0xffff) | 3, 3, wide);
}
