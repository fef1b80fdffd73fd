// Page walk: linear to physical address by the guest's page tables, with access rights, accessed and dirty bits.
//
// SDM vol. 3 §4: 4-level (64-bit), PAE, and 32-bit paging with 4 MiB pages. Rights accumulate over the levels:
// writable and user only if every level says so, no-execute if any level does.
//   page-fault error code: bit 0 the translation is present, 1 write, 2 user mode, 3 reserved bit, 4 instruction fetch
import { tablesWalked } from './env';
import { Constant, Offset } from './gen/offsets';
import { Cr0, Cr4, Efer, Flag, cpu } from './state';
import { pageFault } from './raise';
import { readPhysical, readPhysical32, readPhysical64, writePhysical32, writePhysical64 } from './physical';

const PRESENT: u64 = 1;
const WRITABLE: u64 = 2;
const USER: u64 = 4;
const ACCESSED: u64 = 0x20;
const DIRTY: u64 = 0x40;
const LARGE: u64 = 0x80;
const GLOBAL: u64 = 0x100;
const NO_EXECUTE: u64 = 1 << 63;
/** Physical addresses have 40 bits, as CPUID leaf 8000_0008 of the boards says. */
const ADDRESS: u64 = 0x00ff_ffff_f000;
const RESERVED: u64 = 0x000f_ff00_0000_0000;
/** PAE paging outside IA-32e mode does not ignore bits 52-62 (SDM vol. 3 §4.4.2). */
const RESERVED_PAE: u64 = 0x7ff0_0000_0000_0000;

/** Where the last successful walk led: physical address, and whether the page is global or a user page. */
export let walkAddress: u64 = 0;
export let walkGlobal: bool = false;
let walkUser: bool = false;
/** log2 of the size of the page: 12, 21, 22 or 30. */
export let walkShift: u32 = 12;
/** Error code of the last walk that failed. */
export let walkError: u32 = 0;
/** Physical addresses of the entries that the last walk read, from the root down; whether the last was dirty before. */
const MOST_LEVELS = 4;
const entries = memory.data(8 * MOST_LEVELS);
export let walkDepth: u32 = 0;
export let walkDirty: bool = false;
@inline function visit(entry: u64): void {
  store<u64>(entries + (<usize>walkDepth << 3), entry);
  walkDepth++;
}
export function walkEntry(level: u32): u64 { return load<u64>(entries + (<usize>level << 3)); }

/**
 * Translates for an access; sets accessed and dirty bits. False: walkError says why.
 * @param user the access counts as one from CPL 3
 * @param implicit a supervisor access of the processor itself (descriptor tables): SMAP applies regardless of AC
 */
export function walk(linear: u64, access: u32, user: bool, implicit: bool): bool {
  store<u64>(cpu, load<u64>(cpu, Offset.countTlbMiss) + 1, Offset.countTlbMiss);
  const cr0 = load<u64>(cpu, Offset.cr0);
  walkGlobal = false;
  walkUser = true;
  walkShift = 12;
  walkDepth = 0;
  if (!(cr0 & Cr0.pg)) {
    walkAddress = linear & 0xffff_ffff;
    return true;
  }
  if (!(load<u64>(cpu, Offset.cr4) & Cr4.pae)) return walk32(<u32>linear, access, user, implicit);
  let table: u64;
  let level: i32;
  if (load<u64>(cpu, Offset.efer) & Efer.lma) {
    table = load<u64>(cpu, Offset.cr3) & ADDRESS;
    level = 3;
  } else {
    // PAE: the four page-directory pointers were loaded with CR3; they carry no rights.
    const pointer = load<u64>(cpu + (<usize>(<u32>linear >> 30) << 3), Offset.pdpte);
    if (!(pointer & PRESENT)) return refuse(0, access, user);
    table = pointer & ADDRESS;
    level = 1;
  }
  return walkWide(linear, table, level, access, user, implicit);
}

/** Levels 3 (PML4) to 0 (page table) with 8-byte entries. */
function walkWide(linear: u64, root: u64, top: i32, access: u32, user: bool, implicit: bool): bool {
  const noExecute = (load<u64>(cpu, Offset.efer) & Efer.nxe) != 0;
  let table = root;
  let rights: u64 = WRITABLE | USER;
  let forbidden: u64 = 0;
  for (let level = top; ; level--) {
    const at = table + (((linear >> <u64>(12 + 9 * level)) & 511) << 3);
    const entry = readPhysical64(at);
    visit(at);
    if (!(entry & PRESENT)) return refuse(0, access, user);
    let reserved = top == 3 ? RESERVED : RESERVED | RESERVED_PAE;
    if (!noExecute) reserved |= NO_EXECUTE;
    if (level == 3) reserved |= LARGE;
    const leaf = level == 0 || (level < 3 && (entry & LARGE) != 0);
    // Address bits below a large page, but for PAT in bit 12, must be 0.
    if (leaf && level > 0) reserved |= (<u64>1 << <u64>(12 + 9 * level)) - 0x2000;
    if (entry & reserved) return refuse(1 | 8, access, user);
    rights &= entry;
    forbidden |= entry & NO_EXECUTE;
    if (!leaf) {
      if (!(entry & ACCESSED)) writePhysical64(at, entry | ACCESSED);
      table = entry & ADDRESS;
      continue;
    }
    if (!allowed(rights, forbidden != 0, access, user, implicit)) return refuse(1, access, user);
    walkDirty = (entry & DIRTY) != 0;
    const wanted = entry | ACCESSED | (access == Constant.accessWrite ? DIRTY : 0);
    if (wanted != entry) writePhysical64(at, wanted);
    walkShift = 12 + 9 * level;
    const inside = (<u64>1 << walkShift) - 1;
    walkAddress = (entry & ADDRESS & ~inside) | (linear & inside);
    return found(entry, rights);
  }
}

