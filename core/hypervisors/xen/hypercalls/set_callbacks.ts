/** set_callbacks: the old form of callback_op, without flags. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { isCanonical } from '../pv/entry.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';

export const set_callbacks: HypercallHandler = (caller, args) => {
  for (let index = 0; index < 3; index++) if (!isCanonical(args.address(index))) return -Errno.EINVAL;
  caller.eventCallback.address = args.big(0);
  caller.failsafeCallback.address = args.big(1);
  caller.syscallCallback.address = args.big(2);
  return 0;
};
