// Debugging: single step, and breakpoints on instructions, data and ports (SDM vol. 3, 17.2 and 17.3).
//
//   DR6   0-3 condition of DR0-3 met | 13 BD access to a debug register under GD | 14 BS single step | 15 BT task switch
//   DR7   0-7 L0 G0 ... L3 G3 | 13 GD | 16 + 4n kind of n: 0 execute, 1 write, 2 port, 3 read or write | 18 + 4n length 1 2 8 4
//
// While TF is set or DR7 enables anything the run loop goes one instruction at a time and asks here before and after
// each. Pages with a data breakpoint never enter the TLB, so that every access to them reaches `watchAccess`.
import { Offset } from './gen/offsets';
import { deliverException } from './deliver';
import { raise, Vector } from './raise';
import { cpu, Cr4, cr4, Flag, instructionRip, is64, Seg, segmentBase } from './state';

export const enum Dr6 { bd = 0x2000, bs = 0x4000, bt = 0x8000 }
export const enum Dr7 { enables = 0xff, gd = 0x2000, fixed = 0x400 }
/** Bits that always read as 1; bits that can be set. */
export const DR6_RESERVED: u64 = 0xffff_0ff0;
export const DR7_OFFERED: u64 = 0xffff_23ff;

const enum Watch { execute = 0, write = 1, port = 2, access = 3 }

/** Register DR0-DR7 as it is held. */
@inline export function debugRegister(i: u32): u64 { return load<u64>(cpu + (<usize>i << 3), Offset.dr); }
@inline export function setDebugRegister(i: u32, value: u64): void { store<u64>(cpu + (<usize>i << 3), value, Offset.dr); }

@inline function enabled(control: u64, i: u32): bool { return ((control >> (i << 1)) & 3) != 0; }
@inline function kindOf(control: u64, i: u32): u32 { return <u32>(control >> (16 + (i << 2))) & 3; }
/** Length field to bytes: 1, 2, 8, 4. */
@inline function lengthOf(control: u64, i: u32): u64 {
  const field = <u32>(control >> (18 + (i << 2))) & 3;
  return field == 2 ? 8 : <u64>field + 1;
}

/** Conditions met by the current instruction, not yet reported; MOV SS leaves them to the next one of the same CPU. */
let met: u64 = 0;
let carrier: usize = 0;
/** TF was set when the current instruction began. */
let stepping: bool = false;
/** The #DB under way is a fault that an access to a debug register raised: only then is RF pushed as 1. */
export let detected: bool = false;

export function debugArmed(): bool {
  return (load<u64>(cpu, Offset.rflags) & Flag.tf) != 0 || (debugRegister(7) & Dr7.enables) != 0;
}

/** Raises #DB for an instruction breakpoint, unless `resuming` (RF was set, or MOV SS came before). */
export function beforeStep(resuming: bool): void {
  const carried = carrier == cpu ? met : 0;
  carrier = 0;
  met = 0;
  stepping = (load<u64>(cpu, Offset.rflags) & Flag.tf) != 0;
  const control = debugRegister(7);
  if (resuming || !(control & Dr7.enables)) {
    met = carried;
    return;
  }
  const at = is64() ? instructionRip : (segmentBase(Seg.cs) + instructionRip) & 0xffff_ffff;
  for (let i: u32 = 0; i < 4; i++) {
    if (enabled(control, i) && kindOf(control, i) == Watch.execute && debugRegister(i) == at) met |= 1 << i;
  }
  if (met) {
    noteHits(met);
    raise(Vector.db);
  }
  met = carried;
}

/** Bits 0-3 of DR6 are those of this #DB only; the others stay until software clears them (SDM vol. 3, 17.2.3). */
function noteHits(bits: u64): void {
  setDebugRegister(6, (debugRegister(6) & ~15) | bits);
}

/** Reports traps behind an instruction. After MOV SS and POP SS they wait for the next one (SDM vol. 3, 6.8.3). */
export function afterStep(): void {
  if (load<u32>(cpu, Offset.shadow) == 2) {
    carrier = cpu;
    return;
  }
  const hits = met | (stepping ? <u64>Dr6.bs : 0);
  met = 0;
  stepping = false;
  if (!hits) return;
  noteHits(hits);
  deliverException(Vector.db, 0, false);
}

/** A software interrupt or SYSCALL cleared TF: the instruction itself is not stepped. */
@inline export function cancelStep(): void { stepping = false; }
/** INT1 is a #DB already: what MOV SS left is not reported again. */
@inline export function forgetHits(): void { met = 0; }

/** SYSRET is stepped if TF is set at its end, whatever it was at its beginning. */
export function stepAtEnd(): void {
  stepping = false;
  noteHits(met | Dr6.bs);
  met = 0;
  deliverException(Vector.db, 0, false);
}

/** MOV DR while DR7.GD is set: #DB as a fault. */
export function detectAccess(): void {
  setDebugRegister(6, debugRegister(6) | Dr6.bd);
  detected = true;
  raise(Vector.db);
}

/** The #DB handler is entered: it may use the debug registers. */
export function debugDelivered(): void {
  detected = false;
  setDebugRegister(7, debugRegister(7) & ~(<u64>Dr7.gd));
}

@inline function watchesData(control: u64, i: u32): bool {
  return enabled(control, i) && (kindOf(control, i) & 1) != 0;
}

/** True if a data breakpoint lies on the page of `linear`; the page must then stay out of the TLB. */
export function watchPage(linear: u64): bool {
  const control = debugRegister(7);
  if (!(control & Dr7.enables)) return false;
  for (let i: u32 = 0; i < 4; i++) {
    if (watchesData(control, i) && (debugRegister(i) ^ linear) >> 12 == 0) return true;
  }
  return false;
}

/** An access that reached the slow path: notes the data breakpoints it meets. */
export function watchAccess(linear: u64, size: u32, write: bool): void {
  const control = debugRegister(7);
  if (!(control & Dr7.enables)) return;
  for (let i: u32 = 0; i < 4; i++) {
    if (!watchesData(control, i) || (kindOf(control, i) == Watch.write && !write)) continue;
    if (overlaps(debugRegister(i), lengthOf(control, i), linear, size)) met |= 1 << i;
  }
}

/** The same for IN, OUT, INS, OUTS, while CR4.DE gives kind 2 its meaning. */
export function watchPort(port: u32, size: u32): void {
  const control = debugRegister(7);
  if (!(control & Dr7.enables) || !(cr4() & Cr4.de)) return;
  for (let i: u32 = 0; i < 4; i++) {
    if (!enabled(control, i) || kindOf(control, i) != Watch.port) continue;
    if (overlaps(debugRegister(i), lengthOf(control, i), port, size)) met |= 1 << i;
  }
}

/** A breakpoint covers `length` bytes from its address aligned to `length`. */
function overlaps(address: u64, length: u64, at: u64, size: u32): bool {
  const from = address & ~(length - 1);
  return from < at + size && at < from + length;
}
