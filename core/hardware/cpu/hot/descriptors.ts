// Descriptors: finding them in the GDT or LDT, and reading their fields (SDM vol. 3, 3.4.5 and 5.2).
//
// A descriptor is kept as one u64, as it lies in memory:
//   63-56 base 31-24 | 55 G | 54 D/B | 53 L | 52 AVL | 51-48 limit 19-16 | 47 P | 46-45 DPL | 44 S | 43-40 type | 39-16 base 23-0 | 15-0 limit 15-0
// A gate:
//   63-48 offset 31-16 | 47 P | 46-45 DPL | 44 S=0 | 43-40 type | 36-32 parameters or IST | 31-16 selector | 15-0 offset 15-0
// Attributes of the state block: bits 0-7 the access byte (47-40), 8-11 AVL L D/B G (55-52), 15 unusable.
import { systemFlags } from './flags';
import { Offset } from './gen/offsets';
import { readSystem8, readSystem64, writeSystem8 } from './memory';
import { faulted, raiseError, Vector } from './raise';
import { cpu, Cr0, cr0, Efer, efer, Flag, Seg, segmentAttributes, segmentBase, segmentLimit } from './state';

export const enum Attribute {
  accessed = 1, writable = 2, readable = 2, down = 4, conforming = 4, code = 8, segment = 0x10, present = 0x80,
  avl = 0x100, long = 0x200, big = 0x400, granular = 0x800, unusable = 0x8000,
}

/** Types of system descriptors (SDM vol. 3, table 3-2). */
export const enum System {
  tss16 = 1, ldt = 2, busyTss16 = 3, callGate16 = 4, taskGate = 5, interruptGate16 = 6, trapGate16 = 7,
  tss = 9, busyTss = 11, callGate = 12, interruptGate = 14, trapGate = 15,
}

const NOWHERE: u64 = 0xffff_ffff_ffff_ffff;

/** Bit EXT of error codes: 1 while an event is delivered that no INT instruction caused (SDM vol. 3, 6.13). */
export let external: u32 = 0;
@inline export function setExternal(value: u32): void { external = value; }

/** A fault whose error code names a selector. */
export function raiseSelector(vector: u32, selector: u32): void {
  raiseError(vector, (selector & 0xfffc) | external);
}

@inline export function realMode(): bool { return (cr0() & Cr0.pe) == 0; }
/** Protected mode runs code of the 8086 (SDM vol. 3, 21.2); IA-32e mode never does. */
@inline export function virtual8086(): bool { return (systemFlags() & Flag.vm) != 0; }
/** Selectors name descriptors: neither real nor virtual-8086 mode. */
@inline export function protectedMode(): bool { return !realMode() && !virtual8086(); }
@inline export function longMode(): bool { return (efer() & Efer.lma) != 0; }
@inline export function isNull(selector: u32): bool { return (selector & 0xfffc) == 0; }

@inline export function typeOf(descriptor: u64): u32 { return <u32>(descriptor >> 40) & 15; }
@inline export function dplOf(descriptor: u64): u32 { return <u32>(descriptor >> 45) & 3; }
@inline export function isSegment(descriptor: u64): bool { return (descriptor & (1 << 44)) != 0; }
@inline export function isPresent(descriptor: u64): bool { return (descriptor & (1 << 47)) != 0; }
@inline export function isLong(descriptor: u64): bool { return (descriptor & (1 << 53)) != 0; }
@inline export function isBig(descriptor: u64): bool { return (descriptor & (1 << 54)) != 0; }
@inline export function isCode(descriptor: u64): bool { return (descriptor & (0x18 << 40)) == (0x18 << 40); }
@inline export function isConforming(descriptor: u64): bool { return (typeOf(descriptor) & Attribute.conforming) != 0; }
@inline export function isWritableData(descriptor: u64): bool { return (descriptor & (0x1a << 40)) == (0x12 << 40); }

