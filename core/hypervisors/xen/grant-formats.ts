/** How entries of a grant table lie in the guest's memory, by version. What is read here is read once and then counts. */
import { GrantEntry, GrantEntry2, GrantFlag, GrantStatusWord } from '../../abi/xen/grants.table.ts';
import type { MachineMemory } from '../../seams/machine.ts';

/** One entry, as it was at one moment. */
export interface GrantEntryValue {
  /** GTF_*, with {@link GrantFlag.reading} and {@link GrantFlag.writing} wherever the version keeps them. */
  readonly flags: number;
  readonly domain: number;
  /** Frame of the granter; larger than any frame if the entry names none. */
  readonly frame: number;
  /** Bytes of the page that are granted. */
  readonly start: number;
  readonly end: number;
  /** Transitive: the grant that is passed on. */
  readonly onward: { readonly domain: number; readonly reference: number } | undefined;
}

/** Frames of a table by index; entries lie in `entries`, and in version 2 what the hypervisor says of them in `status`. */
export interface GrantFrames {
  readonly memory: MachineMemory;
  readonly entries: readonly number[];
  readonly status: readonly number[];
}

export interface GrantFormat {
  readonly perFrame: number;
  /** Undefined: the table has no such entry. */
  read(table: GrantFrames, reference: number): GrantEntryValue | undefined;
  /** Grants a whole page. */
  write(table: GrantFrames, reference: number, flags: number, domain: number, frame: number): void;
  /** Two entries trade places, with the bits of their use. */
  exchange(table: GrantFrames, first: number, second: number): void;
  /** Sets and clears {@link GrantFlag.reading} and {@link GrantFlag.writing}. */
  mark(table: GrantFrames, reference: number, set: number, clear: number): void;
}

export type GrantVersion = 1 | 2;

const USE = GrantFlag.reading | GrantFlag.writing;
/** All flags but those of use. */
const GIVEN = 0xffff & ~USE;
const PAGE = 4096;

/** Machine address of item `index` of `size` bytes in a list of frames; -1 beyond its end. */
const addressIn = (frames: readonly number[], index: number, size: number): number => {
  const perFrame = PAGE / size;
  const frame = frames[Math.floor(index / perFrame)];
  return frame === undefined ? -1 : frame * PAGE + (index % perFrame) * size;
};

const exchange = (table: GrantFrames, size: number, first: number, second: number): void => {
  const { memory, entries } = table;
  const [one, other] = [addressIn(entries, first, size), addressIn(entries, second, size)];
  if (one === -1 || other === -1) return;
  const bytes = memory.read(one, size);
  memory.write(one, memory.read(other, size));
  memory.write(other, bytes);
};

const first: GrantFormat = {
  perFrame: GrantEntry.PER_FRAME,
  read: ({ memory, entries }, reference) => {
    const at = addressIn(entries, reference, GrantEntry.SIZE);
    if (at === -1) return undefined;
    const word = memory.readU32(at);
    const frame = memory.readU32(at + GrantEntry.frame);
    return { flags: word & 0xffff & ~GrantFlag.sub_page, domain: word >>> 16, frame, start: 0, end: PAGE, onward: undefined };
  },
  write: ({ memory, entries }, reference, flags, domain, frame) => {
    const at = addressIn(entries, reference, GrantEntry.SIZE);
    if (at === -1) return;
    memory.writeU32(at + GrantEntry.frame, frame);
    memory.writeU32(at, (flags | (domain << 16)) >>> 0);
  },
  exchange: (table, one, other) => exchange(table, GrantEntry.SIZE, one, other),
  mark: ({ memory, entries }, reference, set, clear) => {
    const at = addressIn(entries, reference, GrantEntry.SIZE);
    if (at !== -1) memory.writeU32(at, ((memory.readU32(at) | set) & ~clear) >>> 0);
  },
};

/** The use of an entry is not in the guest's own words, so that it can change those without losing a race. */
const second: GrantFormat = {
  perFrame: GrantEntry2.PER_FRAME,
  read: ({ memory, entries, status }, reference) => {
    const at = addressIn(entries, reference, GrantEntry2.SIZE);
    if (at === -1) return undefined;
    const word = memory.readU32(at);
    const part = memory.readU32(at + GrantEntry2.offset);
    const low = memory.readU32(at + GrantEntry2.frame);
    const frame = memory.readU32(at + GrantEntry2.frame + 4) * 2 ** 32 + low;
    const flags = (word & GIVEN) | (statusOf(memory, status, reference) & USE);
    const domain = word >>> 16;
    if ((flags & GrantFlag.TYPE) === GrantFlag.transitive)
      return { flags, domain, frame: -1, start: 0, end: PAGE, onward: { domain: part & 0xffff, reference: low } };
    const start = part & 0xffff;
    const [from, to] = (flags & GrantFlag.sub_page) === 0 ? [0, PAGE] : [start, Math.min(PAGE, start + (part >>> 16))];
    return { flags, domain, frame, start: from, end: to, onward: undefined };
  },
  write: ({ memory, entries, status }, reference, flags, domain, frame) => {
    const at = addressIn(entries, reference, GrantEntry2.SIZE);
    if (at === -1) return;
    memory.writeU64(at + GrantEntry2.frame, BigInt(frame));
    memory.writeU32(at + GrantEntry2.offset, 0);
    // Of a transfer these bits say how far it is, and they are in the entry itself.
    const inEntry = (flags & GrantFlag.TYPE) === GrantFlag.accept_transfer ? flags : flags & GIVEN;
    memory.writeU32(at, (inEntry | (domain << 16)) >>> 0);
    markStatus(memory, status, reference, flags & ~inEntry & USE, USE & ~(flags & ~inEntry));
  },
  // Entries in use are never exchanged, so their status words are alike.
  exchange: (table, one, other) => exchange(table, GrantEntry2.SIZE, one, other),
  mark: ({ memory, status }, reference, set, clear) => markStatus(memory, status, reference, set, clear),
};

const statusOf = (memory: MachineMemory, status: readonly number[], reference: number): number => {
  const at = addressIn(status, reference, GrantStatusWord.SIZE);
  return at === -1 ? 0 : memory.readU32(at - (at % 4)) >>> (8 * (at % 4));
};

const markStatus = (memory: MachineMemory, status: readonly number[], reference: number, set: number, clear: number): void => {
  const at = addressIn(status, reference, GrantStatusWord.SIZE);
  if (at === -1) return;
  const shift = 8 * (at % 4);
  const word = at - (at % 4);
  memory.writeU32(word, ((memory.readU32(word) | (set << shift)) & ~(clear << shift)) >>> 0);
};

export const GRANT_FORMATS: Readonly<Record<GrantVersion, GrantFormat>> = { 1: first, 2: second };
