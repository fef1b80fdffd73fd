/** multicall of a container: several calls in one, each with a result of its own. */
import { Errno } from '../../../../abi/xen/errno.table.ts';
import { CallArguments } from '../../pv/arguments.ts';
import { callHvm, type HvmHandler } from '../hypercall.ts';

const MOST_CALLS = 1024;
const MULTICALL = 13;

export const multicall: HvmHandler = (caller, args) => {
  const list = args.address(0);
  const count = args.low(1);
  if (count > MOST_CALLS) return -Errno.EINVAL;
  const { layout } = caller;
  const entry = layout.multicall;
  const size = layout.bits / 8;
  for (let index = 0; index < count; index++) {
    const at = list + index * entry.SIZE;
    const bytes = caller.memory.read(at, entry.SIZE);
    if (bytes === undefined) return -Errno.EFAULT;
    const view = new DataView(bytes.buffer);
    const inner = new CallArguments();
    for (let argument = 0; argument < 6; argument++) {
      const place = entry.arguments + argument * size;
      inner.words[2 * argument] = view.getUint32(place, true);
      if (size === 8) inner.words[2 * argument + 1] = view.getUint32(place + 4, true);
    }
    const number = view.getUint32(0, true);
    // A list within a list would let a guest keep its hypervisor busy for as long as it likes.
    const result = BigInt(number === MULTICALL ? -Errno.EINVAL : callHvm(caller, number, inner));
    const stored =
      size === 8
        ? caller.memory.writeU64(at + entry.result, BigInt.asUintN(64, result))
        : caller.memory.writeU32(at + entry.result, Number(BigInt.asUintN(32, result)));
    if (!stored) return -Errno.EFAULT;
  }
  return 0;
};
