/** Grants used by a paravirtual domain: a page of another one in an entry of its tables, or copied. */
import { DomainId } from '../../../abi/xen/domains.table.ts';
import { GrantCopy, GrantMap, GrantStatus } from '../../../abi/xen/grants.table.ts';
import { Pte } from '../../../abi/xen/memory.table.ts';
import type { MachineFrame } from '../../../seams/addresses.ts';
import { FrameType } from '../../common/frames.ts';
import type { GrantTable } from '../grants.ts';
import { entryHigh, entryLow, frameOf, fromBigint, isGuestRange, tableIndex } from './entry.ts';
import type { PvVcpu } from './vcpu.ts';

/** One use of a grant by a domain, named by its handle. */
export interface GrantHandle {
  /** The table itself: it outlives its domain until the last mapping is gone. */
  readonly granter: GrantTable;
  readonly reference: number;
  readonly writing: boolean;
  readonly frame: number;
}

const MOST_HANDLES = 0x1_0000;

/** Machine address of the L1 entry that `address` means, for a mapping of this domain; -1 if there is none. */
const entryAddress = (caller: PvVcpu, address: bigint, isEntry: boolean): number => {
  const { domain } = caller;
  const { updates, frames } = domain.xen;
  let at: number;
  if (isEntry) at = Number(address & 0xf_ffff_ffff_fff8n);
  else {
    const linear = fromBigint(address);
    if (!isGuestRange(linear, 1)) return -1;
    at = updates.locateL1(
      caller.kernelRoot,
      tableIndex(linear, 4),
      tableIndex(linear, 3),
      tableIndex(linear, 2),
      tableIndex(linear, 1),
    );
  }
  const table = Math.floor(at / 4096);
  return at !== -1 && frames.owner[table] === domain.owner && updates.tableLevel(table) === 1 ? at : -1;
};

/** gnttab_map_grant_ref: u64 host_addr, u32 flags, u32 ref, u16 dom; s16 status @18, u32 handle @20, u64 dev_bus_addr @24. */
export const mapGrant = (caller: PvVcpu, view: DataView): void => {
  const flags = view.getUint32(8, true);
  const result = map(caller, view.getBigUint64(0, true), flags, view.getUint32(12, true), view.getUint16(16, true));
  view.setInt16(18, typeof result === 'number' ? result : GrantStatus.okay, true);
  if (typeof result === 'number') return;
  view.setUint32(20, result.handle, true);
  view.setBigUint64(24, BigInt(result.frame) << 12n, true);
};

const map = (
  caller: PvVcpu,
  address: bigint,
  flags: number,
  reference: number,
  id: number,
): { handle: number; frame: number } | number => {
  const { domain } = caller;
  const granter = domain.xen.domain(id === DomainId.SELF ? domain.id : id);
  if (granter === undefined) return GrantStatus.bad_domain;
  if ((flags & GrantMap.host_map) === 0) return GrantStatus.bad_gntref;
  if (domain.grantHandles.size >= MOST_HANDLES) return GrantStatus.no_device_space;
  const at = entryAddress(caller, address, (flags & GrantMap.contains_pte) !== 0);
  if (at === -1) return GrantStatus.general_error;
  const writing = (flags & GrantMap.readonly) === 0;
  const frame = granter.grants.acquire(reference, domain.id, writing);
  if (frame < 0) return frame;
  if (!install(caller, at, frame, flags)) {
    granter.grants.release(reference, writing);
    return GrantStatus.general_error;
  }
  const handle = domain.nextGrantHandle();
  domain.grantHandles.set(handle, { granter: granter.grants, reference, writing, frame });
  return { handle, frame };
};

/** Puts the granted frame into the entry; the entry has references of its own, so it may outlive the grant. */
const install = (caller: PvVcpu, at: number, frame: number, flags: number): boolean => {
  const { domain } = caller;
  const { memory, frames, types } = domain.xen;
  const writing = (flags & GrantMap.readonly) === 0;
  const owner = frames.owner[frame] ?? 0;
  const holder = domain.xen.pageOwner(owner);
  if (holder === undefined) return false;
  if (writing ? types.takeTyped(holder, frame, FrameType.writable) !== 0 : !frames.take(frame, owner)) return false;
  const oldLow = memory.readU32(at);
  const oldHigh = memory.readU32(at + 4);
  const available = ((flags >>> GrantMap.AVAIL_SHIFT) & 7) << 9;
  const low = Pte.PRESENT | Pte.USER | Pte.ACCESSED | Pte.DIRTY | (writing ? Pte.WRITABLE : 0) | available;
  const kernelOnly = (flags & GrantMap.application_map) === 0;
  memory.writeU32(at + 4, entryHigh(frame, kernelOnly ? Pte.HIGH_GUEST_KERNEL : 0));
  memory.writeU32(at, entryLow(frame, low));
  if ((oldLow & Pte.PRESENT) !== 0) {
    types.putEntry(domain, 1, oldLow, oldHigh);
    domain.flushAll();
  }
  return true;
};

