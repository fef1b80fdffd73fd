/** physdev_op: what is left of physical devices for a domain that has none: its virtual privilege level. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { PhysdevOp } from '../../../abi/xen/vcpu.table.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';

export const physdev_op: HypercallHandler = (caller, args) => {
  switch (args.low(0)) {
    case PhysdevOp.set_iopl: {
      const level = caller.memory.readU32(args.address(1));
      if (level === undefined) return -Errno.EFAULT;
      if (level > 3) return -Errno.EINVAL;
      caller.iopl = level;
      return 0;
    }
    case PhysdevOp.set_iobitmap:
      // No port is the domain's, so any bitmap means the same.
      return 0;
    case PhysdevOp.irq_status_query:
    case PhysdevOp.eoi:
      return -Errno.EINVAL;
    case PhysdevOp.apic_read:
    case PhysdevOp.apic_write:
    case PhysdevOp.map_pirq:
      return -Errno.EPERM;
    default:
      return -Errno.ENOSYS;
  }
};
