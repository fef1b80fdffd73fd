// Software TLB: entries, fills, flushes; and the window from which the run loop fetches.
//
// A set has three tables (read, write, execute) of direct-mapped entries, then a log of what was filled:
//   entry  0 u64 tag     linear page address; all ones = empty (low bits set never match)
//          8 u32 addend  host address = u32(linear) + addend
//         12 u32 aux     bit 0 global, bits 8-15 log2 of the size of the guest's page
//   filter 1024 bits: large pages of which some 4 KiB are entered, hashed
//   log    u32 count, then u16 numbers (table * 1024 + entry); a flush visits only these
// A hit is one compare: load(tag) == (linear + size - 1 with low 12 bits cleared), which also sees a page crossing.
import { Constant, Offset, Place } from './gen/offsets';
import { cpu } from './state';

const TLB_GLOBAL: u32 = 1;
export const TLB_SIZE_SHIFT: u32 = 8;
/** Page sizes above 4 KiB: 2 MiB, 4 MiB (32-bit paging), 1 GiB. */
const LARGE_SHIFTS: u32 = 3;
@inline function largeShift(i: u32): u32 { return i == 0 ? 21 : i == 1 ? 30 : 22; }
const EMPTY: u64 = ~0;
export const TABLE_BYTES: usize = Constant.tlbEntries * 16;
const SETS: u32 = 2;

/** The run loop may fetch while rip - fetchStart < fetchLength, at host address u32(rip) + fetchAddend. */
export let fetchStart: u64 = 0;
export let fetchLength: u64 = 0;
export let fetchAddend: u32 = 0;

/** After any change of CS, mode, CPL or translations: the next instruction is looked up anew. */
@inline export function dropFetchWindow(): void { fetchLength = 0; }
@inline export function setFetchWindow(start: u64, length: u64, addend: u32): void {
  fetchStart = start;
  fetchLength = length;
  fetchAddend = addend;
}

@inline export function tlbEntry(table: usize, linear: u64): usize {
  return table + (<usize>(<u32>(linear >> 12) & (Constant.tlbEntries - 1)) << 4);
}

@inline function setAddress(set: u32): usize { return <usize>load<u32>(cpu, Offset.tlb) + <usize>set * Constant.tlbSetBytes; }

/** Enters a translation into the table of `access` of the set in use. */
@inline export function fillTlb(linear: u64, host: u32, access: u32, aux: u32): void {
  fillSet(load<u32>(cpu, Offset.tlbSet), linear, host, access, aux);
}

export function fillSet(number: u32, linear: u64, host: u32, access: u32, aux: u32): void {
  const set = setAddress(number);
  const index = <u32>(linear >> 12) & (Constant.tlbEntries - 1);
  const entry = set + <usize>access * TABLE_BYTES + (<usize>index << 4);
  const page = linear & ~0xfff;
  if (access == Constant.accessWrite) {
    const flags = <usize>Place.frameFlags + (host >> 12);
    const known = load<u8>(flags);
    // Writes to code and to followed page tables must be seen one by one.
    if (known & (Constant.frameDecoded | Constant.frameTranslated | Constant.frameTable)) return;
    store<u8>(flags, known | Constant.frameWriteCached);
  }
  const log = set + Constant.tlbLog;
  const count = load<u32>(log);
  if (load<u64>(entry) == EMPTY && count < <u32>Constant.tlbLogEntries) {
    store<u16>(log + 4 + (<usize>count << 1), <u16>(access * Constant.tlbEntries + index));
    store<u32>(log, count + 1);
  } else if (count >= <u32>Constant.tlbLogEntries) store<u32>(log, Constant.tlbLogEntries + 1);
  store<u64>(entry, page);
  store<u32>(entry, (host & ~0xfff) - <u32>page, 8);
  store<u32>(entry, aux, 12);
  if (aux >> TLB_SIZE_SHIFT > 12) noteLarge(set, linear, aux >> TLB_SIZE_SHIFT);
}

