/** console_io: the emergency console; what a guest writes before it has any other. Nothing can be read. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';

const WRITE = 0;
const READ = 1;
const LONGEST = 4096;

export const console_io: HypercallHandler = (caller, args) => {
  if (args.low(0) === READ) return 0;
  if (args.low(0) !== WRITE) return -Errno.ENOSYS;
  const length = Math.min(args.low(1), LONGEST);
  const bytes = caller.memory.read(args.address(2), length);
  if (bytes === undefined) return -Errno.EFAULT;
  caller.domain.xen.emergencyConsole(caller.domain, bytes);
  return length;
};
