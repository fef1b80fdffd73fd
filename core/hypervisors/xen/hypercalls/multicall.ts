/** multicall: a list of calls, each with its result; the list goes on after a failure. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { callByNumber, type HypercallHandler, REGISTERS_SET } from '../pv/hypercall.ts';

const ENTRY_SIZE = 64;
const RESULT = 8;
const ARGUMENTS = 16;
const MULTICALL = 13;
/** Entries done before somebody else may have the CPU. */
const PIECE = 256;

export const multicall: HypercallHandler = (caller, args) => {
  const list = args.address(0);
  const count = args.low(1);
  const inner = caller.domain.xen.innerArguments;
  const piece = Math.min(count, PIECE);
  for (let index = 0; index < piece; index++) {
    const at = list + index * ENTRY_SIZE;
    const entry = caller.memory.read(at, ENTRY_SIZE);
    if (entry === undefined) return -Errno.EFAULT;
    const words = new Uint32Array(entry.buffer);
    inner.words.set(words.subarray(ARGUMENTS / 4, ARGUMENTS / 4 + 12));
    const number = words[0] ?? 0;
    // A list in a list would overwrite its arguments.
    const result = number === MULTICALL ? -Errno.ENOSYS : callByNumber(caller, number, inner);
    // After an iret the kernel is not there any more to ask for the rest.
    if (result === REGISTERS_SET) return result;
    if (!caller.memory.writeU64(at + RESULT, BigInt.asUintN(64, BigInt(result)))) return -Errno.EFAULT;
    if (!caller.runnable && caller.domain.shutdownReason !== undefined) return 0;
  }
  return piece === count ? 0 : caller.continueCall(args, 0, piece * ENTRY_SIZE, 1, count - piece);
};
