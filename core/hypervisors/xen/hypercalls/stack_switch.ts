/** stack_switch: the stack on which the kernel is entered from its user mode. */
import type { HypercallHandler } from '../pv/hypercall.ts';

export const stack_switch: HypercallHandler = (caller, args) => {
  caller.kernelSs = args.low(0);
  caller.kernelSp = args.big(1);
  return 0;
};
