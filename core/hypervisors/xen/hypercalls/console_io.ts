/** console_io: the emergency console; what a guest writes before it has any other. Nothing can be read. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import type { CallerMemory } from '../holder.ts';
import type { CallArguments } from '../pv/arguments.ts';

interface Writer<D> {
  readonly memory: CallerMemory;
  readonly domain: D & { readonly xen: { emergencyConsole(domain: D, bytes: Uint8Array): void } };
}

const WRITE = 0;
const READ = 1;
const LONGEST = 4096;

export const console_io = <D>(caller: Writer<D>, args: CallArguments): number => {
  if (args.low(0) === READ) return 0;
  if (args.low(0) !== WRITE) return -Errno.ENOSYS;
  const length = Math.min(args.low(1), LONGEST);
  const bytes = caller.memory.read(args.address(2), length);
  if (bytes === undefined) return -Errno.EFAULT;
  caller.domain.xen.emergencyConsole(caller.domain, bytes);
  return length;
};
