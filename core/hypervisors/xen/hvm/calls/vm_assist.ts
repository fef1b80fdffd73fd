/** vm_assist of a container: only the flag around updates of run-state areas, which nobody can see half written anyway. */
import { Errno } from '../../../../abi/xen/errno.table.ts';
import { Assist } from '../../../../abi/xen/vcpu.table.ts';
import type { HvmHandler } from '../hypercall.ts';

export const vm_assist: HvmHandler = (_caller, args) => (args.low(1) === Assist.runstate_update_flag ? 0 : -Errno.EINVAL);
