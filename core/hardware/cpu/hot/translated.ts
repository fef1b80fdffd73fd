// The interpreter's side of translated code: entering units, heat, and what units call back.
//
// A unit is a function in the exported table: the hot blocks around a block head, within one host frame, for one code
// width. A frame may have several.
//   unitHeads    where control may enter: buckets of two entries by hash of the host address of the head
//                u32 host address, u16 unit (0 = none), u8 entry number + 1, u8 mode
//   unitInfo     24 bytes for each unit: u32 host frame (0 = free), u32 next unit of the frame, u64 its 64-byte chunks
//                of code
//   unitOfFrame  u16 for each host frame: its first unit, 0 = none
//   unitEntries  1 KiB for each unit: how its own indirect jumps find entries (jit/unit.ts)
//   jumpCache    what a look-up by linear address found, so that it need not be repeated: u64 linear address, then u64
//                unit, entry number << 16, key of the TLB set << 24. A flush changes the key, a dropped unit empties it.
// How often the interpreter reached a block head stands in the decoded record of its first instruction.
// A unit never faults and never meets a device: on anything but plain memory it returns `precise`, and the run loop
// interprets that one instruction. So whatever is observable is done by the interpreter.
import { decodeRecord } from './code';
import { decode } from './decode';
import { dispatch } from './gen/dispatch';
import { hot } from './env';
import { Constant, Offset, Place } from './gen/offsets';
import { Mode, Op, Seg, canonical, cpu, mode, setInstructionRip, setOp, setRip, rip } from './state';
import { charged } from './raise';
import { fetchLength, forgetWrites, tlbEntry } from './tlb';

/** Why `enter` comes back; the first three are what units return (jit/locals.ts). */
export const enum Exit { onward = 0, short = 1, precise = 2, none = 3 }

/** Units return after at most so many cycles: V8 replaces a function by its optimised version only when it is called anew. */
const SLICE: i32 = 100_000;
/** A block head this hot is told to the translator, and again, as urgent, at twice that. */
let threshold: u32 = 0;
/** Bumped whenever a unit was dropped. */
let unitEpoch: u32 = 0;

/** 0 switches translation off. */
export function setTranslation(heat: u32): void { threshold = heat; }
@inline export function translating(): bool { return threshold != 0; }

@inline function infoOf(unit: u32): usize { return <usize>Place.unitInfo + <usize>unit * 24; }
@inline function hash(host: u32): u32 { return host * 0x9e37_79b1; }
@inline function jumpOf(at: u64): usize { return <usize>Place.jumpCache + (<usize>(hash(<u32>at) >> 20) << 4); }
const JUMP_BYTES: usize = Constant.jumpEntries * 16;
@inline function bucketOf(host: u32): usize { return <usize>Place.unitHeads + (<usize>(hash(host) >> 17) << 4); }

/** At a block head: it is reached often enough to look for its unit. If not, it is counted. */
@inline export function isHot(record: usize): bool {
  const heat = <u32>load<u16>(record, Op.heat);
  if (heat >= threshold) return true;
  store<u16>(record, <u16>(heat + 1), Op.heat);
  return heat + 1 >= threshold;
}

/**
 * At a block head, `host` being the host address of rip: runs its unit and those that follow. Units assume
 * flat segments outside 64-bit mode, and that no jump of a page leads to an address that is not canonical.
 */
export function enter(host: u32, at: u64): u32 {
  const head = headAt(host);
  if (!head || !suitable(at)) {
    tell(host);
    return Exit.none;
  }
  const left = load<i32>(cpu, Offset.remaining);
  if (left > SLICE) {
    store<i32>(cpu, load<i32>(cpu, Offset.withheld) + left - SLICE, Offset.withheld);
    store<i32>(cpu, SLICE, Offset.remaining);
  }
  const before = retired();
  const why = runUnits(head);
  store<u64>(cpu, load<u64>(cpu, Offset.countJit) + <u64>(retired() - before), Offset.countJit);
  return why;
}

/** Instructions of this run so far, but for those before it began: a difference of two tells what lay between. */
@inline function retired(): i64 {
  return -(<i64>load<i32>(cpu, Offset.remaining) + <i64>load<i32>(cpu, Offset.withheld) + <i64>charged);
}

