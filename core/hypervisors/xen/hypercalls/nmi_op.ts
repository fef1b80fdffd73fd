/** nmi_op: the old form of a callback for non-maskable interrupts. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { fromBigint, isCanonical } from '../pv/entry.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';

export const nmi_op: HypercallHandler = (caller, args) => {
  if (args.low(0) === 1) {
    caller.trapAddress[2] = 0n;
    return 0;
  }
  if (args.low(0) !== 0) return -Errno.ENOSYS;
  const address = caller.memory.readU64(args.address(1));
  if (address === undefined) return -Errno.EFAULT;
  if (!isCanonical(fromBigint(address))) return -Errno.EINVAL;
  caller.trapAddress[2] = address;
  return 0;
};
