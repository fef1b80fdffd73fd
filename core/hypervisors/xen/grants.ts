/**
 * Grant table of one domain: which of its pages others may use, and who does at the moment.
 *
 * The table is memory the guest writes at will, in one of two formats ({@link GRANT_FORMATS}). An entry is read once per
 * operation, checked, and from then on what was read counts; the frame is held by references until it is unmapped, so
 * nothing the guest writes later can pull it away.
 */
import { Errno } from '../../abi/xen/errno.table.ts';
import { DEFAULT_GRANT_FRAMES, GrantFlag, GrantStatus, GrantStatusWord, RESERVED_GRANTS } from '../../abi/xen/grants.table.ts';
import type { MachineFrame } from '../../seams/addresses.ts';
import type { MachineMemory } from '../../seams/machine.ts';
import { FrameFlag, FrameType } from '../common/frames.ts';
import { GRANT_FORMATS, type GrantEntryValue, type GrantFormat, type GrantFrames, type GrantVersion } from './grant-formats.ts';

/** What grants need of the domain they belong to. */
export interface GrantHolder {
  readonly id: number;
  /** Its number as owner of frames. */
  readonly owner: number;
  readonly grants: GrantTable;
  readonly xen: GrantHost;
}

export interface GrantHost {
  /** Where the frames are that grants name. */
  readonly memory: MachineMemory;
  readonly frames: {
    allocate(owner: number): MachineFrame | undefined;
    set(frame: number, flag: number): void;
    take(frame: number, owner: number): boolean;
    put(frame: number): boolean;
    giveUp(frame: number): void;
    /** Somebody but the owner of the allocation refers to the frame. */
    isMapped(frame: number): boolean;
  };
  readonly types: {
    /** 0, or a negative errno. */
    takeTyped(owner: { readonly owner: number }, frame: number, type: number): number;
    putTyped(owner: { readonly owner: number }, frame: number): void;
  };
  domain(id: number): GrantHolder | undefined;
}

/** A grant in use. */
interface ActiveGrant {
  readonly domain: number;
  readonly frame: number;
  readers: number;
  writers: number;
}

/** A granted page, or part of one, while bytes are copied from or to it. */
export interface BorrowedPage {
  readonly frame: MachineFrame;
  /** Bytes of it that may be copied. */
  readonly start: number;
  readonly end: number;
  /** To be called once the copy is done. */
  giveBack(): void;
}

const USE = GrantFlag.reading | GrantFlag.writing;

export class GrantTable {
  readonly frames: MachineFrame[] = [];
  /** Version 2 only: what the hypervisor says of each entry. */
  readonly statusFrames: MachineFrame[] = [];
  maximum = DEFAULT_GRANT_FRAMES;
  private inForce: GrantVersion = 1;
  private readonly active = new Map<number, ActiveGrant>();

  constructor(private readonly domain: GrantHolder) {}

  get version(): GrantVersion {
    return this.inForce;
  }

  private get format(): GrantFormat {
    return GRANT_FORMATS[this.inForce];
  }

  private get table(): GrantFrames {
    return { memory: this.domain.xen.memory, entries: this.frames, status: this.statusFrames };
  }

  /** Mappings in use by others. */
  get inUse(): number {
    let sum = 0;
    for (const grant of this.active.values()) sum += grant.readers + grant.writers;
    return sum;
  }

  /** Grants in use, with how often. */
  uses(): Iterable<{ readonly frame: number; readonly readers: number; readonly writers: number }> {
    return this.active.values();
  }

  /** Makes the table at least `count` frames long; false if it may not be or memory is short. */
  grow(count: number): boolean {
    return count <= this.maximum && this.extend(this.frames, count) && this.growStatus();
  }

  /** Makes the table large enough for `entries` entries. */
  growTo(entries: number): boolean {
    return this.grow(Math.ceil(entries / this.format.perFrame));
  }