/** Runs the unit of a head and those that follow it. */
function runUnits(first: u64): u32 {
  let target = <u32>(first >> 32);
  while (true) {
    const why = call_indirect<u32>(target & 0xffff, cpu, (target >> 16) & 0xff);
    if (why != Exit.onward || load<i32>(cpu, Offset.remaining) <= 0 || mode() != Mode.code64) return why;
    // The next unit without the run loop.
    const next = load<u64>(cpu, Offset.rip);
    const jump = jumpOf(next);
    const known = load<u64>(jump, 8);
    if (load<u64>(jump) == next && known >> 24 == load<u64>(cpu, Offset.jumpKey)) target = <u32>known & 0xff_ffff;
    else {
      target = find(next);
      if (!target) return why;
      store<u64>(jump, next);
      store<u64>(jump, <u64>target | (load<u64>(cpu, Offset.jumpKey) << 24), 8);
    }
  }
}

/** Unit and entry number << 16 for a linear address, if its page is in the TLB; else 0. */
function find(at: u64): u32 {
  const entry = tlbEntry(load<u32>(cpu, Offset.tlbExecute), at);
  if (load<u64>(entry) != (at & ~0xfff) || !suitable(at)) return 0;
  return <u32>(headAt(<u32>at + load<u32>(entry, 8)) >> 32) & 0xff_ffff;
}

/** Entry of `unitHeads` for a host address, 0 if no unit begins there for this mode. */
@inline function headAt(host: u32): u64 {
  const bucket = bucketOf(host);
  let head = load<u64>(bucket);
  if (<u32>head != host) {
    head = load<u64>(bucket, 8);
    if (<u32>head != host) return 0;
  }
  return load<u32>(infoOf(<u32>(head >> 32) & 0xffff)) == host >> 12 && <u32>(head >> 56) == mode() ? head : 0;
}

/** No unit begins at a head: the translator hears of it when it becomes hot. */
export function tell(host: u32): void {
  const record = decodeRecord(host);
  const heat = <u32>load<u16>(record, Op.heat);
  if (<u32>load<u64>(record) != host || heat < threshold) return;
  // Counting starts anew: the translator may have refused.
  store<u16>(record, heat == threshold * 2 ? 0 : <u16>(heat + 1), Op.heat);
  if ((heat == threshold || heat == threshold * 2) && mode() != Mode.code16) hot(cpu, host, mode(), <u32>(heat != threshold));
}

/** Farther from the canonical boundary than a relative jump reaches. */
const REACH: u64 = 0x8000_2000;

@inline function suitable(at: u64): bool {
  return mode() == Mode.code64 ? canonical(at + REACH) && canonical(at - REACH) : isFlat();
}

/** CS, SS, DS, ES with base 0 and 4 GiB; the stack 32 bits wide, the data segments writable. */
function isFlat(): bool {
  for (let segment: u32 = 0; segment <= <u32>Seg.ds; segment++) {
    if (load<u64>(cpu + (<usize>segment << 3), Offset.segmentBase) != 0 || load<u32>(cpu + (<usize>segment << 2), Offset.segmentLimit) != 0xffff_ffff) return false;
    const attributes = <u32>load<u16>(cpu + (<usize>segment << 1), Offset.segmentAttributes);
    if (attributes & 0x8000) return false;
    if (segment != Seg.cs && (attributes & 0xe) != 2) return false;
    if (segment == Seg.ss && !(attributes & 0x400)) return false;
  }
  return true;
}

// ---- called by units ----

/**
 * Executes one decoded instruction on the state block, as the run loop would; `at` is its rip, `left` the cycles left
 * before it. Non-zero: the unit returns at once, everything being in the state block.
 */
export function stepRecord(record: usize, at: u64, left: i32, needed: i32): u32 {
  const epoch = unitEpoch;
  const next = at + load<u8>(record, Op.length);
  store<i32>(cpu, left, Offset.remaining);
  setOp(record);
  setInstructionRip(at);
  setRip(next);
  dispatch(load<u16>(record, Op.row));
  const remaining = load<i32>(cpu, Offset.remaining) - 1;
  store<i32>(cpu, remaining, Offset.remaining);
  return <u32>(remaining < needed || rip() != next || unitEpoch != epoch || fetchLength == 0);
}

