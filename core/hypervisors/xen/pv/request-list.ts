/** Calls that are a list of requests: served in order until one fails, in pieces if the list is long, with a count of those done. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import type { CallArguments } from './arguments.ts';
import type { PvVcpu } from './vcpu.ts';

/** Set in the count when the call is the rest of an interrupted one. */
const CONTINUED = 0x8000_0000;

export interface RequestList {
  /** Bytes of one request. */
  readonly size: number;
  /** Longest piece done without looking whether somebody else wants the CPU. */
  readonly piece: number;
  /** Longest list within a multicall, which is one piece. */
  readonly longestInner: number;
  /** Serves the request at a linear address. @returns 0 or a negative errno */
  readonly serve: (caller: PvVcpu, at: number) => number;
}

/** Arguments: the list, how many requests there are, where their number done goes (or null). */
export const serveList = (caller: PvVcpu, args: CallArguments, { size, piece, longestInner, serve }: RequestList): number => {
  const continued = args.low(1) >= CONTINUED;
  const count = args.low(1) % CONTINUED;
  const before = continued && !args.isNull(2) ? (caller.memory.readU32(args.address(2)) ?? 0) : 0;
  const inner = args === caller.domain.xen.innerArguments;
  if (inner && count > longestInner) return -Errno.E2BIG;
  const most = inner ? count : Math.min(count, piece);
  const list = args.address(0);
  let done = 0;
  let result = 0;
  for (; done < most; done++) {
    result = serve(caller, list + done * size);
    if (result !== 0) break;
  }
  if (!args.isNull(2) && !caller.memory.writeU32(args.address(2), before + done)) return -Errno.EFAULT;
  if (result !== 0 || most === count) return result;
  return caller.continueCall(args, 0, done * size, 1, (count - done) | CONTINUED);
};
