/** Grants used by a paravirtual domain: a page of another one in an entry of its tables. */
import { DomainId } from '../../../abi/xen/domains.table.ts';
import { GrantMap, GrantStatus } from '../../../abi/xen/grants.table.ts';
import { Pte } from '../../../abi/xen/memory.table.ts';
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
  /** Which of the two kinds of mapping are left; with neither, the handle is gone. */
  host: boolean;
  device: boolean;
}

const MOST_HANDLES = 0x1_0000;
const LARGEST_ADDRESS = 1n << 52n;

/** Machine address of the L1 entry that `address` means, for a mapping of this domain; -1 if there is none. */
const entryAddress = (caller: PvVcpu, address: bigint, isEntry: boolean): number => {
  const { domain } = caller;
  const { updates, frames } = domain.xen;
  let at = -1;
  if (isEntry) at = (address & 7n) === 0n && address < LARGEST_ADDRESS ? Number(address) : -1;
  else {
    const linear = fromBigint(address);
    if (isGuestRange(linear, 1)) {
      const [l4, l3, l2, l1] = [tableIndex(linear, 4), tableIndex(linear, 3), tableIndex(linear, 2), tableIndex(linear, 1)];
      at = updates.locateL1(caller.kernelRoot, l4, l3, l2, l1);
    }
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

type Mapped = { readonly handle: number; readonly frame: number };

const map = (caller: PvVcpu, address: bigint, flags: number, reference: number, id: number): Mapped | number => {
  const { domain } = caller;
  const granter = domain.xen.domain(id === DomainId.SELF ? domain.id : id);
  if (granter === undefined) return GrantStatus.bad_domain;
  const host = (flags & GrantMap.host_map) !== 0;
  const device = (flags & GrantMap.device_map) !== 0;
  if (!host && !device) return GrantStatus.bad_gntref;
  if (domain.grantHandles.size >= MOST_HANDLES) return GrantStatus.no_device_space;
  const at = host ? entryAddress(caller, address, (flags & GrantMap.contains_pte) !== 0) : 0;
  if (at === -1) return GrantStatus.general_error;
  const writing = (flags & GrantMap.readonly) === 0;
  const frame = granter.grants.acquire(reference, domain.id, writing);
  if (frame < 0) return frame;
  if (host && !install(caller, at, frame, flags)) {
    granter.grants.release(reference, writing);
    return GrantStatus.general_error;
  }
  const handle = domain.nextGrantHandle();
  domain.grantHandles.set(handle, { granter: granter.grants, reference, writing, frame, host, device });
  return { handle, frame };
};

/** Puts the granted frame into the entry; the entry has references of its own, so it may outlive the grant. */
const install = (caller: PvVcpu, at: number, frame: number, flags: number): boolean => {
  const { frames, types } = caller.domain.xen;
  const writing = (flags & GrantMap.readonly) === 0;
  const owner = frames.owner[frame] ?? 0;
  const holder = caller.domain.xen.pageOwner(owner);
  if (holder === undefined) return false;
  if (writing ? types.takeTyped(holder, frame, FrameType.writable) !== 0 : !frames.take(frame, owner)) return false;
  const available = ((flags >>> GrantMap.AVAIL_SHIFT) & 7) << 9;
  const low = Pte.PRESENT | Pte.USER | Pte.ACCESSED | Pte.DIRTY | (writing ? Pte.WRITABLE : 0) | available;
  const kernelOnly = (flags & GrantMap.application_map) === 0;
  store(caller, at, entryLow(frame, low), entryHigh(frame, kernelOnly ? Pte.HIGH_GUEST_KERNEL : 0));
  return true;
};

/** Stores an entry whose references are taken; those of the old one are given back. */
const store = (caller: PvVcpu, at: number, low: number, high: number): void => {
  const { domain } = caller;
  const { memory, types } = domain.xen;
  const oldLow = memory.readU32(at);
  const oldHigh = memory.readU32(at + 4);
  memory.writeU32(at + 4, high);
  memory.writeU32(at, low);
  if ((oldLow & Pte.PRESENT) === 0) return;
  types.putEntry(domain, 1, oldLow, oldHigh);
  domain.flushAll();
};

/** gnttab_unmap_grant_ref: u64 host_addr, u64 dev_bus_addr, u32 handle @16; s16 status @20. */
export const unmapGrant = (caller: PvVcpu, view: DataView): void => {
  const status = unmap(caller, view.getBigUint64(0, true), view.getBigUint64(8, true), view.getUint32(16, true));
  view.setInt16(20, status, true);
};

const unmap = (caller: PvVcpu, hostAddress: bigint, busAddress: bigint, handle: number): number => {
  const grant = caller.domain.grantHandles.get(handle);
  if (grant === undefined) return GrantStatus.bad_handle;
  if (busAddress !== 0n) {
    if (!grant.device || busAddress >> 12n !== BigInt(grant.frame)) return GrantStatus.bad_dev_addr;
    grant.device = false;
  }
  if (hostAddress !== 0n) {
    const at = grant.host ? mappingEntry(caller, hostAddress, grant) : -1;
    if (at === -1) return GrantStatus.general_error;
    store(caller, at, 0, 0);
    grant.host = false;
  }
  if (hostAddress === 0n && busAddress === 0n) grant.host = false;
  if (!grant.host && !grant.device) release(caller, handle, grant);
  return GrantStatus.okay;
};

const release = (caller: PvVcpu, handle: number, grant: GrantHandle): void => {
  caller.domain.grantHandles.delete(handle);
  grant.granter.release(grant.reference, grant.writing);
};

/** gnttab_unmap_and_replace: u64 host_addr, u64 new_addr, u32 handle @16; s16 status @20. The entry of new_addr moves to host_addr. */
export const unmapAndReplace = (caller: PvVcpu, view: DataView): void => {
  const status = replace(caller, view.getBigUint64(0, true), view.getBigUint64(8, true), view.getUint32(16, true));
  view.setInt16(20, status, true);
};

const replace = (caller: PvVcpu, hostAddress: bigint, newAddress: bigint, handle: number): number => {
  const { memory } = caller.domain.xen;
  const grant = caller.domain.grantHandles.get(handle);
  if (grant === undefined || !grant.host) return GrantStatus.bad_handle;
  const at = mappingEntry(caller, hostAddress, grant);
  const from = newAddress === 0n ? -1 : entryAddress(caller, newAddress, false);
  if (at === -1 || (newAddress !== 0n && from === -1) || at === from) return GrantStatus.general_error;
  const [low, high] = from === -1 ? [0, 0] : [memory.readU32(from), memory.readU32(from + 4)];
  // The references of the entry that moves move with it.
  if (from !== -1) {
    memory.writeU32(from, 0);
    memory.writeU32(from + 4, 0);
  }
  store(caller, at, low, high);
  grant.host = false;
  if (!grant.device) release(caller, handle, grant);
  return GrantStatus.okay;
};

/** The entry by which `grant` is mapped at `address`: one that names its frame with its rights; -1 if there is none. */
const mappingEntry = (caller: PvVcpu, address: bigint, grant: GrantHandle): number => {
  const linear = fromBigint(address);
  if (isGuestRange(linear, 1) && linear < 0) return maps(caller, entryAddress(caller, address, false), grant);
  // A low address is that of an entry if such an entry maps the frame, and otherwise a linear address of user space.
  const direct = maps(caller, entryAddress(caller, address, true), grant);
  return direct !== -1 ? direct : maps(caller, entryAddress(caller, address, false), grant);
};

/** `at`, if the entry there maps the frame of `grant` with its rights; -1 otherwise. */
const maps = (caller: PvVcpu, at: number, grant: GrantHandle): number => {
  if (at === -1) return -1;
  const { memory } = caller.domain.xen;
  const low = memory.readU32(at);
  if ((low & Pte.PRESENT) === 0 || frameOf(low, memory.readU32(at + 4)) !== grant.frame) return -1;
  return ((low & Pte.WRITABLE) !== 0) === grant.writing ? at : -1;
};
