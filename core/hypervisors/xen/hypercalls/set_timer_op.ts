/** set_timer_op: the one-shot timer of the calling vCPU, the older call; 0 stops it. */
import type { HypercallHandler } from '../pv/hypercall.ts';
import { setSingleshot, stopSingleshot } from '../pv/timers.ts';

export const set_timer_op: HypercallHandler = (caller, args) => {
  if (args.isNull(0)) stopSingleshot(caller);
  else setSingleshot(caller, args.number(0));
  return 0;
};
