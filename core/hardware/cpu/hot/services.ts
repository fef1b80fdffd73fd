// Services for the cold side on a CPU that is not running: each takes the state block and restores the running one.
import { Cr0, Cr4, Efer, cpu, cr0, cr4, efer, setCpu } from './state';
import { updateMode } from './mode';
import { charge, requestAttention } from './raise';
import { readFlags, writeFlags } from './flags';
import { flushAll, flushSet, flushTranslations, invalidatePage, selectSet } from './tlb';
import { codeWritten, forgetFrame as forget } from './code';
import { loadPdptes, walk, walkAddress, walkError, walkDepth, walkDirty, walkEntry, walkShift } from './walk';
import { Constant, Offset, Place } from './gen/offsets';
export { forgetReads, resetTlb } from './tlb';

export function contextFlags(context: usize): u64 {
  const before = cpu;
  setCpu(context);
  const value = readFlags();
  setCpu(before);
  return value;
}

export function setContextFlags(context: usize, value: u64): void {
  const before = cpu;
  setCpu(context);
  writeFlags(value);
  setCpu(before);
}

/** `what`: 0 both sets with global pages, 1 as a write of CR3 does, 2 and 3 one set. */
export function flushContext(context: usize, what: u32): void {
  const before = cpu;
  setCpu(context);
  if (what == 0) flushAll();
  else if (what == 1) flushTranslations(false);
  else flushSet(what - 2, false);
  setCpu(before);
}

export function flushContextPage(context: usize, address: u64): void {
  const before = cpu;
  setCpu(context);
  invalidatePage(address);
  setCpu(before);
}

export function selectContextSet(context: usize, set: u32): void {
  const before = cpu;
  setCpu(context);
  selectSet(set);
  setCpu(before);
}

/** Translates without raising; true: contextWalkAddress, false: contextWalkError. */
export function translateContext(context: usize, address: u64, access: u32, user: u32): bool {
  const before = cpu;
  setCpu(context);
  const good = walk(address, access, user != 0, false);
  setCpu(before);
  return good;
}
export function contextWalkAddress(): u64 { return walkAddress; }
export function contextWalkError(): u32 { return walkError; }
/** Entries that the last walk read, while its end is being told. */
export function walkedDepth(): u32 { return walkDepth; }
export function walkedEntry(level: u32): u64 { return walkEntry(level); }
export function walkedShift(): u32 { return walkShift; }
export function walkedDirty(): u32 { return <u32>walkDirty; }

/** Mode, TLB set and PAE pointers follow registers that were written from outside. */
export function refreshContext(context: usize): void {
  const before = cpu;
  setCpu(context);
  updateMode();
  if (!load<u32>(cpu, Offset.occupant)) selectSet(<u32>(load<u32>(cpu, Offset.cpl) == 3));
  const pae = (cr0() & Cr0.pg) != 0 && (cr4() & Cr4.pae) != 0 && !(efer() & Efer.lma);
  if (pae) loadPdptes(load<u64>(cpu, Offset.cr3));
  setCpu(before);
}

/** Costs of work done for a context that is in `run`. */
export function chargeRunning(cycles: u32): void { charge(cycles); }
/** Something happened that the CPU in `run` must look at after the current instruction. */
export function attend(): void { requestAttention(); }

/** A host frame was replaced or given back. */
export function forgetFrame(host: u32): void { forget(host); }

/** A device or the cold side is about to write `length` bytes on one page. */
export function forgetRange(host: u32, length: u32): void {
  if (load<u8>(<usize>Place.frameFlags + (host >> 12)) & (Constant.frameDecoded | Constant.frameTranslated)) codeWritten(host, length);
}
