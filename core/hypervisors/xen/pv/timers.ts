/** The timer interrupt of a vCPU: one-shot or periodic, in the guest's own nanoseconds. */
import type { Cycles } from '../../../seams/addresses.ts';
import { stopTimer, type Timer } from '../../common/timers.ts';
import type { TimerHost } from '../holder.ts';

/** A vCPU of any kind of domain. */
export interface TimedVcpu<V> {
  readonly timer: Timer;
  readonly periodic: Timer;
  period: Cycles;
  readonly domain: { readonly clockOffset: number; readonly xen: TimerHost<V> };
}

/** Shorter periods would only burn the host's time. */
const SHORTEST_PERIOD = 100_000;

/** VIRQ_TIMER at `deadline`; in the past means now. */
export const setSingleshot = <V>(vcpu: V & TimedVcpu<V>, deadline: number): void => {
  const { domain } = vcpu;
  const { xen } = domain;
  const at = xen.clock.toCycles(Math.min(deadline - domain.clockOffset, Number.MAX_SAFE_INTEGER / 4));
  xen.timersOf(vcpu).set(vcpu.timer, Math.max(at, 0));
};

export const stopSingleshot = (vcpu: { readonly timer: Timer }): void => stopTimer(vcpu.timer);

/** False if the period is one that no host can serve. */
export const setPeriodic = <V>(vcpu: V & TimedVcpu<V>, period: number): boolean => {
  if (period < SHORTEST_PERIOD || period > 2 ** 53) return false;
  const { xen } = vcpu.domain;
  vcpu.period = xen.clock.toCycles(period);
  xen.timersOf(vcpu).set(vcpu.periodic, xen.now() + vcpu.period);
  return true;
};
