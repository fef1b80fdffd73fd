/**
 * Who owns each machine frame, how often it is referenced, and as what.
 *
 * A frame has one *type* at a time and may change it only while nobody uses it as that type; a frame that is a page
 * table can therefore never be mapped writable. `count` counts every reference (the allocation is one, each mapping is
 * one), `typeCount` the references that depend on the type. Typed arrays indexed by frame: pages nobody uses cost nothing.
 */
import { invariant } from '../../base/bug.ts';
import type { MachineFrame } from '../../seams/addresses.ts';
import type { MachineMemory } from '../../seams/machine.ts';

export const FrameType = { none: 0, writable: 1, l1: 2, l2: 3, l3: 4, l4: 5, segment: 6 } as const;
const FRAME_TYPE_NAMES = ['none', 'writable', 'L1', 'L2', 'L3', 'L4', 'segment'] as const;

export const FrameFlag = {
  /** The owner still holds the reference of the allocation. */
  allocated: 1,
  /** The entries of this page table were checked and hold references. */
  validated: 2,
  /** One reference of the type is the guest's pin. */
  pinned: 4,
  /** Belongs to the hypervisor, but this domain may map it (shared_info, grant table). */
  shared: 8,
} as const;

/** `owner` values below the first domain. */
export const NOBODY = 0;
export const HYPERVISOR = 1;
const FIRST_DOMAIN = 2;
export const ownerOf = (domain: number): number => domain + FIRST_DOMAIN;
export const domainOfOwner = (owner: number): number => owner - FIRST_DOMAIN;

/** Frames from `start` up to, not including, `end`. */
export interface FrameRange {
  readonly start: number;
  readonly end: number;
}

export class FrameTable {
  readonly owner: Uint16Array;
  readonly count: Uint32Array;
  readonly type: Uint8Array;
  readonly typeCount: Uint32Array;
  readonly flags: Uint8Array;
  /** Value of {@link clock} when a translation to the frame was last taken away without telling the TLBs. */
  readonly stamp: Float64Array;
  /** Advances with every flush of a context's translations. */
  clock = 1;
  free: number;
  /** Frames in all, free or not. */
  readonly total: number;
  /** Told when a frame becomes free; `owner` is who had it. */
  onFree: ((frame: number, owner: number) => void) | undefined;
  private next: number;
  /** Lowest and highest frame that an owner ever got: where to look for its frames. */
  private readonly extents = new Map<number, { low: number; high: number }>();

  constructor(
    readonly memory: MachineMemory,
    readonly ranges: readonly FrameRange[],
  ) {
    const size = ranges.reduce((highest, range) => Math.max(highest, range.end), 0);
    this.owner = new Uint16Array(size);
    this.count = new Uint32Array(size);
    this.type = new Uint8Array(size);
    this.typeCount = new Uint32Array(size);
    this.flags = new Uint8Array(size);
    this.stamp = new Float64Array(size);
    this.total = ranges.reduce((sum, range) => sum + range.end - range.start, 0);
    this.free = this.total;
    this.next = ranges[0]?.start ?? 0;
  }

  /** Number of the highest frame + 1. */
  get size(): number {
    return this.owner.length;
  }

  /** Takes the next free frame for `owner`, content zero; undefined when memory is used up. */
  allocate(owner: number): MachineFrame | undefined {
    if (this.free === 0) return undefined;
    const frame = this.findFree();
    this.free -= 1;
    this.owner[frame] = owner;
    this.count[frame] = 1;
    this.type[frame] = FrameType.none;
    this.typeCount[frame] = 0;
    this.flags[frame] = FrameFlag.allocated;
    this.extend(owner, frame);
    return frame as MachineFrame;
  }

  /**
   * Takes 2^`order` frames in a row, aligned to their number, all below frame `limit`.
   * @returns the first; undefined: there is no such row
   */
  allocateRow(owner: number, order: number, limit = Number.POSITIVE_INFINITY): MachineFrame | undefined {
    const length = 2 ** order;
    if (this.free < length) return undefined;
    const start = this.findRow(length, limit);
    if (start === undefined) return undefined;
    const next = this.next;
    for (let frame = start; frame < start + length; frame++) {
      this.next = frame;
      this.allocate(owner);
    }
    this.next = next;
    return start as MachineFrame;
  }

  private findRow(length: number, limit: number): number | undefined {
    for (const range of this.ranges) {
      const end = Math.min(range.end, limit);
      for (let start = Math.ceil(range.start / length) * length; start + length <= end; start += length) {
        let frame = start;
        while (frame < start + length && this.owner[frame] === NOBODY) frame += 1;
        if (frame === start + length) return start;
      }
    }
    return undefined;
  }