/** gnttab_unmap_grant_ref: u64 host_addr, u64 dev_bus_addr, u32 handle @16; s16 status @20. */
export const unmapGrant = (caller: PvVcpu, view: DataView): void => {
  view.setInt16(20, unmap(caller, view.getBigUint64(0, true), view.getUint32(16, true)), true);
};

const unmap = (caller: PvVcpu, address: bigint, handle: number): number => {
  const { domain } = caller;
  const { memory, types } = domain.xen;
  const grant = domain.grantHandles.get(handle);
  if (grant === undefined) return GrantStatus.bad_handle;
  // The address may be one of an entry or a linear one; which, the mapping said. Both are tried: they cannot be confused.
  const linear = fromBigint(address);
  const at =
    isGuestRange(linear, 1) && linear < 0 ? entryAddress(caller, address, false) : anyEntry(caller, address, grant.frame);
  if (address !== 0n) {
    if (at === -1) return GrantStatus.bad_virt_addr;
    const low = memory.readU32(at);
    const high = memory.readU32(at + 4);
    if ((low & Pte.PRESENT) === 0 || frameOf(low, high) !== grant.frame) return GrantStatus.general_error;
    memory.writeU32(at, 0);
    memory.writeU32(at + 4, 0);
    types.putEntry(domain, 1, low, high);
    domain.flushAll();
  }
  domain.grantHandles.delete(handle);
  grant.granter.release(grant.reference, grant.writing);
  return GrantStatus.okay;
};

/** A low address is that of an entry if such an entry maps the frame, and otherwise a linear address of user space. */
const anyEntry = (caller: PvVcpu, address: bigint, frame: number): number => {
  const { memory } = caller.domain.xen;
  const direct = entryAddress(caller, address, true);
  if (direct !== -1 && frameOf(memory.readU32(direct), memory.readU32(direct + 4)) === frame) return direct;
  return entryAddress(caller, address, false);
};

/** gnttab_copy: two sides of {u64 ref or frame, u16 domain, u16 offset} at 0 and 16, u16 length, u16 flags, s16 status. */
export const copyGrant = (caller: PvVcpu, view: DataView): void => {
  view.setInt16(36, copy(caller, view), true);
};

interface CopySide {
  readonly frame: number;
  readonly done: () => void;
}

const copy = (caller: PvVcpu, view: DataView): number => {
  const length = view.getUint16(32, true);
  const flags = view.getUint16(34, true);
  const from = view.getUint16(10, true);
  const to = view.getUint16(26, true);
  if (from + length > 4096 || to + length > 4096) return GrantStatus.bad_copy_arg;
  const source = side(caller, view, 0, (flags & GrantCopy.source_gref) !== 0, false);
  if (typeof source === 'number') return source;
  const target = side(caller, view, 16, (flags & GrantCopy.dest_gref) !== 0, true);
  if (typeof target !== 'number') {
    const { memory } = caller.domain.xen;
    const bytes = memory.bytes(source.frame as MachineFrame, 'read').slice(from, from + length);
    memory.bytes(target.frame as MachineFrame, 'write').set(bytes, to);
    target.done();
  }
  source.done();
  return typeof target === 'number' ? target : GrantStatus.okay;
};

/** One side of a copy: a grant of a domain, or a frame of the caller's own. */
const side = (caller: PvVcpu, view: DataView, at: number, isGrant: boolean, writing: boolean): CopySide | number => {
  const { domain } = caller;
  const { xen } = domain;
  const id = view.getUint16(at + 8, true);
  if (isGrant) {
    const granter = xen.domain(id === DomainId.SELF ? domain.id : id);
    if (granter === undefined) return GrantStatus.bad_domain;
    const reference = view.getUint32(at, true);
    const frame = granter.grants.acquire(reference, domain.id, writing);
    return frame < 0 ? frame : { frame, done: () => granter.grants.release(reference, writing) };
  }
  if (id !== DomainId.SELF && id !== domain.id) return GrantStatus.permission_denied;
  const frame = Number(view.getBigUint64(at, true));
  if (writing ? xen.types.takeTyped(domain, frame, FrameType.writable) !== 0 : !xen.frames.take(frame, domain.owner))
    return GrantStatus.bad_page;
  return { frame, done: () => (writing ? xen.types.putTyped(domain, frame) : void xen.frames.put(frame)) };
};
