/** set_debugreg: breakpoints of the guest, never one in the hypervisor. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { setDebugRegister } from '../pv/debug-registers.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';

export const set_debugreg: HypercallHandler = (caller, args) =>
  setDebugRegister(caller, args.low(0), args.big(1)) ? 0 : -Errno.EPERM;
