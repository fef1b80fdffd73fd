// MOVS STOS LODS CMPS SCAS, with REP by whole stretches of a page where memory is plain RAM.
import { Attribute } from '../descriptors';
import { Offset } from '../gen/offsets';
import { faulted } from '../raise';
import { Kind, setFlags, setStatus, statusFlags } from '../flags';
import { prepareRead, prepareWrite, readT, writeT } from '../memory';
import { register, segmented, setRegister } from '../operands';
import { account, addressMask, affordable, isRepeated, repeatCount, setAddressRegister, suspend } from '../repeat';
import { FLAT, Flag, Mode, Op, Prefix, Seg, cpu, gpr64, mode, op, opSegment, segmentAttributes, segmentLimit } from '../state';

const RAX: u32 = 0;
const RSI: u32 = 6;
const RDI: u32 = 7;

@inline function backward(): bool { return (load<u64>(cpu, Offset.rflags) & Flag.df) != 0; }
@inline function source(): u64 { return gpr64(RSI) & addressMask(); }
@inline function destination(): u64 { return gpr64(RDI) & addressMask(); }
@inline function sourceLinear(size: u32): u64 { return opSegment() >= FLAT ? source() : segmented(opSegment(), source(), size, false); }
/** The destination is always ES. */
@inline function destinationLinear(size: u32, write: bool): u64 {
  return mode() == Mode.code64 ? destination() : segmented(Seg.es, destination(), size, write);
}
/** Moves RSI or RDI over `n` elements. */
@inline function advance<T>(i: u32, n: u64): void {
  setAddressRegister(i, backward() ? gpr64(i) - n * sizeof<T>() : gpr64(i) + n * sizeof<T>());
}

/** Whole elements from `linear` to the end of its page, and from `offset` to where 32-bit offsets end. */
@inline function room<T>(linear: u64, offset: u64): u64 {
  const onPage = (4096 - (linear & 0xfff)) / sizeof<T>();
  return mode() == Mode.code64 ? onPage : min(onPage, (0x1_0000_0000 - offset) / sizeof<T>());
}
/**
 * Stretches are taken upwards where an address needs no check beyond its page: flat 64-bit addresses, and 32-bit ones in
 * segments of 4 GiB.
 */
function whole(segment: u32, write: bool): bool {
  if (mode() == Mode.code64) return load<u8>(op, Op.addressSize) == 8 && segment >= FLAT;
  if (load<u8>(op, Op.addressSize) != 4) return false;
  const index = segment >= FLAT ? <u32>Seg.ds : segment;
  const attributes = segmentAttributes(index);
  if (segmentLimit(index) != 0xffff_ffff || attributes & Attribute.unusable) return false;
  if (attributes & Attribute.code) return !write && (attributes & Attribute.readable) != 0;
  return !(attributes & Attribute.down) && (!write || (attributes & Attribute.writable) != 0);
}
/** The destination is ES, which 64-bit mode takes as flat. */
@inline function wholeDestination(): bool { return whole(mode() == Mode.code64 ? FLAT : <u32>Seg.es, true); }

@inline function moveOne<T>(): void {
  const v = readT<T>(sourceLinear(<u32>sizeof<T>()));
  if (faulted()) return;
  writeT<T>(destinationLinear(<u32>sizeof<T>(), true), v);
  if (faulted()) return;
  advance<T>(RSI, 1);
  advance<T>(RDI, 1);
}

/** Up to `limit` elements at once; 0: not possible here. */
function moveStretch<T>(limit: u64): u64 {
  const from = sourceLinear(<u32>sizeof<T>());
  const to = destinationLinear(<u32>sizeof<T>(), true);
  const n = min(limit, min(room<T>(from, source()), room<T>(to, destination())));
  if (n < 2) return 0;
  const bytes = <u32>(n * sizeof<T>());
  if (!prepareRead(from, bytes)) return 0;
  const d = prepareWrite(to, bytes);
  if (!d) return 0;
  // Only now: a first write may have given the source page another frame.
  const s = prepareRead(from, bytes);
  if (!s) return 0;
  // Overlap with the destination ahead repeats what was just written, element by element.
  if (d > s && d < s + bytes) for (let i: usize = 0; i < bytes; i += sizeof<T>()) store<T>(d + i, load<T>(s + i));
  else memory.copy(d, s, bytes);
  advance<T>(RSI, n);
  advance<T>(RDI, n);
  return n;
}

