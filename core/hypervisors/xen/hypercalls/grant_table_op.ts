/** grant_table_op: this domain's table, and mapping or copying pages that others granted. */
import { DomainId } from '../../../abi/xen/domains.table.ts';
import { Errno } from '../../../abi/xen/errno.table.ts';
import { GrantCopy, GrantOp, GrantStatus } from '../../../abi/xen/grants.table.ts';
import { readPointer, WIDTHS, type WordLayout } from '../../../abi/xen/widths.table.ts';
import type { GrantTable } from '../grants.ts';
import type { CallerMemory } from '../holder.ts';
import type { CallArguments } from '../pv/arguments.ts';
import { copyGrant } from '../pv/grant-copy.ts';
import { mapGrant, unmapAndReplace, unmapGrant } from '../pv/grant-mapping.ts';
import { transferGrant } from '../pv/grant-transfer.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';
import type { PvVcpu } from '../pv/vcpu.ts';

/** Who may ask about its own table: a vCPU of any kind of domain. */
export interface TableCaller {
  readonly memory: CallerMemory;
  /** Absent: that of 64-bit code. */
  readonly layout?: WordLayout;
  readonly domain: { readonly id: number; readonly grants: GrantTable };
}

const MOST_OPERATIONS = 4096;

/** Reads, serves and writes back an array of operations; the status of each is a field of its own. */
const each = (caller: TableCaller, address: number, count: number, size: number, serve: (view: DataView) => void): number => {
  for (let index = 0; index < count; index++) {
    const at = address + index * size;
    const bytes = caller.memory.read(at, size);
    if (bytes === undefined) return -Errno.EFAULT;
    serve(new DataView(bytes.buffer));
    if (!caller.memory.write(at, bytes)) return -Errno.EFAULT;
  }
  return 0;
};

/** Operations by number: size of one, how many there may be in a call, and who serves one. */
interface Operation<C> {
  readonly size: number;
  /** With the pointer of 32-bit code in it, if that makes a difference. */
  readonly size32?: number;
  readonly most: number;
  readonly serve: (caller: C, view: DataView) => void;
}

const MAPPING: Readonly<Record<number, Operation<PvVcpu>>> = {
  [GrantOp.map_grant_ref]: { size: 32, most: MOST_OPERATIONS, serve: mapGrant },
  [GrantOp.unmap_grant_ref]: { size: 24, most: MOST_OPERATIONS, serve: unmapGrant },
  [GrantOp.unmap_and_replace]: { size: 24, most: MOST_OPERATIONS, serve: unmapAndReplace },
  [GrantOp.copy]: { size: GrantCopy.SIZE, most: MOST_OPERATIONS, serve: copyGrant },
  [GrantOp.transfer]: { size: 24, most: MOST_OPERATIONS, serve: transferGrant },
  [GrantOp.setup_table]: { size: 24, most: 1, serve: (caller, view) => setupTable(caller, view) },
};

const OWN: Readonly<Record<number, Operation<TableCaller>>> = {
  [GrantOp.query_size]: { size: 16, most: 1, serve: (caller, view) => querySize(caller, view) },
  [GrantOp.get_status_frames]: { size: 16, size32: 12, most: 1, serve: (caller, view) => statusFrames(caller, view) },
  [GrantOp.swap_grant_ref]: { size: 12, most: MOST_OPERATIONS, serve: (caller, view) => swap(caller, view) },
};

const run = <C extends TableCaller>(caller: C, args: CallArguments, operation: Operation<C>): number =>
  args.low(2) > operation.most || (operation.most === 1 && args.low(2) !== 1)
    ? -Errno.EINVAL
    : each(
        caller,
        args.address(1),
        args.low(2),
        caller.layout?.bits === 32 ? (operation.size32 ?? operation.size) : operation.size,
        (view) => operation.serve(caller, view),
      );

export const grant_table_op: HypercallHandler = (caller, args) => {
  const command = args.low(0);
  if (command === GrantOp.cache_flush) return cacheFlush(caller, args);
  const operation = MAPPING[command];
  return operation === undefined ? ownTable(caller, args) : run(caller, args, operation);
};

/** The part that every kind of domain has: size, version and entries of its own table. */
export const ownTable = (caller: TableCaller, args: CallArguments): number => {
  const command = args.low(0);
  const operation = OWN[command];
  if (operation !== undefined) return run(caller, args, operation);
  if (command !== GrantOp.set_version && command !== GrantOp.get_version) return -Errno.ENOSYS;
  if (args.low(2) !== 1) return -Errno.EINVAL;
  return command === GrantOp.set_version ? setVersion(caller, args.address(1)) : getVersion(caller, args.address(1));
};

const isSelf = (caller: TableCaller, id: number): boolean => id === DomainId.SELF || id === caller.domain.id;

