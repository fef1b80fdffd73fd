// Segment registers: the checks of a load and what it leaves behind (SDM vol. 3, 3.4.3 and 5.3 to 5.6).
//
//                 real mode         protected mode                       64-bit mode
//   base          selector << 4     of the descriptor                    of the descriptor, used for FS and GS only
//   limit, type   left as they are  of the descriptor                    of the descriptor, not used
//   null          no meaning        allowed for ES DS FS GS: unusable    also for SS below ring 3
// Virtual-8086 mode has bases as real mode has, but a fixed limit and type.
import { Offset } from './gen/offsets';
import {
  Attribute, attributesOf, baseOf, dplOf, fetchDescriptor, isCode, isConforming, isNull, isPresent, isSegment, isWritableData,
  limitOf, longMode, markDescriptor, protectedMode, raiseSelector, virtual8086,
} from './descriptors';
import { setPrivilege, updateMode } from './mode';
import { faulted, raiseError, Vector } from './raise';
import { cpl, cpu, is64, mode, Mode, Seg, segmentAttributes, segmentSelector } from './state';

/** Installs all four parts as they are. */
export function setSegment(index: u32, selector: u32, base: u64, limit: u32, attributes: u32): void {
  store<u64>(cpu + (<usize>index << 3), base, Offset.segmentBase);
  store<u32>(cpu + (<usize>index << 2), limit, Offset.segmentLimit);
  store<u16>(cpu + (<usize>index << 1), <u16>selector, Offset.segmentSelector);
  store<u16>(cpu + (<usize>index << 1), <u16>attributes, Offset.segmentAttributes);
}

/**
 * Real mode leaves the limit as protected mode left it ("unreal" mode relies on it), and every segment, CS included, can
 * be written (SDM vol. 3, table 9-1).
 */
export function setRealSegment(index: u32, selector: u32): void {
  store<u64>(cpu + (<usize>index << 3), <u64>(selector << 4), Offset.segmentBase);
  store<u16>(cpu + (<usize>index << 1), <u16>selector, Offset.segmentSelector);
  const kept = segmentAttributes(index) & (Attribute.big | Attribute.granular);
  const access: u32 = Attribute.present | Attribute.segment | Attribute.writable | Attribute.accessed;
  store<u16>(cpu + (<usize>index << 1), <u16>(kept | access), Offset.segmentAttributes);
}

/** What every segment of virtual-8086 mode is: 64 KiB of writable data for ring 3, CS included (SDM vol. 3, 21.2.1). */
const VIRTUAL: u32 = Attribute.present | Attribute.segment | Attribute.writable | Attribute.accessed | (3 << 5);
export function setVirtualSegment(index: u32, selector: u32): void {
  setSegment(index, selector, <u64>(selector << 4), 0xffff, VIRTUAL);
}

/** A segment where selectors are paragraph numbers. */
export function setParagraph(index: u32, selector: u32): void {
  if (virtual8086()) setVirtualSegment(index, selector);
  else setRealSegment(index, selector);
}

/** A null selector in a data segment register: every access through it outside 64-bit mode raises #GP. */
export function setNullSegment(index: u32, selector: u32): void {
  setSegment(index, selector, 0, 0, Attribute.unusable);
}

/** A null SS of 64-bit mode, at privilege `level`; after a change of privilege in IA-32e mode its RPL is the level, too. */
export function setNullStack(selector: u32, level: u32): void {
  setSegment(Seg.ss, selector, 0, 0, Attribute.unusable | (level << 5));
}

export function setFromDescriptor(index: u32, selector: u32, descriptor: u64): void {
  setSegment(index, selector, baseOf(descriptor), limitOf(descriptor), attributesOf(descriptor) | Attribute.accessed);
}

/** Installs a checked code segment at a privilege level: CS, CPL and code width change together. */
export function installCode(selector: u32, descriptor: u64, level: u32): void {
  setFromDescriptor(Seg.cs, (selector & 0xfffc) | level, descriptor);
  setPrivilege(level);
  updateMode();
}

/** MOV Sreg, POP Sreg, LxS. On a fault nothing has changed. */
export function loadSegment(index: u32, selector: u32): void {
  if (!protectedMode()) setParagraph(index, selector);
  else if (index == Seg.ss) loadStack(selector);
  else loadData(index, selector, Vector.gp);
}

