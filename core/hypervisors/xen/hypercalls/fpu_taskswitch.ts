/** fpu_taskswitch: the next use of the FPU traps (#NM), or not. */
import type { HypercallHandler } from '../pv/hypercall.ts';
import { setTaskSwitched } from '../pv/privileged.ts';

export const fpu_taskswitch: HypercallHandler = (caller, args) => {
  setTaskSwitched(caller, args.low(0) !== 0);
  return 0;
};
