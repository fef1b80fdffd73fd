/** set_timer_op: the one-shot timer of the calling vCPU, the older call; 0 stops it. */
import type { CallArguments } from '../pv/arguments.ts';
import { setSingleshot, stopSingleshot, type TimedVcpu } from '../pv/timers.ts';

export const set_timer_op = <V>(caller: V & TimedVcpu<V>, args: CallArguments): number => {
  if (args.isNull(0)) stopSingleshot(caller);
  else setSingleshot(caller, args.number(0));
  return 0;
};
