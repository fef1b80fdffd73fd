// Guest loads and stores by linear address: the fast path is one compare with a TLB entry, the rest is slow path.
//
// A fault is recorded (raise.ts) and 0 comes back; after a fault nothing is read or written any more. Linear addresses
// that are not canonical never match a TLB entry, so a handler may pass one on without looking.
import { watchAccess, watchPage } from './debug';
import { Constant, Offset } from './gen/offsets';
import { FLAT_STACK, Op, Seg, canonical, cpu, op } from './state';
import { faulted, raiseError, raiseNotCanonical, Vector } from './raise';
import { TABLE_BYTES, TLB_SIZE_SHIFT, fillSet, fillTlb, tlbEntry } from './tlb';
import { checksAlignment, fleetingTranslation, walkAddress, walkGlobal, walkOrFault, walkShift } from './walk';
import { beforeGuestWrite, beforeWrite, hostEntry, readDevice, readHost, writeDevice, writeHost } from './physical';

/** An address no access succeeds at: what address computation returns after a fault. */
export const POISON: u64 = 0x8000_0000_0000_0000;

/** Host address of `size` bytes in the table, or 0. */
@inline function hit(table: usize, a: u64, size: u64): usize {
  const e = tlbEntry(table, a);
  return load<u64>(e) == ((a + (size - 1)) & ~0xfff) ? <usize>(<u32>a + load<u32>(e, 8)) : 0;
}
@inline function readHit(a: u64, size: u64): usize { return hit(load<u32>(cpu, Offset.tlbRead), a, size); }
@inline function writeHit(a: u64, size: u64): usize { return hit(load<u32>(cpu, Offset.tlbWrite), a, size); }

@inline export function read8(a: u64): u64 { const h = readHit(a, 1); return h ? load<u8>(h) : readSlow(a, 1); }
@inline export function read16(a: u64): u64 { const h = readHit(a, 2); return h ? load<u16>(h) : readSlow(a, 2); }
@inline export function read32(a: u64): u64 { const h = readHit(a, 4); return h ? load<u32>(h) : readSlow(a, 4); }
@inline export function read64(a: u64): u64 { const h = readHit(a, 8); return h ? load<u64>(h) : readSlow(a, 8); }
@inline export function write8(a: u64, v: u64): void { const h = writeHit(a, 1); if (h) store<u8>(h, <u8>v); else writeSlow(a, 1, v); }
@inline export function write16(a: u64, v: u64): void { const h = writeHit(a, 2); if (h) store<u16>(h, <u16>v); else writeSlow(a, 2, v); }
@inline export function write32(a: u64, v: u64): void { const h = writeHit(a, 4); if (h) store<u32>(h, <u32>v); else writeSlow(a, 4, v); }
@inline export function write64(a: u64, v: u64): void { const h = writeHit(a, 8); if (h) store<u64>(h, v); else writeSlow(a, 8, v); }

/** By type: u8 u16 u32 u64. */
@inline export function readT<T>(a: u64): T {
  const h = readHit(a, sizeof<T>());
  return h ? load<T>(h) : <T>readSlow(a, <u32>sizeof<T>());
}
@inline export function writeT<T>(a: u64, v: T): void {
  const h = writeHit(a, sizeof<T>());
  if (h) store<T>(h, v);
  else writeSlow(a, <u32>sizeof<T>(), <u64>v);
}

// Read-modify-write: modifyT reads with the rights of a write, so that commitT cannot fault.
let modifyHost: usize = 0;
let modifyAddress: u64 = 0;

@inline export function modifyT<T>(a: u64): T {
  const h = writeHit(a, sizeof<T>());
  modifyHost = h;
  return h ? load<T>(h) : <T>modifySlow(a, <u32>sizeof<T>());
}
/** Stores the result of the last modifyT; nothing after a fault. */
@inline export function commitT<T>(v: T): void {
  if (modifyHost) store<T>(modifyHost, v);
  else writeSlow(modifyAddress, <u32>sizeof<T>(), <u64>v);
}

function modifySlow(a: u64, size: u32): u64 {
  modifyAddress = a;
  probe(a, size, true);
  return readSlow(a, size);
}

/** Physical address of the last translation that led to a device. */
let devicePhysical: u64 = 0;

/** What a TLB entry keeps of the last walk. */
@inline function walkAux(): u32 { return <u32>walkGlobal | (walkShift << TLB_SIZE_SHIFT); }

