/**
 * Guest-physical memory: a frame map that the interpreter reads, filled on demand.
 *
 * An entry is the address of a host frame and `Constant.map*` bits; 0 means that no processor has touched the frame. A
 * frame that was only read shows the zero frame. Processors sign entries that they keep for reading: a first write, which
 * replaces the frame, is told to those who signed. Any other change while TLBs may know a frame costs a flush of every context
 * on this memory.
 */
import { Bug } from '../../base/bug.ts';
import type { HostFrame } from '../../seams/addresses.ts';
import { FRAME_SIZE } from '../../seams/addresses.ts';
import type { AddressRange, ContainerMemory } from '../../seams/machine.ts';
import { Constant, Place } from '../cpu/gen/offsets.ts';
import type { HostFrames } from './frames.ts';
import { ShadowTables, type TableMarks } from './shadow-tables.ts';

/** What the memory needs of the engine. */
export interface CodeCaches extends Omit<TableMarks, 'bytes'> {
  /** Forgets decoded and translated code on a host frame. */
  forgetFrame(address: number): void;
  /** Forgets code that overlaps bytes about to be written, all on one frame. */
  forgetRange(address: number, length: number): void;
}

export interface EngineMemory extends ContainerMemory {
  /** Address and length of the frame map. */
  readonly map: number;
  /** The page tables in it, as a hypervisor without nested paging follows them. */
  readonly shadow: ShadowTables;
  /** Where a physical address of RAM lies in the engine's memory. */
  hostAddress(address: number): number;
  /** A context on this memory wants to hear of what makes its translations wrong. @returns detach */
  attach(context: Translating): () => void;
  /** Answers the interpreter: the entry for an access, 0 if a device is there. `filled` is called if a frame was allocated. */
  fault(frame: number, write: boolean, filled: () => void): number;
}

/** A context that translates by this memory. */
export interface Translating {
  /** How it signs the entries that it knows: within `Constant.mapReaders`. */
  readonly reader: number;
  /** Any translation may be wrong from now on. */
  flush(): void;
  /** Nothing may be read from the host frame at this address any more. */
  forgetReads(address: number): void;
}

const ADDRESS_MASK = 0xffff_f000;