  private extend(owner: number, frame: number): void {
    const extent = this.extents.get(owner);
    if (extent === undefined) this.extents.set(owner, { low: frame, high: frame });
    else if (frame < extent.low) extent.low = frame;
    else if (frame > extent.high) extent.high = frame;
  }

  /** The frame, with its content, belongs to somebody else now. Only for one that nobody refers to but its owner. */
  hand(frame: number, owner: number): void {
    invariant(
      this.count[frame] === 1 && this.flags[frame] === FrameFlag.allocated,
      `frame ${frame} is in use and cannot be handed on`,
    );
    this.owner[frame] = owner;
    this.extend(owner, frame);
  }

  private findFree(): number {
    for (let turn = 0; turn < 2; turn++) {
      for (const range of this.ranges) {
        for (let frame = Math.max(range.start, this.next); frame < range.end; frame++) {
          if (this.owner[frame] === NOBODY) {
            this.next = frame + 1;
            return frame;
          }
        }
      }
      this.next = this.ranges[0]?.start ?? 0;
    }
    invariant(false, 'free frames are counted but none is found');
  }

  /** One more reference, if the frame is in use and belongs to `owner`. */
  take(frame: number, owner: number): boolean {
    if (this.owner[frame] !== owner || this.count[frame] === 0) return false;
    this.count[frame] = (this.count[frame] ?? 0) + 1;
    return true;
  }

  /** Gives a reference back; true when it was the last and the frame is free now. */
  put(frame: number): boolean {
    const count = this.count[frame] ?? 0;
    invariant(count > 0, `frame ${frame} has no reference to give back`);
    this.count[frame] = count - 1;
    if (count > 1) return false;
    invariant(this.typeCount[frame] === 0, `frame ${frame} is freed while it is used as ${this.typeName(frame)}`);
    const owner = this.owner[frame] ?? NOBODY;
    this.owner[frame] = NOBODY;
    this.flags[frame] = 0;
    this.free += 1;
    this.onFree?.(frame, owner);
    if (frame < this.next) this.next = frame;
    this.memory.discard(frame as MachineFrame);
    return true;
  }

  /** Gives the allocation back, once. Other references keep the frame alive. */
  giveUp(frame: number): boolean {
    const flags = this.flags[frame] ?? 0;
    if ((flags & FrameFlag.allocated) === 0) return false;
    this.flags[frame] = flags & ~FrameFlag.allocated;
    this.put(frame);
    return true;
  }

  /** There are references beside that of the allocation. */
  isMapped(frame: number): boolean {
    return (this.count[frame] ?? 0) > 1;
  }

  has(frame: number, flag: number): boolean {
    return ((this.flags[frame] ?? 0) & flag) !== 0;
  }

  set(frame: number, flag: number): void {
    this.flags[frame] = (this.flags[frame] ?? 0) | flag;
  }

  clear(frame: number, flag: number): void {
    this.flags[frame] = (this.flags[frame] ?? 0) & ~flag;
  }

  /** Remembers that TLBs may hold a translation to `frame` that the tables no longer have. */
  markStale(frame: number): void {
    this.stamp[frame] = this.clock;
  }

  typeName(frame: number): string {
    return FRAME_TYPE_NAMES[this.type[frame] ?? 0] ?? '?';
  }

  /** Frames of one owner, in order; for teardown and accounting. */
  *ownedBy(owner: number): Generator<MachineFrame> {
    const { low, high } = this.extents.get(owner) ?? { low: 0, high: -1 };
    for (let frame = low; frame <= high; frame++) if (this.owner[frame] === owner) yield frame as MachineFrame;
  }

  /** The owner is gone and will not be heard of again. */
  forget(owner: number): void {
    this.extents.delete(owner);
  }

  /** What must hold at any time between two operations; the offences, for tests and crash reports. */
  offences(): string[] {
    const found: string[] = [];
    let free = 0;
    for (const range of this.ranges) {
      for (let frame = range.start; frame < range.end; frame++) {
        if (this.owner[frame] === NOBODY) free += 1;
        if (this.owner[frame] === NOBODY && (this.count[frame] !== 0 || this.typeCount[frame] !== 0))
          found.push(`free frame ${frame} is referenced`);
        if ((this.typeCount[frame] ?? 0) > (this.count[frame] ?? 0))
          found.push(`frame ${frame} has more typed than plain references`);
        if (this.has(frame, FrameFlag.pinned) && this.typeCount[frame] === 0) found.push(`frame ${frame} is pinned without type`);
      }
    }
    if (free !== this.free) found.push(`${this.free} frames counted as free, ${free} found`);
    return found;
  }
}
