/** sched_op of a container: giving the CPU up, and ending. Waiting is HLT's business; a poll returns and the guest looks again. */
import { SHUTDOWN_REASONS } from '../../../../abi/xen/domains.table.ts';
import { Errno } from '../../../../abi/xen/errno.table.ts';
import { SchedOp } from '../../../../abi/xen/vcpu.table.ts';
import type { Outcome } from '../../../../seams/board.ts';
import type { HvmHandler } from '../hypercall.ts';

/** SCHEDOP_shutdown with reason suspend returned 1: nothing was saved, the guest goes on as it is. */
const CANCELLED = 1;

export const sched_op: HvmHandler = (caller, args) => {
  const { tenancy } = caller.domain.xen;
  switch (args.low(0)) {
    case SchedOp.yield:
    case SchedOp.block:
    case SchedOp.poll:
      tenancy.computer().contexts[caller.id]?.leave();
      return 0;
    case SchedOp.shutdown: {
      const reason = SHUTDOWN_REASONS[caller.memory.readU32(args.address(1)) ?? -1];
      if (reason === undefined) return -Errno.EINVAL;
      if (reason === 'suspend') return CANCELLED;
      tenancy.end(outcomeOf(reason));
      return 0;
    }
    case SchedOp.shutdown_code:
      return 0;
    default:
      return -Errno.ENOSYS;
  }
};

const outcomeOf = (reason: (typeof SHUTDOWN_REASONS)[number]): Outcome => {
  if (reason === 'poweroff') return { kind: 'power-off' };
  if (reason === 'crash' || reason === 'watchdog') return { kind: 'crash', reason: `the guest reported: ${reason}` };
  return { kind: 'reset' };
};
