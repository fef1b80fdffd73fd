/** The loop of a paravirtual CPU on a CPU of the machine: deliver what is due, run the guest, handle why it came back. */
import type { Cycles } from '../../../seams/addresses.ts';
import type { Cpu } from '../../../seams/machine.ts';
import { deliverPending } from './bounce.ts';
import { handleTrap } from './exceptions.ts';
import type { PvVcpu } from './vcpu.ts';

/** Runs `vcpu` until `until`, the next timer of this CPU, the scheduler's wish, or the vCPU cannot go on. */
export const enterGuest = (vcpu: PvVcpu, cpu: Cpu, until: Cycles): void => {
  const { xen } = vcpu.domain;
  const { context } = vcpu;
  const timers = xen.timersOn(cpu.index);
  while (vcpu.runnable && !xen.isRescheduling(cpu.index)) {
    const left = Math.min(until, timers.next) - cpu.now();
    if (left <= 0) return;
    deliverPending(vcpu);
    if (!vcpu.runnable) return;
    vcpu.applyFlush();
    handleTrap(vcpu, cpu.enter(context, left));
  }
};
