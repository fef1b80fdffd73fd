/** set_trap_table: merges entries into the table of exception handlers; a null pointer clears it. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { TrapInfo } from '../../../abi/xen/vcpu.table.ts';
import { fromBigint, isCanonical } from '../pv/entry.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';

export const set_trap_table: HypercallHandler = (caller, args) => {
  if (args.isNull(0)) {
    caller.trapAddress.fill(0n);
    caller.trapFlags.fill(0);
    caller.trapCs.fill(0);
    return 0;
  }
  // The list ends with an address of 0; no list can be longer than the table for every vector set twice.
  for (let index = 0; index <= 512; index++) {
    const entry = caller.memory.read(args.address(0) + index * TrapInfo.SIZE, TrapInfo.SIZE);
    if (entry === undefined) return -Errno.EFAULT;
    const view = new DataView(entry.buffer);
    const address = view.getBigUint64(TrapInfo.address, true);
    if (address === 0n) return 0;
    if (!isCanonical(fromBigint(address))) return -Errno.EINVAL;
    const vector = view.getUint8(TrapInfo.vector);
    caller.trapAddress[vector] = address;
    caller.trapFlags[vector] = view.getUint8(TrapInfo.flags);
    caller.trapCs[vector] = view.getUint16(TrapInfo.cs, true);
  }
  return -Errno.EINVAL;
};
