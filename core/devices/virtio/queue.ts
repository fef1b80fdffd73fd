/**
 * A split virtqueue as its device sees it (virtio 1.1 section 2.6).
 *
 * Everything in the rings was written by a guest: every index, address and length is checked before use, a chain may
 * not be longer than its table, and a queue that breaks a rule is broken until the device is reset.
 */
import { Descriptor, DescriptorFlag, Ring, UsedElement } from '../../abi/virtio/virtio.table.ts';

/** Memory of the guest, as a bus-mastering device reaches it. */
export interface GuestMemory {
  readMemory(address: number, length: number): Uint8Array;
  writeMemory(address: number, bytes: Uint8Array): void;
}

export interface Segment {
  readonly address: number;
  readonly length: number;
}

/** Buffers that the driver made available together: first those to read, then those to fill. */
export interface Chain {
  readonly head: number;
  readonly readable: readonly Segment[];
  readonly writable: readonly Segment[];
}

/** No request of any of our devices needs more; larger ones are refused as broken. */
const LARGEST_CHAIN_BYTES = 16 * 1024 * 1024;

export class Virtqueue {
  size: number;
  enabled = false;
  descriptors = 0;
  available = 0;
  used = 0;
  /** A rule was broken; nothing is taken from the queue until reset. */
  broken = false;
  #nextAvailable = 0;
  #nextUsed = 0;

  constructor(
    private readonly memory: GuestMemory,
    readonly largest: number,
  ) {
    this.size = largest;
  }

  reset(): void {
    this.size = this.largest;
    this.enabled = false;
    this.descriptors = 0;
    this.available = 0;
    this.used = 0;
    this.broken = false;
    this.#nextAvailable = 0;
    this.#nextUsed = 0;
  }

  /** Takes the next chain; undefined when there is none (or the queue is broken or not enabled). */
  take(): Chain | undefined {
    if (!this.enabled || this.broken) return undefined;
    const waiting = (this.#readU16(this.available + Ring.index) - this.#nextAvailable) & 0xffff;
    if (waiting === 0) return undefined;
    if (waiting > this.size) return this.#break();
    const head = this.#readU16(this.available + Ring.entries + 2 * (this.#nextAvailable % this.size));
    const chain = this.#collect(head);
    if (chain !== undefined) this.#nextAvailable = (this.#nextAvailable + 1) & 0xffff;
    return chain;
  }

  /** True if {@link take} would return something. */
  get waiting(): boolean {
    return this.enabled && !this.broken && this.#readU16(this.available + Ring.index) !== this.#nextAvailable;
  }

  /** Returns a chain to the driver with the number of bytes written into it. */
  give(chain: Chain, written: number): void {
    const element = new DataView(new ArrayBuffer(UsedElement.size));
    element.setUint32(UsedElement.id, chain.head, true);
    element.setUint32(UsedElement.length, written, true);
    this.memory.writeMemory(
      this.used + Ring.entries + UsedElement.size * (this.#nextUsed % this.size),
      new Uint8Array(element.buffer),
    );
    this.#nextUsed = (this.#nextUsed + 1) & 0xffff;
    this.memory.writeMemory(this.used + Ring.index, Uint8Array.of(this.#nextUsed & 0xff, this.#nextUsed >> 8));
  }

  /** The driver asked not to be interrupted for used buffers. */
  get quiet(): boolean {
    return (this.#readU16(this.available + Ring.flags) & Ring.noInterrupt) !== 0;
  }

  /** All readable bytes of a chain, in order. */
  gather(chain: Chain): Uint8Array {
    const bytes = new Uint8Array(lengthOf(chain.readable));
    let at = 0;
    for (const segment of chain.readable) {
      bytes.set(this.memory.readMemory(segment.address, segment.length), at);
      at += segment.length;
    }
    return bytes;
  }

  /** Writes bytes into the writable segments in order, from byte `offset` of them; returns how many found room. */
  scatter(chain: Chain, bytes: Uint8Array, offset = 0): number {
    let skip = offset;
    let done = 0;
    for (const segment of chain.writable) {
      if (skip >= segment.length) {
        skip -= segment.length;
        continue;
      }
      const part = bytes.subarray(done, done + segment.length - skip);
      if (part.length === 0) break;
      this.memory.writeMemory(segment.address + skip, part);
      done += part.length;
      skip = 0;
    }
    return done;
  }

  saved(): number[] {
    return [
      this.size,
      Number(this.enabled),
      this.descriptors,
      this.available,
      this.used,
      this.#nextAvailable,
      this.#nextUsed,
      Number(this.broken),
    ];
  }

  restore(saved: readonly number[]): void {
    const [
      size = this.largest,
      enabled = 0,
      descriptors = 0,
      available = 0,
      used = 0,
      nextAvailable = 0,
      nextUsed = 0,
      broken = 0,
    ] = saved;
    Object.assign(this, { size, enabled: enabled === 1, descriptors, available, used, broken: broken === 1 });
    this.#nextAvailable = nextAvailable;
    this.#nextUsed = nextUsed;
  }

  #collect(head: number): Chain | undefined {
    let table = this.descriptors;
    let entries = this.size;
    let index = head;
    const readable: Segment[] = [];
    const writable: Segment[] = [];
    let bytes = 0;
    for (let steps = 0, indirect = false; ; steps++) {
      if (index >= entries || steps >= entries) return this.#break();
      const raw = this.memory.readMemory(table + Descriptor.size * index, Descriptor.size);
      const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
      const address = Number(view.getBigUint64(Descriptor.address, true));
      const length = view.getUint32(Descriptor.length, true);
      const flags = view.getUint16(Descriptor.flags, true);
      if (flags & DescriptorFlag.indirect) {
        if (indirect || flags & DescriptorFlag.next || length === 0 || length % Descriptor.size !== 0) return this.#break();
        [table, entries, index, indirect, steps] = [address, Math.min(length / Descriptor.size, this.largest * 4), 0, true, -1];
        continue;
      }
      bytes += length;
      if (bytes > LARGEST_CHAIN_BYTES) return this.#break();
      if (flags & DescriptorFlag.write) writable.push({ address, length });
      else if (writable.length > 0) return this.#break();
      else readable.push({ address, length });
      if (!(flags & DescriptorFlag.next)) return { head, readable, writable };
      index = view.getUint16(Descriptor.next, true);
    }
  }

  #break(): undefined {
    this.broken = true;
    return undefined;
  }

  #readU16(address: number): number {
    const bytes = this.memory.readMemory(address, 2);
    return (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
  }
}

export const lengthOf = (segments: readonly Segment[]): number => segments.reduce((sum, segment) => sum + segment.length, 0);