@inline function filterBit(linear: u64, shift: u32): u32 { return (<u32>(linear >> shift) ^ (shift << 5)) & 1023; }
@inline function noteLarge(set: usize, linear: u64, shift: u32): void {
  const bit = filterBit(linear, shift);
  const at = set + Constant.tlbFilter + (bit >> 3);
  store<u8>(at, <u8>(<u32>load<u8>(at) | (<u32>1 << (bit & 7))));
}
@inline function hasLarge(set: usize, linear: u64, shift: u32): bool {
  const bit = filterBit(linear, shift);
  return (<u32>load<u8>(set + Constant.tlbFilter + (bit >> 3)) & (<u32>1 << (bit & 7))) != 0;
}

/** Of the keys given out so far; 40 bits last for years. */
let lastJumpKey: u64 = 0;

/** Jumps of a set are looked up anew: what they found may not be there any more. */
function forgetJumpsOf(context: usize, set: u32): void {
  const key = ++lastJumpKey;
  store<u64>(context + (<usize>set << 3), key, Offset.jumpKeys);
  if (set == load<u32>(context, Offset.tlbSet)) store<u64>(context, key, Offset.jumpKey);
}
@inline function forgetJumps(set: u32): void { forgetJumpsOf(cpu, set); }

/** Empties one set; entries of global pages stay if asked. */
export function flushSet(set: u32, keepGlobal: bool): void {
  const base = setAddress(set);
  const log = base + Constant.tlbLog;
  const count = load<u32>(log);
  dropFetchWindow();
  forgetJumps(set);
  store<u64>(cpu, load<u64>(cpu, Offset.countTlbFlush) + 1, Offset.countTlbFlush);
  memory.fill(base + Constant.tlbFilter, 0, 128);
  if (count > <u32>Constant.tlbLogEntries) {
    memory.fill(base, 0xff, Constant.tlbLog);
    store<u32>(log, 0);
    return;
  }
  let kept: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const number = load<u16>(log + 4 + (<usize>i << 1));
    const entry = base + (<usize>number << 4);
    if (keepGlobal && load<u32>(entry, 12) & TLB_GLOBAL && load<u64>(entry) != EMPTY) {
      store<u16>(log + 4 + (<usize>kept << 1), number);
      kept++;
      const shift = load<u32>(entry, 12) >> TLB_SIZE_SHIFT;
      if (shift > 12) noteLarge(base, load<u64>(entry), shift);
    } else store<u64>(entry, EMPTY);
  }
  store<u32>(log, kept);
}

/** Forgets everything; after CR0, CR4, EFER changes and when the frame map changed under the CPU. */
export function flushAll(): void {
  for (let set: u32 = 0; set < SETS; set++) flushSet(set, false);
}

/** CR3 was written: everything but global pages goes. For an occupant only the set in use. */
export function flushTranslations(keepGlobal: bool): void {
  if (load<u32>(cpu, Offset.occupant)) flushSet(load<u32>(cpu, Offset.tlbSet), keepGlobal);
  else for (let set: u32 = 0; set < SETS; set++) flushSet(set, keepGlobal);
}

/** INVLPG: one page, of whatever size (SDM vol. 3, 4.10.4.1), in both sets, all three tables. */
export function invalidatePage(linear: u64): void {
  const page = linear & ~0xfff;
  dropFetchWindow();
  for (let number: u32 = 0; number < SETS; number++) {
    forgetJumps(number);
    const set = setAddress(number);
    for (let access: u32 = 0; access < 3; access++) {
      const entry = tlbEntry(set + <usize>access * TABLE_BYTES, page);
      // The number stays in the log; a later fill logs it again, which is harmless.
      if (load<u64>(entry) == page) store<u64>(entry, EMPTY);
    }
    for (let i: u32 = 0; i < LARGE_SHIFTS; i++) {
      if (hasLarge(set, linear, largeShift(i))) invalidateLarge(number, linear, largeShift(i));
    }
  }
}

