/** physdev_op_compat: the first form of physdev_op, whose argument begins with the sub-operation. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { CallArguments } from '../pv/arguments.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';
import { physdev_op } from './physdev_op.ts';

/** physdev_op: u32 cmd, then (there are pointers in it) the structure of that sub-operation. */
const STRUCTURE = 8n;

export const physdev_op_compat: HypercallHandler = (caller, args) => {
  const command = caller.memory.readU32(args.address(0));
  if (command === undefined) return -Errno.EFAULT;
  return physdev_op(caller, CallArguments.of(BigInt(command), args.big(0) + STRUCTURE));
};
