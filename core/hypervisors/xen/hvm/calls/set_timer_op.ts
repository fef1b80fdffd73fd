/** set_timer_op of a container: 32-bit code gives the deadline in two arguments. */
import { set_timer_op as setTimer } from '../../hypercalls/set_timer_op.ts';
import type { HvmHandler } from '../hypercall.ts';

export const set_timer_op: HvmHandler = (caller, args) => {
  if (caller.layout.bits === 32) args.words[1] = args.low(1);
  return setTimer(caller, args);
};