  /** Frames of status words for all entries there can be in the present frames. */
  get statusFramesNeeded(): number {
    return Math.ceil((this.frames.length * GRANT_FORMATS[2].perFrame) / GrantStatusWord.PER_FRAME);
  }

  /** Makes room for `count` frames of status words, and of entries to match; false as {@link grow}. */
  growStatusTo(count: number): boolean {
    return this.grow(Math.max(this.frames.length, (count - 1) * (GrantStatusWord.PER_FRAME / GRANT_FORMATS[2].perFrame) + 1));
  }

  private growStatus(): boolean {
    return this.inForce === 1 || this.extend(this.statusFrames, this.statusFramesNeeded);
  }

  private extend(list: MachineFrame[], count: number): boolean {
    const { frames } = this.domain.xen;
    while (list.length < count) {
      const frame = frames.allocate(this.domain.owner);
      if (frame === undefined) return false;
      frames.set(frame, FrameFlag.shared);
      list.push(frame);
    }
    return true;
  }

  /**
   * GNTTABOP_set_version. Reserved entries are carried over, all others are gone afterwards.
   * @returns 0 or a negative errno, and then nothing changed
   */
  setVersion(version: GrantVersion): number {
    if (version === this.inForce) return 0;
    for (const reference of this.active.keys()) if (reference >= RESERVED_GRANTS.COUNT) return -Errno.EBUSY;
    const kept: GrantEntryValue[] = [];
    for (let reference = 0; reference < RESERVED_GRANTS.COUNT; reference++) {
      const value = this.format.read(this.table, reference);
      if (value === undefined) break;
      // Version 1 has no words for part of a page or somebody else's grant.
      if (version === 1 && (value.onward !== undefined || (value.flags & GrantFlag.sub_page) !== 0)) return -Errno.ERANGE;
      kept.push(value);
    }
    const { frames, memory } = this.domain.xen;
    if (version === 1) {
      // The guest may still map what would be freed.
      if (this.statusFrames.some((frame) => frames.isMapped(frame))) return -Errno.EBUSY;
      this.giveUp(this.statusFrames);
    } else if (!this.extend(this.statusFrames, this.statusFramesNeeded)) {
      this.giveUp(this.statusFrames);
      return -Errno.ENOMEM;
    }
    for (const frame of this.frames) memory.bytes(frame, 'write').fill(0);
    this.inForce = version;
    for (const [reference, { flags, domain, frame }] of kept.entries())
      if ((flags & GrantFlag.TYPE) !== GrantFlag.invalid) this.format.write(this.table, reference, flags, domain, frame);
    return 0;
  }

  /** Writes an entry on behalf of the domain: the toolstack's seeds, and the grants of a native domain. */
  write(reference: number, flags: number, domain: number, frame: number): void {
    this.format.write(this.table, reference, flags, domain, frame);
  }

  /** Ends a grant of a native domain; false while it is mapped. */
  withdraw(reference: number): boolean {
    if (this.active.has(reference)) return false;
    this.write(reference, GrantFlag.invalid, 0, 0);
    return true;
  }

  /** GNTTABOP_swap_grant_ref: two entries trade places. @returns GNTST_* */
  swap(first: number, second: number): number {
    const [one, other] = [this.format.read(this.table, first), this.format.read(this.table, second)];
    if (one === undefined || other === undefined) return GrantStatus.bad_gntref;
    if (this.active.has(first) || this.active.has(second)) return GrantStatus.eagain;
    if (first !== second) this.format.exchange(this.table, first, second);
    return GrantStatus.okay;
  }

  /** The entry, if it lets `grantee` read (write) a page; a negative GNTST_* otherwise. */
  private permitted(reference: number, grantee: number, writing: boolean): GrantEntryValue | number {
    const value = this.format.read(this.table, reference);
    if (value === undefined) return GrantStatus.bad_gntref;
    const type = value.flags & GrantFlag.TYPE;
    if ((type !== GrantFlag.permit_access && value.onward === undefined) || value.domain !== grantee)
      return GrantStatus.general_error;
    return writing && (value.flags & GrantFlag.readonly) !== 0 ? GrantStatus.general_error : value;
  }

