/** set_gdt: the frames of the guest's part of the descriptor table. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { MAXIMUM_GDT_ENTRIES, setGdt } from '../pv/descriptor-tables.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';

export const set_gdt: HypercallHandler = (caller, args) => {
  const entries = args.low(1);
  if (entries > MAXIMUM_GDT_ENTRIES) return -Errno.EINVAL;
  const list = caller.memory.readWords(args.address(0), Math.ceil(entries / 512));
  return list === undefined ? -Errno.EFAULT : setGdt(caller, Array.from(list, Number), entries);
};
