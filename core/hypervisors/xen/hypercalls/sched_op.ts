/** sched_op: giving the CPU up, waiting, and ending. */
import { SHUTDOWN_REASONS } from '../../../abi/xen/domains.table.ts';
import { Errno } from '../../../abi/xen/errno.table.ts';
import { SchedOp } from '../../../abi/xen/vcpu.table.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';
import type { PvVcpu } from '../pv/vcpu.ts';

const MOST_PORTS = 128;

export const sched_op: HypercallHandler = (caller, args) => {
  switch (args.low(0)) {
    case SchedOp.yield:
      return yieldCpu(caller);
    case SchedOp.block:
      return block(caller);
    case SchedOp.shutdown: {
      const reason = caller.memory.readU32(args.address(1));
      if (reason === undefined) return -Errno.EFAULT;
      const name = SHUTDOWN_REASONS[reason];
      if (name === undefined) return -Errno.EINVAL;
      if (name === 'crash') caller.domain.crash('the guest reported a crash');
      else caller.domain.shutDown(name);
      return 0;
    }
    case SchedOp.shutdown_code:
      return 0;
    case SchedOp.poll:
      return poll(caller, args.address(1));
    case SchedOp.remote_shutdown:
      return -Errno.EPERM;
    default:
      return -Errno.ENOSYS;
  }
};

export const yieldCpu = (caller: PvVcpu): number => {
  caller.unit.yielding = true;
  caller.domain.xen.interrupt(caller);
  return 0;
};

/** Waits for an event; returns at once if one is there. */
export const block = (caller: PvVcpu): number => {
  caller.upcallMasked = false;
  if (caller.upcallPending || caller.nmiPending) return 0;
  caller.blocked = true;
  caller.reconsider();
  return 0;
};

/** Waits for one of a few ports, masked or not, for any event that could be delivered, or for a time. */
const poll = (caller: PvVcpu, argument: number): number => {
  const bytes = caller.memory.read(argument, 24);
  if (bytes === undefined) return -Errno.EFAULT;
  const view = new DataView(bytes.buffer);
  const count = view.getUint32(8, true);
  if (count > MOST_PORTS) return -Errno.EINVAL;
  const list = Number(BigInt.asIntN(64, view.getBigUint64(0, true)));
  const { domain } = caller;
  const delivery = domain.events.delivery;
  const ports: number[] = [];
  for (let index = 0; index < count; index++) {
    const port = caller.memory.readU32(list + index * 4);
    if (port === undefined) return -Errno.EFAULT;
    if (port >= (delivery?.ports ?? 0)) return -Errno.EINVAL;
    ports.push(port);
  }
  if (caller.upcallDue || ports.some((port) => delivery?.isPending(port))) return 0;
  const timeout = Number(view.getBigUint64(16, true));
  if (timeout !== 0) {
    const { xen } = domain;
    xen.timersOf(caller).set(caller.pollTimer, xen.clock.toCycles(timeout - domain.clockOffset));
  }
  caller.polling = ports;
  caller.blocked = true;
  caller.reconsider();
  return 0;
};
