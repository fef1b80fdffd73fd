// Fetching: from RIP to a decoded instruction, through the window, the decode cache, or byte by byte over a page end.
import { Offset, Place } from './gen/offsets';
import { Mode, Op, Seg, cpu, segmentBase, segmentLimit } from './state';
import { faulted, raiseGp } from './raise';
import { setFetchWindow, fetchAddend, fetchLength, fetchStart } from './tlb';
import { translateFetch } from './memory';
import { decodeRecord, markCode } from './code';
import { decode } from './decode';

/** Mode bits of the record keys while the window is valid. */
export let fetchKey: u64 = 0;

const PAGE: u64 = 4096;
const MAX_LENGTH: u32 = 15;

/** Opens the window around `at`; false after a fault. */
export function openWindow(at: u64): bool {
  fetchKey = <u64>load<u32>(cpu, Offset.mode) << 40;
  if (load<u32>(cpu, Offset.mode) == Mode.code64) {
    const host = translateFetch(at);
    if (!host) return false;
    setFetchWindow(at & ~(PAGE - 1), PAGE, host - <u32>at);
    return true;
  }
  // Outside 64-bit mode the window ends at the segment limit and begins where the offset is 0.
  const limit = <u64>segmentLimit(Seg.cs);
  if (at > limit) {
    raiseGp();
    return false;
  }
  const linear = (segmentBase(Seg.cs) + at) & 0xffff_ffff;
  const host = translateFetch(linear);
  if (!host) return false;
  const inside = linear & (PAGE - 1);
  const start = at > inside ? at - inside : 0;
  let end = at + PAGE - inside;
  if (end > limit + 1) end = limit + 1;
  setFetchWindow(start, end - start, host - <u32>at);
  return true;
}

/** Decodes at `at`, whose host address is given; returns the record, or 0 after a fault. */
export function decodeAt(at: u64, host: u32): usize {
  const available = <u32>(fetchStart + fetchLength - at);
  const record = decodeRecord(host);
  store<u64>(record, 0);
  store<u64>(cpu, load<u64>(cpu, Offset.countDecode) + 1, Offset.countDecode);
  const length = decode(host, available, load<u32>(cpu, Offset.mode), record);
  if (!length) return gather(at, host, available);
  store<u64>(record, <u64>host | fetchKey);
  markCode(host, length);
  return record;
}

/** The instruction goes on behind the window: its bytes are put together, and the record is not kept. */
function gather(at: u64, host: u32, available: u32): usize {
  const record = <usize>Place.scratch;
  const buffer = record + Op.bytes;
  const wide = load<u32>(cpu, Offset.mode) == Mode.code64;
  let next = at + available;
  if (!wide) {
    if (next > <u64>segmentLimit(Seg.cs)) {
      raiseGp();
      return 0;
    }
    next = (segmentBase(Seg.cs) + next) & 0xffff_ffff;
  }
  const rest = translateFetch(next);
  if (!rest) return 0;
  memory.copy(buffer, host, available);
  let room = <u32>(PAGE - (next & (PAGE - 1)));
  if (room > MAX_LENGTH - available) room = MAX_LENGTH - available;
  memory.copy(buffer + available, rest, room);
  if (!decode(buffer, available + room, load<u32>(cpu, Offset.mode), record)) raiseGp();
  // The limit of CS may end inside the instruction.
  if (!wide && at + load<u8>(record, Op.length) > <u64>segmentLimit(Seg.cs) + 1) raiseGp();
  return faulted() ? 0 : record;
}

/** Host address of the byte at `at` within the window. */
@inline export function windowHost(at: u64): u32 { return <u32>at + fetchAddend; }
