/**
 * Guest-physical memory: a frame map that the interpreter reads, filled on demand.
 *
 * An entry is the address of a host frame and `Constant.map*` bits; 0 means that no processor has touched the frame. A
 * frame that was only read shows the zero frame. A frame that is replaced, or changes its content, while TLBs may know it
 * costs a flush of every context on this memory.
 */
import { Bug } from '../../base/bug.ts';
import type { HostFrame } from '../../seams/addresses.ts';
import { FRAME_SIZE } from '../../seams/addresses.ts';
import type { AddressRange, ContainerMemory } from '../../seams/machine.ts';
import { Constant } from '../cpu/gen/offsets.ts';
import type { HostFrames } from './frames.ts';

/** What the memory needs of the engine. */
export interface CodeCaches {
  /** Forgets decoded and translated code on a host frame. */
  forgetFrame(address: number): void;
  /** Forgets code that overlaps bytes about to be written, all on one frame. */
  forgetRange(address: number, length: number): void;
}

export interface EngineMemory extends ContainerMemory {
  /** Address and length of the frame map. */
  readonly map: number;
  /** `flush` is called whenever translations of a context on this memory may be wrong from now on. @returns detach */
  attach(flush: () => void): () => void;
  /** Answers the interpreter: the entry for an access, 0 if a device is there. `filled` is called if a frame was allocated. */
  fault(frame: number, write: boolean, filled: () => void): number;
}

const ADDRESS_MASK = 0xffff_f000;

export function containerMemory(host: HostFrames, caches: CodeCaches, ram: readonly AddressRange[]): EngineMemory {
  const frames = Math.max(0, ...ram.map((range) => (range.start + range.length) / FRAME_SIZE));
  const map = host.allocateRange(frames * 4);
  const entries = new Uint32Array(host.bytes.buffer, map, frames);
  const flushes = new Set<() => void>();
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
    for (const each of flushes) each();
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
    if (entry & Constant.mapPresent) flush();
    return made;
  };

  const checked = (frame: number): number => {
    if (!isRam(frame)) throw new Bug(`frame 0x${frame.toString(16)} is not RAM`);
    return frame;
  };
  /** Host address of a machine address. */
  const locate = (address: number, write: boolean): number => {
    const frame = checked(Math.floor(address / FRAME_SIZE));
    const entry = write ? writable(frame) : entryOf(frame);
    const at = entry & Constant.mapPresent ? addressOf(entry) : host.zero;
    return at + (address % FRAME_SIZE);
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
      const at = locate(address + done, write);
      if (write) caches.forgetRange(at, size);
      use(at, done, size);
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

  return {
    frames,
    map,
    attach: (each) => {
      flushes.add(each);
      return () => flushes.delete(each);
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
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigUint64(0, value, true);
      write(address, bytes);
    },
    readU32: (address) => {
      if (inFrame(address, 4)) return host.view.getUint32(locate(address, false), true);
      return new DataView(read(address, 4).buffer).getUint32(0, true);
    },
    writeU32: (address, value) => {
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
      flush();
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
        put(to, readOnly);
      }
      drop(old);
      // What could be written no longer can be, or shows something else.
      if ((isLasting(source) && (source & Constant.mapWritable) !== 0) || isLasting(old)) flush();
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
}
