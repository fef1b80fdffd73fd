/** multicall of a container: several calls in one, each with a result of its own. */
import { Errno } from '../../../../abi/xen/errno.table.ts';
import { CallArguments } from '../../pv/arguments.ts';
import { callHvm, type HvmHandler } from '../hypercall.ts';

/** multicall_entry: u64 op, s64 result, u64 args[6]. */
const ENTRY = { SIZE: 64, operation: 0, result: 8, arguments: 16 } as const;
const MOST_CALLS = 1024;
const MULTICALL = 13;

export const multicall: HvmHandler = (caller, args) => {
  const list = args.address(0);
  const count = args.low(1);
  if (count > MOST_CALLS) return -Errno.EINVAL;
  for (let index = 0; index < count; index++) {
    const at = list + index * ENTRY.SIZE;
    const bytes = caller.memory.read(at, ENTRY.SIZE);
    if (bytes === undefined) return -Errno.EFAULT;
    const view = new DataView(bytes.buffer);
    const inner = new CallArguments();
    for (let word = 0; word < inner.words.length; word++) inner.words[word] = view.getUint32(ENTRY.arguments + 4 * word, true);
    const number = view.getUint32(ENTRY.operation, true);
    // A list within a list would let a guest keep its hypervisor busy for as long as it likes.
    const result = number === MULTICALL ? -Errno.EINVAL : callHvm(caller, number, inner);
    if (!caller.memory.writeU64(at + ENTRY.result, BigInt.asUintN(64, BigInt(result)))) return -Errno.EFAULT;
  }
  return 0;
};
