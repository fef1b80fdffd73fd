/**
 * A split virtqueue as its driver sees it (virtio 1.1 section 2.6), in one page: descriptors, the ring of chains offered, the
 * ring of chains used. What the device writes is checked: a chain that was not offered is not taken back.
 */
import { Descriptor, DescriptorFlag, Ring, UsedElement } from '../../abi/virtio/virtio.table.ts';
import { invariant } from '../../base/bug.ts';
import type { OwnPage } from '../../seams/platform.ts';

/** The most descriptors whose three parts fit a page, as a power of two. */
export const QUEUE_SIZE = 128;
const AVAILABLE = Descriptor.size * QUEUE_SIZE;
/** Flags, index, entries and the event word; the used ring is aligned to 4 bytes (section 2.6). */
const USED = AVAILABLE + Ring.entries + 2 * QUEUE_SIZE + 4;

/** Addresses are those by which the device knows the memory. */
export interface Buffer {
  readonly address: number;
  readonly length: number;
}

export class DriverQueue<Token> {
  private readonly free: number[] = Array.from({ length: QUEUE_SIZE }, (_, index) => QUEUE_SIZE - 1 - index);
  private readonly chains = new Map<number, { readonly token: Token; readonly descriptors: readonly number[] }>();
  private offered = 0;
  private published = 0;
  private taken = 0;

  constructor(private readonly page: OwnPage) {
    this.page.bytes('write').fill(0);
  }

  /** Where the device finds the three parts. */
  get addresses(): { readonly descriptors: number; readonly available: number; readonly used: number } {
    const base = this.page.frame * 4096;
    return { descriptors: base, available: base + AVAILABLE, used: base + USED };
  }

  /** Whether a chain of so many buffers finds room. */
  hasRoom(buffers: number): boolean {
    return this.free.length >= buffers;
  }

  private view(): DataView {
    const bytes = this.page.bytes('write');
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Offers buffers, those to be read first; only while there is room. The device sees them after {@link publish}. */
  offer(readable: readonly Buffer[], writable: readonly Buffer[], token: Token): void {
    const view = this.view();
    const buffers = [...readable, ...writable];
    const descriptors = this.free.splice(this.free.length - buffers.length);
    const [head] = descriptors;
    invariant(head !== undefined && descriptors.length === buffers.length, 'a chain is offered where there is room for it');
    for (const [index, { address, length }] of buffers.entries()) {
      const at = (descriptors[index] ?? 0) * Descriptor.size;
      const next = descriptors[index + 1];
      view.setBigUint64(at + Descriptor.address, BigInt(address), true);
      view.setUint32(at + Descriptor.length, length, true);
      const flags = (index >= readable.length ? DescriptorFlag.write : 0) | (next === undefined ? 0 : DescriptorFlag.next);
      view.setUint16(at + Descriptor.flags, flags, true);
      view.setUint16(at + Descriptor.next, next ?? 0, true);
    }
    this.chains.set(head, { token, descriptors });
    view.setUint16(AVAILABLE + Ring.entries + 2 * (this.offered % QUEUE_SIZE), head, true);
    this.offered = (this.offered + 1) & 0xffff;
  }

  /** Shows the device what was offered; true if there was anything new. */
  publish(): boolean {
    if (this.offered === this.published) return false;
    this.view().setUint16(AVAILABLE + Ring.index, this.offered, true);
    this.published = this.offered;
    return true;
  }

  /** The next chain that the device has used, and how many bytes it wrote; undefined: there is none. */
  take(): { readonly token: Token; readonly written: number } | undefined {
    const view = this.view();
    while (view.getUint16(USED + Ring.index, true) !== this.taken) {
      const at = USED + Ring.entries + UsedElement.size * (this.taken % QUEUE_SIZE);
      this.taken = (this.taken + 1) & 0xffff;
      const head = view.getUint32(at + UsedElement.id, true);
      const chain = this.chains.get(head);
      if (chain === undefined) continue;
      this.chains.delete(head);
      this.free.push(...chain.descriptors);
      return { token: chain.token, written: view.getUint32(at + UsedElement.length, true) };
    }
    return undefined;
  }
}
