// Which bytes of memory are decoded code, and forgetting them when they are written.
//
// frameFlags says whether a frame holds code at all (its writes then never enter a TLB); frameCode has one bit for
// each 64-byte chunk, so that data beside code costs one test. A write to a marked chunk drops every decoded
// instruction that overlaps the chunk, exactly before the write is visible.
import { Constant, Place } from './gen/offsets';
import { forgetWrites } from './tlb';
import { dropFrame, translatedWritten } from './translated';

@inline export function decodeRecord(host: u32): usize {
  return <usize>Place.decodeCache + (<usize>(host & (Constant.decodeEntries - 1)) << 5);
}

/** A shadow follows the page tables on a frame: writes to it are told from now on. */
export function markTable(host: u32): void {
  const flags = <usize>Place.frameFlags + (host >> 12);
  const known = load<u8>(flags);
  store<u8>(flags, (known & ~Constant.frameWriteCached) | Constant.frameTable);
  if (known & Constant.frameWriteCached) forgetWrites(host);
}
export function unmarkTable(host: u32): void {
  const flags = <usize>Place.frameFlags + (host >> 12);
  store<u8>(flags, load<u8>(flags) & ~Constant.frameTable);
}

/** Notes that `length` bytes at `host`, on one page, are decoded. */
export function markCode(host: u32, length: u32): void {
  const flags = <usize>Place.frameFlags + (host >> 12);
  const known = load<u8>(flags);
  if (!(known & Constant.frameDecoded)) {
    store<u8>(flags, (known & ~Constant.frameWriteCached) | Constant.frameDecoded);
    if (known & Constant.frameWriteCached) forgetWrites(host);
  }
  const chunks = <usize>Place.frameCode + (<usize>(host >> 12) << 3);
  const from = (host >> 6) & 63;
  const to = ((host + length - 1) >> 6) & 63;
  store<u64>(chunks, load<u64>(chunks) | (<u64>1 << from) | (<u64>1 << to));
}

/** Drops decoded instructions that start in `from`..`to` (host addresses, inclusive). */
function dropRecords(from: u32, to: u32): void {
  for (let host = from; host <= to; host++) {
    const record = decodeRecord(host);
    if (<u32>load<u64>(record) == host) store<u64>(record, 0);
  }
}

/** `length` bytes at `host`, on one page, are about to be written and the frame holds code. */
export function codeWritten(host: u32, length: u32): void {
  if (load<u8>(<usize>Place.frameFlags + (host >> 12)) & Constant.frameTranslated) translatedWritten(host, length);
  const chunks = <usize>Place.frameCode + (<usize>(host >> 12) << 3);
  const first = (host >> 6) & 63;
  const last = ((host + length - 1) >> 6) & 63;
  for (let chunk = first; chunk <= last; chunk++) {
    const bit = <u64>1 << chunk;
    if (!(load<u64>(chunks) & bit)) continue;
    const page = host & ~0xfff;
    const start = chunk << 6;
    // An instruction that begins up to 14 bytes before the chunk may reach into it.
    dropRecords(page + (start < 14 ? 0 : start - 14), page + start + 63);
    store<u64>(chunks, load<u64>(chunks) & ~bit);
  }
  // Nothing is left: the frame is plain data again.
  if (load<u64>(chunks) == 0) {
    const flags = <usize>Place.frameFlags + (host >> 12);
    store<u8>(flags, load<u8>(flags) & ~Constant.frameDecoded);
  }
}

/** Everything on a frame is forgotten: it was replaced, freed, or written by a device as a whole. */
export function forgetFrame(host: u32): void {
  const flags = <usize>Place.frameFlags + (host >> 12);
  dropFrame(host);
  if (load<u8>(flags) & Constant.frameDecoded) codeWritten(host & ~0xfff, 4096);
  store<u8>(flags, load<u8>(flags) & Constant.frameWriteCached);
}
