/** event_channel_op_compat: the first form of event_channel_op, whose argument begins with the sub-operation. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { CallArguments } from '../pv/arguments.ts';
import { type EventCaller, event_channel_op } from './event_channel_op.ts';

/** evtchn_op: u32 cmd, then the structure of that sub-operation. */
const STRUCTURE = 4n;

export const event_channel_op_compat = (caller: EventCaller, args: CallArguments): number => {
  const command = caller.memory.readU32(args.address(0));
  if (command === undefined) return -Errno.EFAULT;
  return event_channel_op(caller, CallArguments.of(BigInt(command), args.big(0) + STRUCTURE));
};
