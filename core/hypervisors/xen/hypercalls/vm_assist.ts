/** vm_assist: behaviours a guest may switch on. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { Assist } from '../../../abi/xen/vcpu.table.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';

const KNOWN: readonly number[] = Object.values(Assist);

export const vm_assist: HypercallHandler = (caller, args) => {
  const command = args.low(0);
  const type = args.low(1);
  if (command > 1) return -Errno.ENOSYS;
  if (!KNOWN.includes(type)) return -Errno.EINVAL;
  caller.domain.setAssist(type, command === 0);
  return 0;
};
