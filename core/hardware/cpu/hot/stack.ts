// Stacks of control transfers: pushes onto a stack that is not yet SS:RSP, and pops that move RSP only at the end.
//
// A transfer that changes stacks must not touch SS:RSP before its last check has passed. So it opens a frame (which
// stack, how wide its pointer is, for which ring), checks the room, pushes, and commits with `commitFrame`.
// A read position walks over SS:RSP in the same way for RET and IRET.
import { Offset } from './gen/offsets';
import { Attribute, raiseSelector, withinLimit } from './descriptors';
import { read16, read32, read64, readSystem16, readSystem32, readSystem64, write16, write32, write64, writeSystem16, writeSystem32, writeSystem64 } from './memory';
import { faulted, Vector } from './raise';
import { stackMask } from './segments';
import { canonical, cpl, cpu, is64, Seg, segmentAttributes, segmentBase, segmentLimit, setGpr16, setGpr64, gpr64 } from './state';

const RSP: u32 = 4;
const FULL: u64 = 0xffff_ffff_ffff_ffff;

/** The open frame: its pointer, the bits of the pointer that count, and the segment below it. */
let pointer: u64 = 0;
let mask: u64 = 0;
let base: u64 = 0;
let limit: u32 = 0;
let attributes: u32 = 0;
/** Pushes as a supervisor although CPL still is 3, because the frame belongs to an inner ring. */
let inner: bool = false;
/** Selector that #SS names: that of a new stack, 0 for the current one. */
let blamed: u32 = 0;

/** Pushes will go onto the current stack; `long`: the transfer pushes in 64-bit mode, whatever CS is now. */
export function openCurrent(long: bool): void {
  mask = long ? FULL : stackMask();
  pointer = gpr64(RSP) & mask;
  base = long ? 0 : segmentBase(Seg.ss);
  limit = segmentLimit(Seg.ss);
  attributes = segmentAttributes(Seg.ss);
  inner = false;
  blamed = 0;
}

/** Pushes will go onto a flat 64-bit stack at `top`, of privilege `level`. */
export function openLong(top: u64, level: u32): void {
  mask = FULL;
  pointer = top;
  base = 0;
  inner = cpl() == 3 && level != 3;
  blamed = 0;
}

/** Pushes will go onto a stack that a TSS of protected mode names. */
export function openLegacy(selector: u32, stackBase: u64, stackLimit: u32, stackAttributes: u32, top: u32): void {
  mask = stackAttributes & Attribute.big ? 0xffff_ffff : 0xffff;
  pointer = <u64>top & mask;
  base = stackBase;
  limit = stackLimit;
  attributes = stackAttributes;
  inner = cpl() == 3;
  blamed = selector;
}

/** Checks that `count` pushes of `size` bytes stay within the stack, else raises #SS. */
export function checkRoom(count: u32, size: u32): bool {
  let at = pointer;
  for (let i: u32 = 0; i < count; i++) {
    at = (at - size) & mask;
    const fits = mask == FULL ? canonical(at) && canonical(at + size - 1) : withinLimit(attributes, limit, <u32>at, size);
    if (!fits) {
      raiseSelector(Vector.ss, blamed);
      return false;
    }
  }
  return true;
}

/** Only after `checkRoom`. May raise a page fault. */
export function pushFrame(value: u64, size: u32): void {
  if (faulted()) return;
  pointer = (pointer - size) & mask;
  const at = mask == FULL ? pointer : (base + pointer) & 0xffff_ffff;
  if (inner) {
    if (size == 8) writeSystem64(at, value);
    else if (size == 4) writeSystem32(at, value);
    else writeSystem16(at, value);
  } else if (size == 8) write64(at, value);
  else if (size == 4) write32(at, value);
  else write16(at, value);
}

/** RSP becomes the frame's pointer; only after SS, if it changes, was installed. */
export function commitFrame(): void {
  setPointer(pointer, mask);
}

/** A 16-bit stack keeps the upper bits of RSP; a 32-bit one clears them (SDM vol. 1, 6.2.3 and 3.4.1.1). */
export function setPointer(value: u64, width: u64): void {
  if (width == 0xffff) setGpr16(RSP, <u32>value);
  else setGpr64(RSP, value & width);
}

/** Offset of the next pop from the top of the current stack, and the pointer width of that stack. */
let popped: u64 = 0;
let popMask: u64 = 0;

/** Pops go by the stack that is current now, even if SS changes before `commitPops`. */
export function openPops(): void {
  popped = 0;
  popMask = stackMask();
}
export function skipPops(bytes: u64): void { popped += bytes; }

/** Reads the next `size` bytes of the current stack with the rights of the current ring. Check `faulted()`. */
export function popFrame(size: u32): u64 {
  if (faulted()) return 0;
  const offset = (gpr64(RSP) + popped) & popMask;
  popped += size;
  if (is64()) {
    if (!canonical(offset) || !canonical(offset + size - 1)) raiseSelector(Vector.ss, 0);
  } else if (!withinLimit(segmentAttributes(Seg.ss), segmentLimit(Seg.ss), <u32>offset, size)) raiseSelector(Vector.ss, 0);
  if (faulted()) return 0;
  const at = is64() ? offset : (segmentBase(Seg.ss) + offset) & 0xffff_ffff;
  return size == 8 ? read64(at) : size == 4 ? read32(at) : read16(at);
}

/** RSP after the pops, on the stack they came from. */
export function commitPops(): void {
  setPointer(gpr64(RSP) + popped, popMask);
}

/** Reads `size` bytes at a distance above the current stack pointer, for the parameters of a call gate. */
export function peekStack(distance: u32, size: u32): u64 {
  openPops();
  popped = distance;
  return popFrame(size);
}

/**
 * Stack pointer and selector for an inner ring, from the TSS (SDM vol. 3, 7.2.1 and 7.7). `#TS` names the TSS if it is too short.
 *   64-bit TSS: RSP0-2 at 4 + 8n, IST1-7 at 28 + 8n      32-bit: ESPn at 4 + 8n, SSn behind      16-bit: SPn at 2 + 4n, SSn behind
 */
export function innerStack64(slot: u32): u64 {
  return readTask(4 + (slot << 3), 8);
}

export function innerStack(level: u32, wide: bool): u32 { return <u32>readTask(wide ? 4 + (level << 3) : 2 + (level << 2), wide ? 4 : 2); }
export function innerStackSelector(level: u32, wide: bool): u32 { return <u32>readTask(wide ? 8 + (level << 3) : 4 + (level << 2), 2); }

/** True if TR holds a 32-bit (or 64-bit) TSS. */
export function wideTask(): bool { return (segmentAttributes(Seg.tr) & 8) != 0; }

function readTask(offset: u32, size: u32): u64 {
  if (faulted()) return 0;
  const task = segmentAttributes(Seg.tr);
  if (task & Attribute.unusable || offset + size - 1 > segmentLimit(Seg.tr)) {
    raiseSelector(Vector.ts, load<u16>(cpu, Offset.segmentSelector + 2 * Seg.tr));
    return 0;
  }
  const at = segmentBase(Seg.tr) + offset;
  return size == 8 ? readSystem64(at) : size == 4 ? readSystem32(at) : readSystem16(at);
}

@inline export function ringOf(selector: u32): u32 { return selector & 3; }
@inline export function isInner(level: u32): bool { return level < cpl(); }
