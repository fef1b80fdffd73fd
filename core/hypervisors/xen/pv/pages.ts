/**
 * Types of frames: taking and giving back the references by which a page table, a descriptor table or a writable mapping
 * keeps a frame what it is. The first reference as a table checks all entries, the last one gives their references back.
 *
 * Rules (xen/include/public/arch-x86/xen.h, `mmu_update`): a frame has one type at a time; a writable mapping counts as type
 * `writable`, an entry of an Ln+1 table, a root register and a pin count as type Ln; superpages, cache attributes and
 * linear (self-referring) tables are refused.
 */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { HypervisorSpace, Pte } from '../../../abi/xen/memory.table.ts';
import type { MachineFrame } from '../../../seams/addresses.ts';
import type { MachineMemory } from '../../../seams/machine.ts';
import { FrameFlag, type FrameTable, FrameType } from '../../common/frames.ts';
import { acceptDescriptor } from './descriptors.ts';
import { frameOf } from './entry.ts';
import type { DomainSpace, HypervisorSpaceBuilder } from './hypervisor-space.ts';

/** What the page machinery must know of a domain. */
export interface PageOwner {
  /** Its number in {@link FrameTable.owner}. */
  readonly owner: number;
  /** What its roots hold in the hypervisor's slots; undefined: it has no page tables. */
  readonly space: DomainSpace | undefined;
  /** Drops all translations of all its vCPUs before any of them runs again. */
  flushAll(): void;
  /** The same, for those vCPUs that were not flushed since `stamp`. */
  flushIfStale(stamp: number): void;
}

export type TableLevel = 1 | 2 | 3 | 4;

/** Flags that a present entry may not have, per level. */
const FORBIDDEN_L1 = Pte.WRITE_THROUGH | Pte.CACHE_DISABLE | Pte.SUPERPAGE;
const FORBIDDEN_TABLE = FORBIDDEN_L1 | Pte.GLOBAL;

export const typeOfLevel = (level: TableLevel): number => FrameType.l1 + level - 1;

/** Low half of a present entry of `level` as it is stored (the guest's kernel runs in ring 3, so all is user-accessible). */
export const adjustedLow = (level: TableLevel, low: number, high: number): number => {
  if (level === 4) return (low | Pte.USER | Pte.ACCESSED) >>> 0;
  if (level > 1) return (low | Pte.USER) >>> 0;
  return (adjustedHigh(level, low, high) & Pte.HIGH_GUEST_KERNEL) !== 0
    ? (low | Pte.USER) >>> 0
    : (low | Pte.USER | Pte.GLOBAL) >>> 0;
};

/** High half of a present entry of `level` as it is stored: pages that were not user-accessible are marked as the kernel's. */
export const adjustedHigh = (level: TableLevel, low: number, high: number): number =>
  level === 1 && (low & Pte.USER) === 0 ? (high | Pte.HIGH_GUEST_KERNEL) >>> 0 : high >>> 0;

/** False for a present entry with flags that no guest may use at this level. */
export const flagsAllowed = (level: TableLevel, low: number): boolean =>
  (low & (level === 1 ? FORBIDDEN_L1 : FORBIDDEN_TABLE)) === 0;

const isHypervisorSlot = (level: TableLevel, index: number): boolean =>
  level === 4 && index >= HypervisorSpace.FIRST_SLOT && index <= HypervisorSpace.LAST_SLOT;

export class PageTypes {
  constructor(
    private readonly frames: FrameTable,
    private readonly memory: MachineMemory,
    private readonly space: HypervisorSpaceBuilder,
  ) {}

  /** A plain and a typed reference to a frame of `domain`. @returns 0 or a negative error; nothing is held on error. */
  takeTyped(domain: PageOwner, frame: number, type: number): number {
    if (!this.frames.take(frame, domain.owner)) return -Errno.EINVAL;
    const result = this.takeType(domain, frame, type);
    if (result !== 0) this.frames.put(frame);
    return result;
  }

  putTyped(domain: PageOwner, frame: number): void {
    this.putType(domain, frame);
    this.frames.put(frame);
  }

  private takeType(domain: PageOwner, frame: number, type: number): number {
    const { frames } = this;
    const count = frames.typeCount[frame] ?? 0;
    if (count > 0) {
      if (frames.type[frame] !== type) return -Errno.EINVAL;
      // A table still being checked refers to itself, or to one that does.
      if (type !== FrameType.writable && !frames.has(frame, FrameFlag.validated)) return -Errno.EINVAL;
      frames.typeCount[frame] = count + 1;
      return 0;
    }
    if (type !== FrameType.writable) {
      if (frames.has(frame, FrameFlag.shared)) return -Errno.EINVAL;
      domain.flushIfStale(frames.stamp[frame] ?? 0);
    }
    frames.type[frame] = type;
    frames.typeCount[frame] = 1;
    const result = this.validate(domain, frame, type);
    if (result !== 0) {
      frames.typeCount[frame] = 0;
      frames.type[frame] = FrameType.none;
    } else if (type !== FrameType.writable) frames.set(frame, FrameFlag.validated);
    return result;
  }

