/** update_descriptor: a checked store to a descriptor table. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { FrameType } from '../../common/frames.ts';
import { acceptDescriptor } from '../pv/descriptors.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';

export const update_descriptor: HypercallHandler = (caller, args) => {
  const { domain } = caller;
  const { memory, frames, types } = domain.xen;
  const address = args.number(0);
  const frame = Math.floor(address / 4096);
  const high = acceptDescriptor(args.high(1));
  if (address % 8 !== 0 || high === -1 || frames.owner[frame] !== domain.owner) return -Errno.EINVAL;
  const segment = (frames.typeCount[frame] ?? 0) > 0 && frames.type[frame] === FrameType.segment;
  const result = types.takeTyped(domain, frame, segment ? FrameType.segment : FrameType.writable);
  if (result !== 0) return -Errno.EINVAL;
  memory.writeU32(address, args.low(1));
  memory.writeU32(address + 4, high);
  types.putTyped(domain, frame);
  return 0;
};