/** Drops all pieces of one large page. */
function invalidateLarge(number: u32, linear: u64, shift: u32): void {
  const set = setAddress(number);
  const log = set + Constant.tlbLog;
  const count = load<u32>(log);
  if (count > <u32>Constant.tlbLogEntries) return flushSet(number, false);
  for (let i: u32 = 0; i < count; i++) {
    const entry = set + (<usize>load<u16>(log + 4 + (<usize>i << 1)) << 4);
    if (load<u32>(entry, 12) >> TLB_SIZE_SHIFT == shift && (load<u64>(entry) ^ linear) >> shift == 0) store<u64>(entry, EMPTY);
  }
}

/** Chooses the tables that accesses use: machine code by privilege (0 supervisor, 1 user), an occupant as it likes. */
export function selectSet(set: u32): void {
  const base = setAddress(set);
  store<u32>(cpu, set, Offset.tlbSet);
  store<u32>(cpu, <u32>base, Offset.tlbRead);
  store<u32>(cpu, <u32>(base + TABLE_BYTES), Offset.tlbWrite);
  store<u32>(cpu, <u32>(base + 2 * TABLE_BYTES), Offset.tlbExecute);
  store<u64>(cpu, load<u64>(cpu + (<usize>set << 3), Offset.jumpKeys), Offset.jumpKey);
  dropFetchWindow();
}

/** After a change of CPL. */
@inline export function privilegeChanged(): void {
  if (!load<u32>(cpu, Offset.occupant)) selectSet(<u32>(load<u32>(cpu, Offset.cpl) == 3));
  else dropFetchWindow();
}

/** A host frame is about to hold code: no CPU may keep a way to write it unseen. */
export function forgetWrites(host: u32): void {
  const count = load<u32>(Place.contexts);
  for (let i: u32 = 0; i < count; i++) {
    const area = <usize>load<u32>(load<u32>(<usize>Place.contexts + 4 + (<usize>i << 2)), Offset.tlb);
    for (let set: u32 = 0; set < SETS; set++) {
      const table = area + <usize>set * Constant.tlbSetBytes + TABLE_BYTES;
      for (let entry = table; entry < table + TABLE_BYTES; entry += 16) {
        const tag = load<u64>(entry);
        if (tag != EMPTY && ((<u32>tag + load<u32>(entry, 8)) ^ host) >> 12 == 0) store<u64>(entry, EMPTY);
      }
    }
  }
}

/** A CPU forgets a host frame that it knows for reading and executing: another takes its place. */
export function forgetReads(context: usize, host: u32): void {
  dropFetchWindow();
  for (let set: u32 = 0; set < SETS; set++) {
    const base = <usize>load<u32>(context, Offset.tlb) + <usize>set * Constant.tlbSetBytes;
    const log = base + Constant.tlbLog;
    const count = load<u32>(log);
    const known = count <= <u32>Constant.tlbLogEntries;
    let forgot = false;
    for (let i: u32 = 0, end: u32 = known ? count : 3 * Constant.tlbEntries; i < end; i++) {
      const entry = base + (<usize>(known ? load<u16>(log + 4 + (<usize>i << 1)) : i) << 4);
      const tag = load<u64>(entry);
      if (tag == EMPTY || ((<u32>tag + load<u32>(entry, 8)) ^ host) >> 12) continue;
      store<u64>(entry, EMPTY);
      forgot = true;
    }
    if (forgot) forgetJumpsOf(context, set);
  }
}

/** Empties the TLB of a CPU that is not running; for the cold side. */
export function resetTlb(context: usize): void {
  const area = <usize>load<u32>(context, Offset.tlb);
  for (let set: u32 = 0; set < SETS; set++) {
    memory.fill(area + <usize>set * Constant.tlbSetBytes, 0xff, Constant.tlbLog);
    store<u32>(area + <usize>set * Constant.tlbSetBytes + Constant.tlbLog, 0);
    memory.fill(area + <usize>set * Constant.tlbSetBytes + Constant.tlbFilter, 0, 128);
    store<u64>(context + (<usize>set << 3), ++lastJumpKey, Offset.jumpKeys);
  }
}