/** ES, DS, FS, GS. `vector` is #GP, or #TS if the selector is from a TSS. */
export function loadData(index: u32, selector: u32, vector: u32): void {
  if (isNull(selector)) {
    setNullSegment(index, selector);
    return;
  }
  const descriptor = fetchDescriptor(selector, vector);
  if (faulted()) return;
  const readable = isSegment(descriptor) && (!isCode(descriptor) || <u32>(descriptor >> 40) & Attribute.readable);
  const level = max(cpl(), selector & 3);
  const reachable = (isCode(descriptor) && isConforming(descriptor)) || level <= dplOf(descriptor);
  if (!readable || !reachable) raiseSelector(vector, selector);
  else if (!isPresent(descriptor)) raiseSelector(Vector.np, selector);
  else markDescriptor(selector, descriptor, Attribute.accessed);
  if (!faulted()) setFromDescriptor(index, selector, descriptor);
}

function loadStack(selector: u32): void {
  if (isNull(selector)) {
    // SDM vol. 3, 3.4.2 and 5.8.3.1: a null SS is meaningful in 64-bit mode only, and not in ring 3.
    if (is64() && cpl() != 3 && (selector & 3) == cpl()) setNullStack(selector, cpl());
    else raiseError(Vector.gp, 0);
    return;
  }
  const descriptor = checkStack(selector, cpl(), Vector.gp);
  if (!faulted()) setFromDescriptor(Seg.ss, selector, descriptor);
}

/** Checks a stack segment for privilege `level`, null excluded; `vector` is #GP, or #TS if the selector is from a TSS. */
export function checkStack(selector: u32, level: u32, vector: u32): u64 {
  if (isNull(selector)) {
    raiseSelector(vector, selector);
    return 0;
  }
  const descriptor = fetchDescriptor(selector, vector);
  if (faulted()) return 0;
  if ((selector & 3) != level || dplOf(descriptor) != level || !isWritableData(descriptor)) raiseSelector(vector, selector);
  else if (!isPresent(descriptor)) raiseSelector(Vector.ss, selector);
  else markDescriptor(selector, descriptor, Attribute.accessed);
  return descriptor;
}

/**
 * Reads the descriptor of a code segment for a direct JMP or CALL, RET, IRET or a gate; only that it is code, and for
 * IA-32e mode that L and D are not both set (SDM vol. 3, 5.2.1). Privilege is the caller's.
 */
export function fetchCode(selector: u32): u64 {
  if (isNull(selector)) {
    raiseSelector(Vector.gp, 0);
    return 0;
  }
  const descriptor = fetchDescriptor(selector, Vector.gp);
  if (faulted()) return 0;
  if (!isCode(descriptor)) raiseSelector(Vector.gp, selector);
  return descriptor;
}

/** The last checks of a code segment; then it counts as accessed. */
export function checkCodePresent(selector: u32, descriptor: u64): void {
  if (longMode() && (descriptor & (3 << 53)) == (3 << 53)) raiseSelector(Vector.gp, selector);
  else if (!isPresent(descriptor)) raiseSelector(Vector.np, selector);
  else markDescriptor(selector, descriptor, Attribute.accessed);
}

/** After a return to an outer ring: data segments that it may not use become null (SDM vol. 2, RET). */
export function forgetInnerSegments(): void {
  forgetIfInner(Seg.es);
  forgetIfInner(Seg.ds);
  forgetIfInner(Seg.fs);
  forgetIfInner(Seg.gs);
}

function forgetIfInner(index: u32): void {
  const attributes = segmentAttributes(index);
  if (attributes & Attribute.unusable) return;
  const conformingCode = (attributes & (Attribute.code | Attribute.conforming)) == (Attribute.code | Attribute.conforming);
  if (conformingCode || ((attributes >> 5) & 3) >= cpl()) return;
  store<u16>(cpu + (<usize>index << 1), 0, Offset.segmentSelector);
  store<u16>(cpu + (<usize>index << 1), Attribute.unusable, Offset.segmentAttributes);
}

/** Which bits of RSP take part in stack addresses: follows the code width, else the B bit of SS. */
@inline export function stackMask(): u64 {
  return mode() == Mode.code64 ? 0xffff_ffff_ffff_ffff : segmentAttributes(Seg.ss) & Attribute.big ? 0xffff_ffff : 0xffff;
}

@inline export function codeSelector(): u32 { return segmentSelector(Seg.cs); }
