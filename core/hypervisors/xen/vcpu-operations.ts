/** The part of vcpu_op that is the same for a vCPU of any kind of domain: its timers, and where its vcpu_info lies. */
import { Errno } from '../../abi/xen/errno.table.ts';
import { VcpuInfo } from '../../abi/xen/shared-info.table.ts';
import { VcpuOp } from '../../abi/xen/vcpu.table.ts';
import { WIDTHS, type WordLayout } from '../../abi/xen/widths.table.ts';
import type { MachineMemory } from '../../seams/machine.ts';
import { stopTimer } from '../common/timers.ts';
import { type EventTarget, markPending } from './events-two-level.ts';
import type { CallerMemory } from './holder.ts';
import { publishTime, type TimekeepingVcpu } from './pv/time-areas.ts';
import { setPeriodic, setSingleshot, stopSingleshot, type TimedVcpu } from './pv/timers.ts';

/** Of VCPUOP_set_singleshot_timer: a deadline in the past is an error. */
const ONLY_IF_FUTURE = 1;

interface TimerCaller<V> extends TimedVcpu<V> {
  readonly memory: CallerMemory;
  readonly domain: TimedVcpu<V>['domain'] & { systemTime(): number };
}

/** Serves the operations on timers; undefined: the operation is another one. */
export const timerOperation = <V extends TimerCaller<V>>(
  caller: V,
  vcpu: V,
  command: number,
  argument: number,
): number | undefined => {
  switch (command) {
    case VcpuOp.set_periodic_timer: {
      const period = caller.memory.readU64(argument);
      if (period === undefined) return -Errno.EFAULT;
      return setPeriodic(vcpu, Number(period)) ? 0 : -Errno.EINVAL;
    }
    case VcpuOp.stop_periodic_timer:
      stopTimer(vcpu.periodic);
      return 0;
    case VcpuOp.set_singleshot_timer:
      return vcpu === caller ? singleshot(vcpu, argument) : -Errno.EINVAL;
    case VcpuOp.stop_singleshot_timer:
      if (vcpu !== caller) return -Errno.EINVAL;
      stopSingleshot(vcpu);
      return 0;
    default:
      return undefined;
  }
};

/** vcpu_set_singleshot_timer: u64 deadline, u32 flags. */
const singleshot = <V extends TimerCaller<V>>(vcpu: V, argument: number): number => {
  const bytes = vcpu.memory.read(argument, 12);
  if (bytes === undefined) return -Errno.EFAULT;
  const view = new DataView(bytes.buffer);
  const deadline = Number(view.getBigUint64(0, true));
  if ((view.getUint32(8, true) & ONLY_IF_FUTURE) !== 0 && deadline < vcpu.domain.systemTime()) return -Errno.ETIME;
  setSingleshot(vcpu, deadline);
  return 0;
};

interface MovableVcpu extends TimekeepingVcpu, EventTarget {
  infoAddress: number;
  infoMoved: boolean;
  readonly domain: TimekeepingVcpu['domain'] & { readonly xen: { readonly memory: MachineMemory }; readonly layout?: WordLayout };
}

/**
 * vcpu_register_vcpu_info (u64 frame, u32 offset): moves vcpu_info to the guest's memory. Everything is marked as news, so
 * that nothing that was under way is lost.
 * @param hold keeps the frame from becoming anything but memory; false: it cannot be that
 * @returns 0 or a negative errno
 */
export const moveVcpuInfo = (
  caller: CallerMemory,
  vcpu: MovableVcpu,
  argument: number,
  hold: (frame: number) => boolean,
): number => {
  const bytes = caller.read(argument, 12);
  if (bytes === undefined) return -Errno.EFAULT;
  const view = new DataView(bytes.buffer);
  const frame = Number(view.getBigUint64(0, true));
  const offset = view.getUint32(8, true);
  if (vcpu.infoMoved || offset > 4096 - VcpuInfo.SIZE || offset % 8 !== 0 || !hold(frame)) return -Errno.EINVAL;
  const { layout, xen } = vcpu.domain;
  const { pendingSel, bits } = (layout ?? WIDTHS[64]).shared;
  const target = frame * 4096 + offset;
  xen.memory.write(target, xen.memory.read(vcpu.infoAddress, VcpuInfo.SIZE));
  vcpu.infoAddress = target;
  vcpu.infoMoved = true;
  xen.memory.write(target + pendingSel, new Uint8Array(bits / 8).fill(0xff));
  markPending(xen.memory, vcpu);
  publishTime(vcpu);
  return 0;
};