export function containerMemory(host: HostFrames, caches: CodeCaches, ram: readonly AddressRange[]): EngineMemory {
  const frames = Math.max(0, ...ram.map((range) => (range.start + range.length) / FRAME_SIZE));
  const map = host.allocateRange(frames * 4);
  const entries = new Uint32Array(host.bytes.buffer, map, frames);
  const contexts = new Set<Translating>();
  const isRam = (frame: number): boolean =>
    ram.some(({ start, length }) => frame * FRAME_SIZE >= start && frame * FRAME_SIZE < start + length);
  const entryOf = (frame: number): number => entries[frame] ?? 0;
  const addressOf = (entry: number): number => (entry & ADDRESS_MASK) >>> 0;
  const isZero = (entry: number): boolean => addressOf(entry) === host.zero;
  /** Whether the entry has a frame of its own, or shares one with content. */
  const isLasting = (entry: number): boolean => (entry & Constant.mapPresent) !== 0 && !isZero(entry);
  /** What a frame without content has: the zero frame stays where TLBs may know it. */
  const emptied = (entry: number): number => (isZero(entry) ? entry : 0);
  /** Entries by what {@link EngineMemory.usage} tells: counted as they change, for there are millions. */
  const held = { privateFrames: 0, sharedFrames: 0 };
  const count = (entry: number, by: number): void => {
    if (entry & Constant.mapWritable) held.privateFrames += by;
    else if (isLasting(entry)) held.sharedFrames += by;
  };
  const put = (frame: number, entry: number): number => {
    count(entryOf(frame), -1);
    count(entry, 1);
    entries[frame] = entry;
    return entry;
  };
  const flush = (): void => {
    for (const each of contexts) each.flush();
  };
  /** Another frame takes the place of the one of `entry`, which was not writable. */
  const replaced = (entry: number): void => {
    const readers = entry & Constant.mapReaders;
    if (readers === 0) return;
    for (const each of contexts)
      if (readers === Constant.mapReaders || readers === each.reader) each.forgetReads(addressOf(entry));
  };
  const drop = (entry: number): void => {
    if (!isLasting(entry)) return;
    if (host.release(addressOf(entry))) caches.forgetFrame(addressOf(entry));
  };

  /** The entry of a frame of RAM, readable. */
  const readable = (frame: number): number => {
    const entry = entryOf(frame);
    if (entry & Constant.mapPresent) return entry;
    return put(frame, (host.zero | Constant.mapPresent) >>> 0);
  };

  /** The entry of a frame of RAM, writable in place. */
  const writable = (frame: number): number => {
    const entry = entryOf(frame);
    if (entry & Constant.mapWritable) return entry;
    const shared = isLasting(entry);
    if (shared && host.owners(addressOf(entry)) === 1) return put(frame, (entry | Constant.mapWritable) >>> 0);
    const address = host.allocate();
    const made = put(frame, (address | Constant.mapPresent | Constant.mapWritable) >>> 0);
    if (shared) {
      host.bytes.copyWithin(address, addressOf(entry), addressOf(entry) + FRAME_SIZE);
      drop(entry);
    }
    if (entry & Constant.mapPresent) replaced(entry);
    return made;
  };

  const shadow = new ShadowTables({
    bytes: host.bytes,
    markTable: (address) => caches.markTable(address),
    unmarkTable: (address) => caches.unmarkTable(address),
  });

  const checked = (frame: number): number => {
    if (!isRam(frame)) throw new Bug(`frame 0x${frame.toString(16)} is not RAM`);
    return frame;
  };
  /** Host address of a machine address. */
  const locate = (address: number, write: boolean): number => {
    const frame = Math.floor(address / FRAME_SIZE);
    let entry = entryOf(frame);
    // A frame that can be used is RAM.
    if ((entry & (write ? Constant.mapWritable : Constant.mapPresent)) === 0) {
      checked(frame);
      if (write) entry = writable(frame);
    }
    const at = entry & Constant.mapPresent ? addressOf(entry) : host.zero;
    return at + (address % FRAME_SIZE);
  };
  /** The same, for `size` bytes on one frame that are about to be written. */
  const locateWrite = (address: number, size: number): number => {
    const at = locate(address, true);
    const flags = host.bytes[Place.frameFlags + Math.floor(at / FRAME_SIZE)] ?? 0;
    if (flags & (Constant.frameDecoded | Constant.frameTranslated)) caches.forgetRange(at, size);
    if (flags & Constant.frameTable && shadow.written(at, size, false)) memory.onTableWrite?.();
    return at;
  };
  /** Calls back for each piece of a range that lies on one frame. */
  const pieces = (
    address: number,
    length: number,
    write: boolean,
    use: (at: number, from: number, size: number) => void,
  ): void => {
    for (let done = 0; done < length; ) {
      const size = Math.min(length - done, FRAME_SIZE - ((address + done) % FRAME_SIZE));
      use(write ? locateWrite(address + done, size) : locate(address + done, false), done, size);
      done += size;
    }
  };
  const read = (address: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    pieces(address, length, false, (at, from, size) => bytes.set(host.bytes.subarray(at, at + size), from));
    return bytes;
  };
  const write = (address: number, bytes: Uint8Array): void =>
    pieces(address, bytes.length, true, (at, from, size) => host.bytes.set(bytes.subarray(from, from + size), at));
  const inFrame = (address: number, size: number): boolean => (address % FRAME_SIZE) + size <= FRAME_SIZE;

  const memory: EngineMemory = {
    frames,
    map,
    shadow,
    hostAddress: (address) => locate(address, false),
    onTableWrite: undefined,
    attach: (context) => {
      contexts.add(context);
      return () => contexts.delete(context);
    },
    fault: (frame, forWrite, filled) => {
      if (!isRam(frame)) {
        put(frame, Constant.mapDevice);
        return 0;
      }
      if (!forWrite) return readable(frame);
      const before = entryOf(frame);
      const entry = writable(frame);
      if ((before & Constant.mapPresent) === 0 || isZero(before)) filled();
      return entry;
    },
    bytes: (frame, access) => {
      const at = locate(frame * FRAME_SIZE, access === 'write');
      if (access === 'write') caches.forgetFrame(at);
      return host.bytes.subarray(at, at + FRAME_SIZE);
    },
    readU64: (address) => {
      if (inFrame(address, 8)) return host.view.getBigUint64(locate(address, false), true);
      return new DataView(read(address, 8).buffer).getBigUint64(0, true);
    },
    writeU64: (address, value) => {
      if (inFrame(address, 8)) {
        host.view.setBigUint64(locateWrite(address, 8), value, true);
        return;
      }
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigUint64(0, value, true);
      write(address, bytes);
    },
    readU32: (address) => {
      if (inFrame(address, 4)) return host.view.getUint32(locate(address, false), true);
      return new DataView(read(address, 4).buffer).getUint32(0, true);
    },
    writeU32: (address, value) => {
      if (inFrame(address, 4)) {
        host.view.setUint32(locateWrite(address, 4), value, true);
        return;
      }
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, value, true);
      write(address, bytes);
    },
    read,
    write,
    discard: (frame) => {
      const entry = entryOf(checked(frame));
      put(frame, emptied(entry));
      if (!isLasting(entry)) return;
      drop(entry);
      if (entry & Constant.mapWritable) flush();
      else replaced(entry);
    },
    share: (from, to) => {
      if (from === to) return;
      const source = entryOf(checked(from));
      const old = entryOf(checked(to));
      if (!isLasting(source)) put(to, emptied(old));
      else {
        const readOnly = (source & ~Constant.mapWritable) >>> 0;
        host.share(addressOf(source));
        put(from, readOnly);
        put(to, (readOnly & ~Constant.mapReaders) >>> 0);
      }
      drop(old);
      // What could be written no longer can be, or shows something else.
      if (((source | old) & Constant.mapWritable) !== 0) flush();
      else replaced(old);
    },
    isPrivate: (frame) => (entryOf(frame) & Constant.mapWritable) !== 0,
    usage: () => ({ ...held }),
    hostFrame: (frame) => {
      const entry = entryOf(frame);
      return entry & Constant.mapPresent ? ((addressOf(entry) / FRAME_SIZE) as HostFrame) : undefined;
    },
    release: () => {
      for (const entry of entries) drop(entry);
      entries.fill(0);
      Object.assign(held, { privateFrames: 0, sharedFrames: 0 });
      flush();
      host.releaseRange(map, frames * 4);
    },
  };
  return memory;
}