  private putType(domain: PageOwner, frame: number): void {
    const { frames } = this;
    const count = (frames.typeCount[frame] ?? 0) - 1;
    frames.typeCount[frame] = count;
    if (count > 0) return;
    const type = frames.type[frame] ?? FrameType.none;
    if (type >= FrameType.l1 && type <= FrameType.l4) {
      frames.clear(frame, FrameFlag.validated);
      this.putEntries(domain, frame, (type - FrameType.l1 + 1) as TableLevel, 512);
    } else if (type === FrameType.segment) frames.clear(frame, FrameFlag.validated);
    frames.type[frame] = FrameType.none;
  }

  private validate(domain: PageOwner, frame: number, type: number): number {
    switch (type) {
      case FrameType.l1:
        return this.validateL1(domain, frame);
      case FrameType.l2:
        return this.validateTable(domain, frame, 2);
      case FrameType.l3:
        return this.validateTable(domain, frame, 3);
      case FrameType.l4: {
        const result = this.validateTable(domain, frame, 4);
        if (result === 0 && domain.space !== undefined) this.space.install(frame, domain.space);
        return result;
      }
      case FrameType.segment:
        return this.validateDescriptors(frame);
      default:
        return 0;
    }
  }

  private words(frame: number, access: 'read' | 'write'): Uint32Array {
    const bytes = this.memory.bytes(frame as MachineFrame, access);
    return new Uint32Array(bytes.buffer, bytes.byteOffset, 1024);
  }

  private validateL1(domain: PageOwner, frame: number): number {
    let words = this.words(frame, 'read');
    let writing = false;
    for (let index = 0; index < 512; index++) {
      const low = words[2 * index] ?? 0;
      if ((low & Pte.PRESENT) === 0) continue;
      const high = words[2 * index + 1] ?? 0;
      const result = this.takeEntry(domain, 1, low, high);
      if (result !== 0) {
        this.putEntries(domain, frame, 1, index);
        return result;
      }
      const newLow = adjustedLow(1, low, high);
      const newHigh = adjustedHigh(1, low, high);
      if (newLow === low && newHigh === high) continue;
      if (!writing) {
        words = this.words(frame, 'write');
        writing = true;
      }
      words[2 * index] = newLow;
      words[2 * index + 1] = newHigh;
    }
    return 0;
  }

  /** Level 2 to 4: checking an entry may check tables below, so the memory is read anew for each. */
  private validateTable(domain: PageOwner, frame: number, level: TableLevel): number {
    const { memory } = this;
    for (let index = 0; index < 512; index++) {
      if (isHypervisorSlot(level, index)) continue;
      const address = frame * 4096 + index * 8;
      const low = memory.readU32(address);
      if ((low & Pte.PRESENT) === 0) continue;
      const high = memory.readU32(address + 4);
      const result = this.takeEntry(domain, level, low, high);
      if (result !== 0) {
        this.putEntries(domain, frame, level, index);
        return result;
      }
      const newLow = adjustedLow(level, low, high);
      if (newLow !== low) memory.writeU32(address, newLow);
    }
    return 0;
  }

  private validateDescriptors(frame: number): number {
    const words = this.words(frame, 'write');
    for (let index = 1; index < 1024; index += 2) if (acceptDescriptor(words[index] ?? 0) === -1) return -Errno.EINVAL;
    for (let index = 1; index < 1024; index += 2) words[index] = acceptDescriptor(words[index] ?? 0);
    return 0;
  }

  /** Gives back what the first `count` entries of a table hold. */
  private putEntries(domain: PageOwner, frame: number, level: TableLevel, count: number): void {
    if (level === 1) {
      const words = this.words(frame, 'read');
      for (let index = 0; index < count; index++) {
        const low = words[2 * index] ?? 0;
        if ((low & Pte.PRESENT) !== 0) this.putEntry(domain, 1, low, words[2 * index + 1] ?? 0);
      }
      return;
    }
    for (let index = 0; index < count; index++) {
      if (isHypervisorSlot(level, index)) continue;
      const address = frame * 4096 + index * 8;
      const low = this.memory.readU32(address);
      if ((low & Pte.PRESENT) !== 0) this.putEntry(domain, level, low, this.memory.readU32(address + 4));
    }
  }

  /** The references that a present entry of a table of `level` stands for. @returns 0 or a negative error. */
  takeEntry(domain: PageOwner, level: TableLevel, low: number, high: number): number {
    if (!flagsAllowed(level, low)) return -Errno.EINVAL;
    const frame = frameOf(low, high);
    const { frames } = this;
    if (frame >= frames.size) return -Errno.EINVAL;
    if (level > 1) return this.takeTyped(domain, frame, typeOfLevel((level - 1) as TableLevel));
    if (!frames.take(frame, domain.owner)) return -Errno.EPERM;
    if ((low & Pte.WRITABLE) === 0) return 0;
    const result = this.takeType(domain, frame, FrameType.writable);
    if (result !== 0) frames.put(frame);
    return result;
  }

  /** Gives back what {@link takeEntry} took; translations through the entry may still be cached. */
  putEntry(domain: PageOwner, level: TableLevel, low: number, high: number): void {
    const frame = frameOf(low, high);
    if (level > 1) {
      this.putTyped(domain, frame);
      return;
    }
    this.frames.markStale(frame);
    if ((low & Pte.WRITABLE) !== 0) this.putType(domain, frame);
    this.frames.put(frame);
  }
}