@inline function userAccess(): bool { return load<u32>(cpu, Offset.cpl) == 3; }

/** Translates one page's worth of an access: host address, or 0 after a fault or for a device (devicePhysical). */
function translate(a: u64, access: u32): u32 {
  const user = userAccess();
  if (!walkOrFault(a, access, user, false)) return 0;
  const entry = hostEntry(walkAddress >> 12, access == Constant.accessWrite);
  if (!entry) {
    devicePhysical = walkAddress;
    return 0;
  }
  const host = (entry & ~0xfff) | (<u32>walkAddress & 0xfff);
  if (!fleetingTranslation(user) && !watchPage(a)) fillTlb(a, host, access, walkAux());
  return host;
}

/** Host address for fetching code; 0 after a fault. A device cannot be executed: reads as untouched, so #GP. */
export function translateFetch(a: u64): u32 {
  if (!canonical(a)) {
    raiseNotCanonical(false);
    return 0;
  }
  const user = userAccess();
  const h = hit(load<u32>(cpu, Offset.tlbExecute), a, 1);
  if (h) return <u32>h;
  if (!walkOrFault(a, Constant.accessExecute, user, false)) return 0;
  const entry = hostEntry(walkAddress >> 12, false);
  if (!entry) {
    raiseNotCanonical(false);
    return 0;
  }
  const host = (entry & ~0xfff) | (<u32>walkAddress & 0xfff);
  fillTlb(a, host, Constant.accessExecute, walkAux());
  return host;
}

/** Stack references that are not canonical raise #SS, the others #GP. */
function stackReference(): bool {
  const segment = load<u8>(op, Op.segment);
  return implicitStack || segment == FLAT_STACK || segment == Seg.ss;
}
/** Set while an instruction pushes or pops. */
let implicitStack: bool = false;
@inline export function setImplicitStack(value: bool): void { implicitStack = value; }

function outside(a: u64, size: u32): bool {
  if (canonical(a) && canonical(a + <u64>size - 1)) return false;
  raiseNotCanonical(stackReference());
  return true;
}

/** Bytes of the access that lie on its first page. */
@inline function onFirstPage(a: u64, size: u32): u32 {
  const left: u32 = 4096 - (<u32>a & 0xfff);
  return left < size ? left : size;
}

/** Where the second page of a crossing access begins: outside 64-bit mode addresses wrap at 4 GiB. */
@inline function nextPage(a: u64, first: u32): u64 {
  const next = a + <u64>first;
  return load<u32>(cpu, Offset.mode) == 2 || a >> 32 ? next : next & 0xffff_ffff;
}

/** True, with #AC raised, for an access of ring 3 that is not a multiple of its size while alignment is checked. */
function misaligned(a: u64, size: u32): bool {
  if (!(a & <u64>(size - 1)) || !checksAlignment()) return false;
  raiseError(Vector.ac, 0);
  return true;
}

export function readSlow(a: u64, size: u32): u64 {
  if (faulted() || outside(a, size) || misaligned(a, size)) return 0;
  const first = onFirstPage(a, size);
  if (first == size) return readPiece(a, size);
  const low = readPiece(a, first);
  const high = readPiece(nextPage(a, first), size - first);
  return low | (high << (<u64>first << 3));
}

function readPiece(a: u64, size: u32): u64 {
  if (faulted()) return 0;
  const host = translate(a, Constant.accessRead);
  if (faulted()) return 0;
  watchAccess(a, size, false);
  return host ? readHost(host, size) : readDevice(devicePhysical, size);
}

export function writeSlow(a: u64, size: u32, value: u64): void {
  if (faulted() || outside(a, size) || misaligned(a, size)) return;
  const first = onFirstPage(a, size);
  if (first < size) {
    // Both pages must be writable before the first byte is stored.
    const next = nextPage(a, first);
    if (!walkOrFault(a, Constant.accessWrite, userAccess(), false) || !walkOrFault(next, Constant.accessWrite, userAccess(), false)) return;
    writePiece(a, first, value);
    writePiece(next, size - first, value >> (<u64>first << 3));
  } else writePiece(a, size, value);
}

function writePiece(a: u64, size: u32, value: u64): void {
  const host = translate(a, Constant.accessWrite);
  if (faulted()) return;
  watchAccess(a, size, true);
  if (host) {
    beforeGuestWrite(host, size);
    writeHost(host, size, value);
  } else writeDevice(devicePhysical, size, value);
}

