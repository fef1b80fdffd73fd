/**
 * Shadow paging, as far as it can be noticed: a hypervisor without nested paging keeps page tables of its own for the guest
 * and takes an entry of the guest's over when an access first needs it. Until then the access faults to the hypervisor; a page
 * is entered for writing when it is first written, lest its dirty bit is missed. Tables that were walked are kept from being
 * written unseen: each write is emulated, and what was taken over of the entry is dropped.
 *
 * A table that is written again and again without being walked has become something else, and is followed no longer (as KVM's
 * detect_write_flooding does, arch/x86/kvm/mmu/mmu.c); so has one that a program writes.
 *
 * The processor translates as ever; what is kept here decides which accesses count as exits.
 */
import { Constant, Place } from '../cpu/gen/offsets.ts';

/** How the processor tells apart frames whose writes it must show. */
export interface TableMarks {
  /** All of the engine's memory. */
  readonly bytes: Uint8Array;
  markTable(address: number): void;
  unmarkTable(address: number): void;
}

/** A walk that found a translation. */
export interface TableWalk {
  /** Host addresses of the entries that were read, from the root down; none while paging is off. */
  readonly entries: readonly number[];
  /** 4 KiB piece of the page that the last entry maps; while paging is off the page itself. */
  readonly piece: number;
  readonly write: boolean;
  /** The guest's entry says that the page was written before. */
  readonly dirty: boolean;
}

/** Of one table: what was taken over, by offset of the entry. */
interface Shadow {
  readonly entries: Map<number, Set<number>>;
  /** Writes since it was last walked. */
  writes: number;
}

/** KVM's bound. */
const FLOOD = 3;
const FRAME = 4096;
/** Entries of 32-bit paging; one of 8 bytes begins at every second of these. */
const SMALLEST_ENTRY = 4;
const LARGEST_ENTRY = 8;
const READABLE = 0;
const WRITABLE = 1;

const newShadow = (): Shadow => ({ entries: new Map(), writes: 0 });

export class ShadowTables {
  /** By host frame. */
  private readonly tables = new Map<number, Shadow>();
  /** Pages reached while paging was off. */
  private readonly unpaged = newShadow();

  constructor(private readonly marks: TableMarks) {}

  /** @returns whether something had to be taken over, that is, whether the access faulted to the hypervisor */
  walked({ entries, piece, write, dirty }: TableWalk): boolean {
    let missing = false;
    for (const address of entries.slice(0, -1)) if (this.take(this.follow(address), address % FRAME, [READABLE])) missing = true;
    const leaf = entries.at(-1);
    const shadow = leaf === undefined ? this.unpaged : this.follow(leaf);
    const rights = write || dirty ? [2 * piece + READABLE, 2 * piece + WRITABLE] : [2 * piece + READABLE];
    return this.take(shadow, leaf === undefined ? 0 : leaf % FRAME, rights) || missing;
  }

  /**
   * Bytes at a host address, on one frame, are about to be written.
   * @param foreign by a program, or as no hypervisor writes tables: the frame is no table any more
   * @returns whether the write faulted to the hypervisor
   */
  written(address: number, length: number, foreign: boolean): boolean {
    const frame = Math.floor(address / FRAME);
    if (!this.isMarked(frame)) return false;
    const shadow = this.tables.get(frame);
    if (shadow !== undefined) shadow.writes += 1;
    if (shadow === undefined || foreign || shadow.writes >= FLOOD) {
      this.tables.delete(frame);
      this.marks.unmarkTable(address);
      return true;
    }
    const first = (address % FRAME) - ((address % FRAME) % LARGEST_ENTRY);
    for (let offset = first; offset < (address % FRAME) + length; offset += SMALLEST_ENTRY) shadow.entries.delete(offset);
    return true;
  }

  private isMarked(frame: number): boolean {
    return ((this.marks.bytes[Place.frameFlags + frame] ?? 0) & Constant.frameTable) !== 0;
  }

  /** The shadow of the table that holds an entry. A frame that was replaced has lost its mark, and begins anew. */
  private follow(entry: number): Shadow {
    const frame = Math.floor(entry / FRAME);
    let shadow = this.tables.get(frame);
    if (shadow === undefined || !this.isMarked(frame)) {
      shadow = newShadow();
      this.tables.set(frame, shadow);
      this.marks.markTable(entry);
    }
    shadow.writes = 0;
    return shadow;
  }

  private take(shadow: Shadow, offset: number, rights: readonly number[]): boolean {
    let taken = shadow.entries.get(offset);
    if (taken === undefined) {
      taken = new Set();
      shadow.entries.set(offset, taken);
    }
    const before = taken.size;
    for (const right of rights) taken.add(right);
    return taken.size > before;
  }
}