@inline export function attributesOf(descriptor: u64): u32 { return (<u32>(descriptor >> 40) & 0xff) | ((<u32>(descriptor >> 52) & 15) << 8); }
@inline export function baseOf(descriptor: u64): u64 { return ((descriptor >> 16) & 0xff_ffff) | ((descriptor >> 32) & 0xff00_0000); }
export function limitOf(descriptor: u64): u32 {
  const limit = <u32>(descriptor & 0xffff) | (<u32>(descriptor >> 32) & 0xf_0000);
  return descriptor & (1 << 55) ? (limit << 12) | 0xfff : limit;
}

@inline export function gateSelector(gate: u64): u32 { return <u32>(gate >> 16) & 0xffff; }
@inline export function gateOffset(gate: u64): u64 { return (gate & 0xffff) | ((gate >> 32) & 0xffff_0000); }

/** Table addresses are linear: 64 bits in IA-32e mode, else they wrap at 4 GiB. */
@inline export function systemAddress(address: u64): u64 { return longMode() ? address : address & 0xffff_ffff; }

/** Linear address of `bytes` (8 or 16) of descriptor, or NOWHERE beyond the table's limit. */
function descriptorAddress(selector: u32, bytes: u32): u64 {
  const offset = selector & 0xfff8;
  if (!(selector & 4)) {
    if (offset + bytes - 1 > load<u32>(cpu, Offset.gdtLimit)) return NOWHERE;
    return systemAddress(load<u64>(cpu, Offset.gdtBase) + offset);
  }
  if (segmentAttributes(Seg.ldtr) & Attribute.unusable || offset + bytes - 1 > segmentLimit(Seg.ldtr)) return NOWHERE;
  return systemAddress(segmentBase(Seg.ldtr) + offset);
}

/** True if the table has room for it; for LAR, LSL, VERR, VERW, which ask instead of faulting. */
export function hasDescriptor(selector: u32, bytes: u32): bool {
  return !isNull(selector) && descriptorAddress(selector, bytes) != NOWHERE;
}

/** Reads a descriptor; outside the table it raises `vector` (#GP or #TS) for the selector. Check `faulted()`. */
export function fetchDescriptor(selector: u32, vector: u32): u64 {
  const address = descriptorAddress(selector, 8);
  if (address == NOWHERE) {
    raiseSelector(vector, selector);
    return 0;
  }
  return readSystem64(address);
}

/**
 * The upper half of a 16-byte descriptor of IA-32e mode (SDM vol. 3, 7.2.3): base or offset bits 63-32.
 * Its type field must be 0, so that nobody takes it for a descriptor of its own.
 */
export function fetchUpperHalf(selector: u32): u64 {
  const address = descriptorAddress(selector, 16);
  if (address == NOWHERE) {
    raiseSelector(Vector.gp, selector);
    return 0;
  }
  const upper = readSystem64(address + 8);
  if (!faulted() && upper & (0x1f << 40)) raiseSelector(Vector.gp, selector);
  return upper << 32;
}

/** Sets a bit of the access byte in memory: accessed (1) of a segment, busy (2) of a TSS. May fault. */
export function markDescriptor(selector: u32, descriptor: u64, bit: u32): void {
  if (descriptor & (<u64>bit << 40)) return;
  const at = descriptorAddress(selector, 8) + 5;
  writeSystem8(at, readSystem8(at) | bit);
}

/** Clears the busy bit of a TSS descriptor, at a task switch. */
export function clearBusy(selector: u32): void {
  const at = descriptorAddress(selector, 8) + 5;
  if (at == NOWHERE + 5) return;
  writeSystem8(at, readSystem8(at) & ~2);
}

/** True if `size` bytes at `offset` lie within the segment (SDM vol. 3, 5.3). */
export function withinLimit(attributes: u32, limit: u32, offset: u32, size: u32): bool {
  const last = offset + size - 1;
  if (last < offset) return false;
  if ((attributes & (Attribute.code | Attribute.down)) == Attribute.down) {
    return offset > limit && (attributes & Attribute.big ? true : last <= 0xffff);
  }
  return last <= limit;
}
