/** get_debugreg: a debug register as it is. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { getDebugRegister } from '../pv/debug-registers.ts';
import { fromBigint } from '../pv/entry.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';

export const get_debugreg: HypercallHandler = (caller, args) => {
  const value = getDebugRegister(caller, args.low(0));
  return value === undefined ? -Errno.EINVAL : fromBigint(value);
};
