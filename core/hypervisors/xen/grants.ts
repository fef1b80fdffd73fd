/**
 * Grant table of one domain (version 1): which of its pages others may use, and who does at the moment.
 *
 * The table is memory the guest writes at will. An entry is read once per operation, checked, and from then on what was
 * read counts; the frame is held by references until it is unmapped, so nothing the guest writes later can pull it away.
 */
import { DEFAULT_GRANT_FRAMES, GrantEntry, GrantFlag, GrantStatus } from '../../abi/xen/grants.table.ts';
import type { MachineFrame } from '../../seams/addresses.ts';
import { FrameFlag, FrameType } from '../common/frames.ts';
import type { Holder } from './holder.ts';

/** A grant in use. */
interface ActiveGrant {
  readonly domain: number;
  readonly frame: number;
  readers: number;
  writers: number;
}

export class GrantTable {
  readonly frames: MachineFrame[] = [];
  maximum = DEFAULT_GRANT_FRAMES;
  private readonly active = new Map<number, ActiveGrant>();

  constructor(private readonly domain: Holder) {}

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
    if (count > this.maximum) return false;
    const { frames } = this.domain.xen;
    while (this.frames.length < count) {
      const frame = frames.allocate(this.domain.owner);
      if (frame === undefined) return false;
      frames.set(frame, FrameFlag.shared);
      this.frames.push(frame);
    }
    return true;
  }

  /** Machine address of an entry; -1 if the table does not have it. */
  private entry(reference: number): number {
    const frame = this.frames[Math.floor(reference / GrantEntry.PER_FRAME)];
    return frame === undefined ? -1 : frame * 4096 + (reference % GrantEntry.PER_FRAME) * GrantEntry.SIZE;
  }

  /** Writes an entry on behalf of the domain: the toolstack's seeds, and the grants of a native domain. */
  write(reference: number, flags: number, domain: number, frame: number): void {
    const address = this.entry(reference);
    if (address === -1) return;
    this.domain.xen.memory.writeU32(address + GrantEntry.frame, frame);
    this.domain.xen.memory.writeU32(address, flags | (domain << 16));
  }

  /** Ends a grant of a native domain; false while it is mapped. */
  withdraw(reference: number): boolean {
    if (this.active.has(reference)) return false;
    this.write(reference, GrantFlag.invalid, 0, 0);
    return true;
  }

  /**
   * Takes a grant into use for `grantee`.
   * @returns the frame, or a negative GNTST_*
   */
  acquire(reference: number, grantee: number, writing: boolean): number {
    const { xen } = this.domain;
    const address = this.entry(reference);
    if (address === -1) return GrantStatus.bad_gntref;
    const word = xen.memory.readU32(address);
    const frame = xen.memory.readU32(address + GrantEntry.frame);
    if ((word & GrantFlag.TYPE) !== GrantFlag.permit_access || word >>> 16 !== grantee) return GrantStatus.general_error;
    if (writing && (word & GrantFlag.readonly) !== 0) return GrantStatus.general_error;
    const current = this.active.get(reference);
    if (current !== undefined && (current.frame !== frame || current.domain !== grantee)) return GrantStatus.general_error;
    if (!this.hold(frame, writing)) return GrantStatus.general_error;
    const grant = current ?? { domain: grantee, frame, readers: 0, writers: 0 };
    if (writing) grant.writers += 1;
    else grant.readers += 1;
    this.active.set(reference, grant);
    xen.memory.writeU32(address, (word | GrantFlag.reading | (writing ? GrantFlag.writing : 0)) >>> 0);
    return frame;
  }

  private hold(frame: number, writing: boolean): boolean {
    const { xen, owner } = this.domain;
    if (writing) return xen.types.takeTyped(this.domain, frame, FrameType.writable) === 0;
    return xen.frames.take(frame, owner);
  }

  /** Gives a grant back that {@link acquire} took. */
  release(reference: number, writing: boolean): void {
    const { xen } = this.domain;
    const grant = this.active.get(reference);
    if (grant === undefined) return;
    if (writing) grant.writers -= 1;
    else grant.readers -= 1;
    const address = this.entry(reference);
    let clear = grant.writers === 0 ? GrantFlag.writing : 0;
    if (grant.readers + grant.writers === 0) {
      clear |= GrantFlag.reading;
      this.active.delete(reference);
    }
    if (address !== -1 && clear !== 0) xen.memory.writeU32(address, (xen.memory.readU32(address) & ~clear) >>> 0);
    if (writing) xen.types.putTyped(this.domain, grant.frame);
    else xen.frames.put(grant.frame);
  }

  /** The domain ends: its table is no longer memory of its own. */
  destroy(): void {
    for (const frame of this.frames) this.domain.xen.frames.giveUp(frame);
    this.frames.length = 0;
  }
}