/** Two levels with 4-byte entries. */
function walk32(linear: u32, access: u32, user: bool, implicit: bool): bool {
  const directoryAt = (load<u64>(cpu, Offset.cr3) & 0xffff_f000) + <u64>((linear >> 22) << 2);
  const directory = <u64>readPhysical32(directoryAt);
  visit(directoryAt);
  if (!(directory & PRESENT)) return refuse(0, access, user);
  let rights: u64 = (WRITABLE | USER) & directory;
  const dirty: u64 = access == Constant.accessWrite ? DIRTY : 0;
  if (directory & LARGE && load<u64>(cpu, Offset.cr4) & Cr4.pse) {
    // PSE-36: bits 13-20 are address bits 32-39, bit 21 is reserved.
    if (directory & 0x20_0000) return refuse(1 | 8, access, user);
    if (!allowed(rights, false, access, user, implicit)) return refuse(1, access, user);
    walkDirty = (directory & DIRTY) != 0;
    const wanted = directory | ACCESSED | dirty;
    if (wanted != directory) writePhysical32(directoryAt, <u32>wanted);
    walkShift = 22;
    walkAddress = (directory & 0xffc0_0000) | ((directory & 0x1f_e000) << 19) | <u64>(linear & 0x3f_ffff);
    return found(directory, rights);
  }
  if (!(directory & ACCESSED)) writePhysical32(directoryAt, <u32>(directory | ACCESSED));
  const at = (directory & 0xffff_f000) + <u64>(((linear >> 12) & 1023) << 2);
  const entry = <u64>readPhysical32(at);
  visit(at);
  if (!(entry & PRESENT)) return refuse(0, access, user);
  rights &= entry;
  if (!allowed(rights, false, access, user, implicit)) return refuse(1, access, user);
  walkDirty = (entry & DIRTY) != 0;
  const wanted = entry | ACCESSED | dirty;
  if (wanted != entry) writePhysical32(at, <u32>wanted);
  walkAddress = (entry & 0xffff_f000) | <u64>(linear & 0xfff);
  return found(entry, rights);
}

/** SDM vol. 3 §4.6.1. */
function allowed(rights: u64, noExecute: bool, access: u32, user: bool, implicit: bool): bool {
  if (access == Constant.accessExecute && noExecute) return false;
  if (user) return (rights & USER) != 0 && (access != Constant.accessWrite || (rights & WRITABLE) != 0);
  const cr4 = load<u64>(cpu, Offset.cr4);
  if (rights & USER) {
    if (access == Constant.accessExecute) return !(cr4 & Cr4.smep);
    if (cr4 & Cr4.smap && (implicit || !(load<u64>(cpu, Offset.rflags) & Flag.ac))) return false;
  }
  return access != Constant.accessWrite || (rights & WRITABLE) != 0 || !(load<u64>(cpu, Offset.cr0) & Cr0.wp);
}

function found(entry: u64, rights: u64): bool {
  walkGlobal = (entry & GLOBAL) != 0 && (load<u64>(cpu, Offset.cr4) & Cr4.pge) != 0;
  walkUser = (rights & USER) != 0;
  return true;
}

function refuse(reason: u32, access: u32, user: bool): bool {
  let error = reason;
  if (access == Constant.accessWrite) error |= 2;
  if (user) error |= 4;
  if (access == Constant.accessExecute) {
    const cr4 = load<u64>(cpu, Offset.cr4);
    if (cr4 & Cr4.smep || (cr4 & Cr4.pae && load<u64>(cpu, Offset.efer) & Efer.nxe)) error |= 16;
  }
  walkError = error;
  return false;
}

/** As `walk`, and raises the page fault. */
export function walkOrFault(linear: u64, access: u32, user: bool, implicit: bool): bool {
  const found = walk(linear, access, user, implicit);
  if (load<u32>(cpu, Offset.controls) & Constant.controlTables) tablesWalked(cpu, linear, access, <u32>found);
  if (found) return true;
  pageFault(linear, walkError);
  return false;
}

/** Accesses of ring 3 must be aligned: what is not raises #AC (SDM vol. 3, 6.15). */
export function checksAlignment(): bool {
  return (load<u64>(cpu, Offset.rflags) & Flag.ac) != 0 && (load<u64>(cpu, Offset.cr0) & Cr0.am) != 0 && load<u32>(cpu, Offset.cpl) == 3;
}

/**
 * True if a translation must not be kept because RFLAGS.AC decides about the next access: a supervisor's of a user page
 * under SMAP, and a user's while alignment is checked, so that every access reaches the slow path.
 */
export function fleetingTranslation(user: bool): bool {
  if (user) return checksAlignment();
  return walkUser && (load<u64>(cpu, Offset.cr4) & Cr4.smap) != 0 && (load<u64>(cpu, Offset.cr0) & Cr0.pg) != 0;
}

/** Loads the PAE page-directory pointers from CR3; false: one has a reserved bit (#GP by the caller). */
export function loadPdptes(cr3: u64): bool {
  const table = cr3 & 0xffff_ffe0;
  for (let i: u32 = 0; i < 4; i++) {
    const entry = readPhysical(table + (<u64>i << 3), 8);
    if (entry & PRESENT && entry & (RESERVED | NO_EXECUTE | 0x1e6)) return false;
  }
  for (let i: u32 = 0; i < 4; i++) store<u64>(cpu + (<usize>i << 3), readPhysical(table + (<u64>i << 3), 8), Offset.pdpte);
  return true;
}