/** Raises the fault that an access would raise; true if it would not. */
export function probe(a: u64, size: u32, write: bool): bool {
  if (faulted()) return false;
  if (write ? writeHit(a, size) : readHit(a, size)) return true;
  if (outside(a, size)) return false;
  const access: u32 = write ? Constant.accessWrite : Constant.accessRead;
  const first = onFirstPage(a, size);
  if (!walkOrFault(a, access, userAccess(), false)) return false;
  return first == size || walkOrFault(nextPage(a, first), access, userAccess(), false);
}

/** Host address if the whole access is plain RAM on one page, writable and unchecked; 0: use writeN, or a fault was raised. */
export function prepareWrite(a: u64, size: u32): usize {
  const h = writeHit(a, size);
  if (h) return h;
  if (faulted() || outside(a, size) || onFirstPage(a, size) != size || checksAlignment()) return 0;
  const host = translate(a, Constant.accessWrite);
  if (host) {
    watchAccess(a, size, true);
    beforeGuestWrite(host, size);
  }
  return host;
}

/** As prepareWrite for reading. */
export function prepareRead(a: u64, size: u32): usize {
  const h = readHit(a, size);
  if (h) return h;
  if (faulted() || outside(a, size) || onFirstPage(a, size) != size || checksAlignment()) return 0;
  const host = translate(a, Constant.accessRead);
  if (host) watchAccess(a, size, false);
  return host;
}

// Accesses of the processor itself to descriptor tables and task state: supervisor, whatever CPL is.
// Machine code keeps them in the supervisor set of the TLB; an occupant's sets are its own business.
function systemPiece(a: u64, size: u32, write: bool, value: u64): u64 {
  const own = !load<u32>(cpu, Offset.occupant);
  if (own) {
    const h = hit(load<u32>(cpu, Offset.tlb) + (write ? TABLE_BYTES : 0), a, <u64>size);
    if (h) {
      if (!write) return readHost(h, size);
      writeHost(h, size, value);
      return 0;
    }
  }
  if (!walkOrFault(a, write ? Constant.accessWrite : Constant.accessRead, false, true)) return 0;
  const entry = hostEntry(walkAddress >> 12, write);
  const host = (entry & ~0xfff) | (<u32>walkAddress & 0xfff);
  if (own && entry && !fleetingTranslation(false) && !watchPage(a)) {
    fillSet(0, a, host, write ? Constant.accessWrite : Constant.accessRead, walkAux());
  }
  if (!write) return entry ? readHost(host, size) : readDevice(walkAddress, size);
  if (entry) {
    beforeWrite(host, size);
    writeHost(host, size, value);
  } else writeDevice(walkAddress, size, value);
  return 0;
}

export function readSystem(a: u64, size: u32): u64 {
  if (faulted() || outside(a, size)) return 0;
  const first = onFirstPage(a, size);
  const low = systemPiece(a, first, false, 0);
  if (first == size || faulted()) return low;
  return low | (systemPiece(nextPage(a, first), size - first, false, 0) << (<u64>first << 3));
}

export function writeSystem(a: u64, size: u32, value: u64): void {
  if (faulted() || outside(a, size)) return;
  const first = onFirstPage(a, size);
  if (first < size && !walkOrFault(nextPage(a, first), Constant.accessWrite, false, true)) return;
  systemPiece(a, first, true, value);
  if (first < size && !faulted()) systemPiece(nextPage(a, first), size - first, true, value >> (<u64>first << 3));
}

@inline export function readSystem8(a: u64): u64 { return readSystem(a, 1); }
@inline export function readSystem16(a: u64): u64 { return readSystem(a, 2); }
@inline export function readSystem32(a: u64): u64 { return readSystem(a, 4); }
@inline export function readSystem64(a: u64): u64 { return readSystem(a, 8); }
@inline export function writeSystem8(a: u64, v: u64): void { writeSystem(a, 1, v); }
@inline export function writeSystem16(a: u64, v: u64): void { writeSystem(a, 2, v); }
@inline export function writeSystem32(a: u64, v: u64): void { writeSystem(a, 4, v); }
@inline export function writeSystem64(a: u64, v: u64): void { writeSystem(a, 8, v); }
