/** sched_op_compat: the first form of sched_op: yield, block, and a shutdown whose reason is the argument itself. */
import { SHUTDOWN_REASONS } from '../../../abi/xen/domains.table.ts';
import { Errno } from '../../../abi/xen/errno.table.ts';
import { SchedOp } from '../../../abi/xen/vcpu.table.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';
import { block, yieldCpu } from './sched_op.ts';

export const sched_op_compat: HypercallHandler = (caller, args) => {
  switch (args.low(0)) {
    case SchedOp.yield:
      return yieldCpu(caller);
    case SchedOp.block:
      return block(caller);
    case SchedOp.shutdown: {
      const reason = SHUTDOWN_REASONS[args.low(1)];
      if (reason === undefined) return -Errno.EINVAL;
      caller.domain.shutDown(reason);
      return 0;
    }
    default:
      return -Errno.ENOSYS;
  }
};