// ---- called by the translator ----

/** Decodes the instruction at a host address of which `available` bytes follow in its page; 0: it needs more. */
export function decodeFor(record: usize, host: u32, available: u32, codeMode: u32): u32 {
  return decode(host, available, codeMode, record);
}

/** How often the interpreter reached the block head at `host`, as far as it remembers. */
export function heatOf(host: u32): u32 {
  const record = decodeRecord(host);
  return <u32>load<u64>(record) == host ? load<u16>(record, Op.heat) : 0;
}

/** From now on the frame's writes are seen. */
export function installUnit(unit: u32, host: u32, lowChunks: u32, highChunks: u32): void {
  const frame = host >> 12;
  const flags = <usize>Place.frameFlags + frame;
  const known = load<u8>(flags);
  store<u8>(flags, (known & ~Constant.frameWriteCached) | Constant.frameTranslated);
  if (known & Constant.frameWriteCached) forgetWrites(host);
  const first = <usize>Place.unitOfFrame + (<usize>frame << 1);
  const info = infoOf(unit);
  store<u32>(info, frame);
  store<u32>(info, load<u16>(first), 4);
  store<u32>(info, lowChunks, 8);
  store<u32>(info, highChunks, 12);
  store<u16>(first, <u16>unit);
}

/** Enters a head of a unit; the older of the two heads of a bucket gives way. */
export function putHead(host: u32, unit: u32, entry: u32, codeMode: u32): void {
  const bucket = bucketOf(host);
  if (<u32>load<u64>(bucket) != host) store<u64>(bucket, load<u64>(bucket), 8);
  store<u64>(bucket, <u64>host | (<u64>unit << 32) | (<u64>entry << 48) | (<u64>codeMode << 56));
  // The interpreter looks for units at hot heads only.
  const record = decodeRecord(host);
  if (<u32>load<u64>(record) == host && load<u16>(record, Op.heat) < threshold) store<u16>(record, <u16>threshold, Op.heat);
}

/** Forgets a head, if it is that of `unit`. */
export function removeHead(host: u32, unit: u32): void {
  const bucket = bucketOf(host);
  for (let i: usize = 0; i < 16; i += 8) {
    const head = load<u64>(bucket + i);
    if (<u32>head == host && (<u32>(head >> 32) & 0xffff) == unit) store<u64>(bucket + i, 0);
  }
}

/** `length` bytes at `host`, on one page, are about to be written and the frame holds translated code. */
export function translatedWritten(host: u32, length: u32): void {
  const first = (host >> 6) & 63;
  const last = ((host + length - 1) >> 6) & 63;
  dropUnits(host, (~(<u64>0) >> <u64>(63 - (last - first))) << <u64>first);
}

/** Drops the units of a frame that have code in some of these chunks. They can no longer be entered; the translator finds them free. */
function dropUnits(host: u32, chunks: u64): void {
  const frame = host >> 12;
  let link = <usize>Place.unitOfFrame + (<usize>frame << 1);
  for (let unit = <u32>load<u16>(link); unit != 0; unit = <u32>load<u16>(link)) {
    const info = infoOf(unit);
    if (!(load<u64>(info, 8) & chunks)) {
      link = info + 4;
      continue;
    }
    store<u16>(link, load<u16>(info, 4));
    store<u32>(info, 0);
    unitEpoch++;
    memory.fill(Place.jumpCache, 0, JUMP_BYTES);
  }
  if (load<u16>(<usize>Place.unitOfFrame + (<usize>frame << 1)) == 0) {
    const flags = <usize>Place.frameFlags + frame;
    store<u8>(flags, load<u8>(flags) & ~Constant.frameTranslated);
  }
}

/** Drops all units of a frame. */
export function dropFrame(host: u32): void {
  if (load<u8>(<usize>Place.frameFlags + (host >> 12)) & Constant.frameTranslated) dropUnits(host, ~(<u64>0));
}