  /**
   * Takes a grant into use for `grantee`, to be mapped.
   * @returns the frame, or a negative GNTST_*
   */
  acquire(reference: number, grantee: number, writing: boolean): number {
    const value = this.permitted(reference, grantee, writing);
    if (typeof value === 'number') return value;
    // Part of a page cannot be mapped, and what somebody else granted is not this domain's to let map.
    if (value.onward !== undefined || (value.flags & GrantFlag.sub_page) !== 0) return GrantStatus.general_error;
    const { frame } = value;
    const current = this.active.get(reference);
    if (current !== undefined && (current.frame !== frame || current.domain !== grantee)) return GrantStatus.general_error;
    if (!this.hold(frame, writing)) return GrantStatus.general_error;
    const grant = current ?? { domain: grantee, frame, readers: 0, writers: 0 };
    if (writing) grant.writers += 1;
    else grant.readers += 1;
    this.active.set(reference, grant);
    this.format.mark(this.table, reference, GrantFlag.reading | (writing ? GrantFlag.writing : 0), 0);
    return frame;
  }

  /**
   * Holds a granted page while bytes are copied. Nobody can look at the table before the copy is over, so it does not show.
   * @param onward whether a grant that passes on another one may be followed (one step, no more)
   * @returns a negative GNTST_* if it is refused
   */
  borrow(reference: number, grantee: number, writing: boolean, onward = true): BorrowedPage | number {
    const value = this.permitted(reference, grantee, writing);
    if (typeof value === 'number') return value;
    if (value.onward !== undefined) {
      if (!onward) return GrantStatus.general_error;
      const granter = this.domain.xen.domain(value.onward.domain);
      return granter?.grants.borrow(value.onward.reference, this.domain.id, writing, false) ?? GrantStatus.bad_domain;
    }
    const { frame, start, end } = value;
    if (!this.hold(frame, writing)) return GrantStatus.general_error;
    return { frame: frame as MachineFrame, start, end, giveBack: () => this.letGo(frame, writing) };
  }

  /** True if the entry waits for a page from `giver` (GTF_accept_transfer). */
  awaitsTransfer(reference: number, giver: number): boolean {
    const value = this.format.read(this.table, reference);
    return value?.flags === GrantFlag.accept_transfer && value.domain === giver;
  }

  /** The page that {@link awaitsTransfer} was for is the domain's now. */
  completeTransfer(reference: number, giver: number, frame: number): void {
    const flags = GrantFlag.accept_transfer | GrantFlag.transfer_committed | GrantFlag.transfer_completed;
    this.format.write(this.table, reference, flags, giver, frame);
  }

  private hold(frame: number, writing: boolean): boolean {
    const { xen, owner } = this.domain;
    if (writing) return xen.types.takeTyped(this.domain, frame, FrameType.writable) === 0;
    return xen.frames.take(frame, owner);
  }

  private letGo(frame: number, writing: boolean): void {
    const { xen } = this.domain;
    if (writing) xen.types.putTyped(this.domain, frame);
    else xen.frames.put(frame);
  }

  /** Gives a grant back that {@link acquire} took. */
  release(reference: number, writing: boolean): void {
    const grant = this.active.get(reference);
    if (grant === undefined) return;
    if (writing) grant.writers -= 1;
    else grant.readers -= 1;
    const idle = grant.readers + grant.writers === 0;
    if (idle) this.active.delete(reference);
    const clear = idle ? USE : grant.writers === 0 ? GrantFlag.writing : 0;
    if (clear !== 0) this.format.mark(this.table, reference, 0, clear);
    this.letGo(grant.frame, writing);
  }

  private giveUp(list: MachineFrame[]): void {
    for (const frame of list) this.domain.xen.frames.giveUp(frame);
    list.length = 0;
  }

  /** The domain ends: its table is no longer memory of its own. */
  destroy(): void {
    this.giveUp(this.frames);
    this.giveUp(this.statusFrames);
  }
}