export function movs<T>(): void {
  if (!isRepeated()) return moveOne<T>();
  let first = true;
  while (true) {
    const count = repeatCount();
    if (count == 0) return;
    const limit = min(count, affordable(first));
    if (limit == 0) return suspend();
    let n: u64 = !backward() && whole(opSegment(), false) && wholeDestination() ? moveStretch<T>(limit) : 0;
    if (n == 0) {
      if (!faulted()) moveOne<T>();
      if (faulted()) return;
      n = 1;
    }
    account(n, first);
    first = false;
  }
}

@inline function storeOne<T>(): void {
  writeT<T>(destinationLinear(<u32>sizeof<T>(), true), register<T>(RAX));
  if (!faulted()) advance<T>(RDI, 1);
}

function storeStretch<T>(limit: u64): u64 {
  const to = destinationLinear(<u32>sizeof<T>(), true);
  const n = min(limit, room<T>(to, destination()));
  if (n < 2) return 0;
  const bytes = <u32>(n * sizeof<T>());
  const d = prepareWrite(to, bytes);
  if (!d) return 0;
  const v = register<T>(RAX);
  if (sizeof<T>() == 1 || v == 0) memory.fill(d, <u8>v, bytes);
  else for (let i: usize = 0; i < bytes; i += sizeof<T>()) store<T>(d + i, v);
  advance<T>(RDI, n);
  return n;
}

export function stos<T>(): void {
  if (!isRepeated()) return storeOne<T>();
  let first = true;
  while (true) {
    const count = repeatCount();
    if (count == 0) return;
    const limit = min(count, affordable(first));
    if (limit == 0) return suspend();
    let n: u64 = !backward() && wholeDestination() ? storeStretch<T>(limit) : 0;
    if (n == 0) {
      if (!faulted()) storeOne<T>();
      if (faulted()) return;
      n = 1;
    }
    account(n, first);
    first = false;
  }
}

@inline function loadOne<T>(): void {
  const v = readT<T>(sourceLinear(<u32>sizeof<T>()));
  if (faulted()) return;
  setRegister<T>(RAX, v);
  advance<T>(RSI, 1);
}
export function lods<T>(): void {
  if (!isRepeated()) return loadOne<T>();
  for (let first = true; repeatCount() != 0; first = false) {
    if (affordable(first) == 0) return suspend();
    loadOne<T>();
    if (faulted()) return;
    account(1, first);
  }
}

/** Compares and sets flags; true if equal. */
@inline function compareOne<T>(): bool {
  // Where both operands fault, processors report that of ES:RDI (seen on Intel's).
  const r = readT<T>(destinationLinear(<u32>sizeof<T>(), false));
  const l = readT<T>(sourceLinear(<u32>sizeof<T>()));
  if (faulted()) return false;
  setFlags<T>(Kind.sub, l, r, <T>(l - r));
  advance<T>(RSI, 1);
  advance<T>(RDI, 1);
  return l == r;
}
@inline function scanOne<T>(): bool {
  const r = readT<T>(destinationLinear(<u32>sizeof<T>(), false));
  if (faulted()) return false;
  const l = register<T>(RAX);
  setFlags<T>(Kind.sub, l, r, <T>(l - r));
  advance<T>(RDI, 1);
  return l == r;
}

/** REPE goes on while equal, REPNE while not. */
@inline function goesOn(equal: bool): bool { return equal == ((load<u8>(op, Op.flags) & Prefix.rep) != 0); }

// The flags change when the instruction ends: a fault, and an interrupt likewise, shows them as they were before it
// (SDM vol. 2, REP), however many iterations were done and however they were cut into runs.
let keptFlags: u64 = 0;
function keepFlags(): void { keptFlags = statusFlags(); }
function restoreFlags(): void { setStatus(Flag.status, keptFlags); }

export function cmps<T>(): void {
  if (!isRepeated()) {
    compareOne<T>();
    return;
  }
  keepFlags();
  for (let first = true; repeatCount() != 0; first = false) {
    if (affordable(first) == 0) {
      restoreFlags();
      return suspend();
    }
    const equal = compareOne<T>();
    if (faulted()) return restoreFlags();
    account(1, first);
    if (!goesOn(equal)) return;
  }
}
export function scas<T>(): void {
  if (!isRepeated()) {
    scanOne<T>();
    return;
  }
  keepFlags();
  for (let first = true; repeatCount() != 0; first = false) {
    if (affordable(first) == 0) {
      restoreFlags();
      return suspend();
    }
    const equal = scanOne<T>();
    if (faulted()) return restoreFlags();
    account(1, first);
    if (!goesOn(equal)) return;
  }
}