/** gnttab_setup_table: u16 dom, u32 nr_frames, s16 status, u64* frame_list. */
const setupTable = (caller: TableCaller, view: DataView): void => {
  const { grants } = caller.domain;
  const count = view.getUint32(4, true);
  const list = Number(BigInt.asIntN(64, view.getBigUint64(16, true)));
  let status: number = GrantStatus.okay;
  if (!isSelf(caller, view.getUint16(0, true))) status = GrantStatus.permission_denied;
  else if (!grants.grow(count)) status = GrantStatus.general_error;
  else {
    for (let index = 0; index < count; index++) {
      if (!caller.memory.writeU64(list + index * 8, BigInt(grants.frames[index] ?? 0))) status = GrantStatus.bad_virt_addr;
    }
  }
  view.setInt16(8, status, true);
};

/** gnttab_query_size: u16 dom, u32 nr_frames, u32 max_nr_frames, s16 status. */
const querySize = (caller: TableCaller, view: DataView): void => {
  const self = isSelf(caller, view.getUint16(0, true));
  view.setUint32(4, self ? caller.domain.grants.frames.length : 0, true);
  view.setUint32(8, self ? caller.domain.grants.maximum : 0, true);
  view.setInt16(12, self ? GrantStatus.okay : GrantStatus.permission_denied, true);
};

/** gnttab_get_status_frames: u32 nr_frames, u16 dom, s16 status, u64* frame_list. */
const statusFrames = (caller: TableCaller, view: DataView): void => {
  const frames = caller.domain.grants.statusFrames;
  const count = view.getUint32(0, true);
  const list = readPointer(view, 8, caller.layout ?? WIDTHS[64]);
  let status: number = GrantStatus.okay;
  if (!isSelf(caller, view.getUint16(4, true))) status = GrantStatus.permission_denied;
  else if (count > frames.length) status = GrantStatus.general_error;
  else {
    for (const [index, frame] of frames.slice(0, count).entries()) {
      if (!caller.memory.writeU64(list + index * 8, BigInt(frame))) status = GrantStatus.bad_virt_addr;
    }
  }
  view.setInt16(6, status, true);
};

/** gnttab_swap_grant_ref: u32 ref_a, u32 ref_b, s16 status. */
const swap = (caller: TableCaller, view: DataView): void => {
  view.setInt16(8, caller.domain.grants.swap(view.getUint32(0, true), view.getUint32(4, true)), true);
};

/** gnttab_set_version: u32 version, which is the one in force afterwards. */
const setVersion = (caller: TableCaller, address: number): number => {
  const version = caller.memory.readU32(address);
  if (version === undefined) return -Errno.EFAULT;
  if (version !== 1 && version !== 2) return -Errno.EINVAL;
  const { grants } = caller.domain;
  const result = grants.setVersion(version);
  return caller.memory.writeU32(address, grants.version) ? result : -Errno.EFAULT;
};

/** gnttab_get_version: u16 dom, u32 version. */
const getVersion = (caller: TableCaller, address: number): number => {
  const bytes = caller.memory.read(address, 2);
  if (bytes === undefined) return -Errno.EFAULT;
  if (!isSelf(caller, new DataView(bytes.buffer).getUint16(0, true))) return -Errno.EPERM;
  return caller.memory.writeU32(address + 4, caller.domain.grants.version) ? 0 : -Errno.EFAULT;
};

/** gnttab_cache_flush: u64 address or reference, u16 offset, u16 length, u32 op. */
const CACHE_FLUSH = { SIZE: 16, offset: 8, length: 10, operation: 12, KNOWN: 3, BY_REFERENCE: 0x8000_0000 } as const;

/** Caches are coherent here: what is left is whether the caller may name the page. */
const cacheFlush = (caller: PvVcpu, args: CallArguments): number => {
  if (args.low(2) > MOST_OPERATIONS) return -Errno.EINVAL;
  const { domain } = caller;
  for (let index = 0; index < args.low(2); index++) {
    const bytes = caller.memory.read(args.address(1) + index * CACHE_FLUSH.SIZE, CACHE_FLUSH.SIZE);
    if (bytes === undefined) return -Errno.EFAULT;
    const view = new DataView(bytes.buffer);
    const operation = view.getUint32(CACHE_FLUSH.operation, true);
    const length = view.getUint16(CACHE_FLUSH.length, true);
    if ((operation & ~(CACHE_FLUSH.KNOWN | CACHE_FLUSH.BY_REFERENCE)) !== 0) return -Errno.EINVAL;
    if (view.getUint16(CACHE_FLUSH.offset, true) + length > 4096) return -Errno.EINVAL;
    if (length === 0 || (operation & CACHE_FLUSH.KNOWN) === 0) continue;
    if ((operation & CACHE_FLUSH.BY_REFERENCE) !== 0) return -Errno.EOPNOTSUPP;
    if (domain.xen.frames.owner[Number(view.getBigUint64(0, true) >> 12n)] !== domain.owner) return -Errno.EPERM;
  }
  return 0;
};
