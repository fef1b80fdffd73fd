/** grant_table_op: this domain's table, and mapping or copying pages that others granted. */
import { DomainId } from '../../../abi/xen/domains.table.ts';
import { Errno } from '../../../abi/xen/errno.table.ts';
import { GrantCopy, GrantOp, GrantStatus } from '../../../abi/xen/grants.table.ts';
import type { GrantTable } from '../grants.ts';
import type { CallerMemory } from '../holder.ts';
import type { CallArguments } from '../pv/arguments.ts';
import { copyGrant } from '../pv/grant-copy.ts';
import { mapGrant, unmapAndReplace, unmapGrant } from '../pv/grant-mapping.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';

/** Who may ask about its own table: a vCPU of any kind of domain. */
export interface TableCaller {
  readonly memory: CallerMemory;
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

export const grant_table_op: HypercallHandler = (caller, args) => {
  const address = args.address(1);
  const count = args.low(2);
  if (count > MOST_OPERATIONS) return -Errno.EINVAL;
  switch (args.low(0)) {
    case GrantOp.map_grant_ref:
      return each(caller, address, count, 32, (view) => mapGrant(caller, view));
    case GrantOp.unmap_grant_ref:
      return each(caller, address, count, 24, (view) => unmapGrant(caller, view));
    case GrantOp.unmap_and_replace:
      return each(caller, address, count, 24, (view) => unmapAndReplace(caller, view));
    case GrantOp.copy:
      return each(caller, address, count, GrantCopy.SIZE, (view) => copyGrant(caller, view));
    case GrantOp.setup_table:
      return count === 1 ? each(caller, address, 1, 24, (view) => setupTable(caller, view)) : -Errno.EINVAL;
    default:
      return ownTable(caller, args);
  }
};

/** The part that every kind of domain has: size and version of its own table. */
export const ownTable = (caller: TableCaller, args: CallArguments): number => {
  const address = args.address(1);
  const count = args.low(2);
  switch (args.low(0)) {
    case GrantOp.query_size:
      return count === 1 ? each(caller, address, 1, 16, (view) => querySize(caller, view)) : -Errno.EINVAL;
    case GrantOp.set_version:
      return count === 1 ? setVersion(caller, address) : -Errno.EINVAL;
    case GrantOp.get_version:
      return count === 1 ? each(caller, address, 1, 8, (view) => view.setUint32(4, 1, true)) : -Errno.EINVAL;
    default:
      return -Errno.ENOSYS;
  }
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

const setVersion = (caller: TableCaller, address: number): number => {
  const version = caller.memory.readU32(address);
  if (version === undefined) return -Errno.EFAULT;
  // As a Xen that was told to offer version 1 only: for it, asking for another is asking for what does not exist.
  if (version === 2) return -Errno.ENOSYS;
  if (version !== 1) return -Errno.EINVAL;
  return caller.memory.writeU32(address, 1) ? 0 : -Errno.EFAULT;
};
