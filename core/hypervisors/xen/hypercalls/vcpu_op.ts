/** vcpu_op: life and times of virtual CPUs. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { Runstate, SharedInfo, VcpuInfo } from '../../../abi/xen/shared-info.table.ts';
import { GuestContext, VcpuOp } from '../../../abi/xen/vcpu.table.ts';
import { FrameType } from '../../common/frames.ts';
import { stopTimer } from '../../common/timers.ts';
import { markPending } from '../events-two-level.ts';
import type { CallArguments } from '../pv/arguments.ts';
import { isGuestRange } from '../pv/entry.ts';
import { loadGuestContext } from '../pv/guest-context.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';
import { publishRunstate, publishTime } from '../pv/time-areas.ts';
import { setPeriodic, setSingleshot, stopSingleshot } from '../pv/timers.ts';
import type { PvVcpu } from '../pv/vcpu.ts';

const ONLY_IF_FUTURE = 1;

export const vcpu_op: HypercallHandler = (caller, args) => {
  const vcpu = caller.domain.vcpus[args.low(1)];
  if (vcpu === undefined) return -Errno.ENOENT;
  const argument = args.address(2);
  switch (args.low(0)) {
    case VcpuOp.initialise:
      return initialise(caller, vcpu, argument);
    case VcpuOp.up:
      if (!vcpu.initialised) return -Errno.EINVAL;
      vcpu.online = true;
      vcpu.reconsider();
      return 0;
    case VcpuOp.down:
      vcpu.online = false;
      if (!caller.domain.vcpus.some((other) => other.online)) caller.domain.shutDown('poweroff');
      else vcpu.reconsider();
      return 0;
    case VcpuOp.is_up:
      return vcpu.online ? 1 : 0;
    case VcpuOp.get_runstate_info:
      return runstate(caller, vcpu, argument);
    case VcpuOp.register_runstate_memory_area:
      return registerRunstate(caller, vcpu, argument);
    case VcpuOp.set_periodic_timer: {
      const period = caller.memory.readU64(argument);
      if (period === undefined) return -Errno.EFAULT;
      return setPeriodic(vcpu, Number(period)) ? 0 : -Errno.EINVAL;
    }
    case VcpuOp.stop_periodic_timer:
      stopTimer(vcpu.periodic);
      return 0;
    case VcpuOp.set_singleshot_timer:
      return singleshot(caller, vcpu, argument);
    case VcpuOp.stop_singleshot_timer:
      if (vcpu !== caller) return -Errno.EINVAL;
      stopSingleshot(vcpu);
      return 0;
    case VcpuOp.register_vcpu_info:
      return registerInfo(caller, vcpu, argument);
    case VcpuOp.send_nmi:
      if (!isNullArgument(args)) return -Errno.EINVAL;
      vcpu.nmiPending = true;
      vcpu.notify();
      return 0;
    case VcpuOp.get_physid:
      return -Errno.EINVAL;
    case VcpuOp.register_vcpu_time_memory_area:
      return registerTime(caller, vcpu, argument);
    default:
      return -Errno.ENOSYS;
  }
};

const isNullArgument = (args: CallArguments): boolean => args.isNull(2);

const initialise = (caller: PvVcpu, vcpu: PvVcpu, argument: number): number => {
  const bytes = caller.memory.read(argument, GuestContext.SIZE);
  if (bytes === undefined) return -Errno.EFAULT;
  if (vcpu.initialised) return -Errno.EEXIST;
  return loadGuestContext(vcpu, bytes);
};

const runstate = (caller: PvVcpu, vcpu: PvVcpu, argument: number): number => {
  const bytes = new Uint8Array(Runstate.SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(Runstate.state, vcpu.runstate, true);
  view.setBigUint64(Runstate.stateEntryTime, BigInt(Math.max(0, vcpu.runstateSince + caller.domain.clockOffset)), true);
  for (const [index, time] of vcpu.runstateTimes().entries()) view.setBigUint64(Runstate.time + 8 * index, BigInt(time), true);
  return caller.memory.write(argument, bytes) ? 0 : -Errno.EFAULT;
};

/** Reads an address that the guest wants something written to, now and later. */
const areaAddress = (caller: PvVcpu, argument: number, size: number): number | undefined => {
  const value = caller.memory.readU64(argument);
  if (value === undefined) return undefined;
  const address = Number(BigInt.asIntN(64, value));
  return isGuestRange(address, size) ? address : undefined;
};

const registerRunstate = (caller: PvVcpu, vcpu: PvVcpu, argument: number): number => {
  const address = areaAddress(caller, argument, Runstate.SIZE);
  if (address === undefined) return -Errno.EFAULT;
  vcpu.runstateArea = address;
  // A vCPU that was never started has no address space of its own yet; its first run writes.
  if (vcpu.kernelRoot !== 0) publishRunstate(vcpu);
  return 0;
};

const registerTime = (caller: PvVcpu, vcpu: PvVcpu, argument: number): number => {
  const address = areaAddress(caller, argument, 32);
  if (address === undefined) return -Errno.EFAULT;
  vcpu.timeArea = address;
  publishTime(vcpu);
  return 0;
};

const singleshot = (caller: PvVcpu, vcpu: PvVcpu, argument: number): number => {
  if (vcpu !== caller) return -Errno.EINVAL;
  const bytes = caller.memory.read(argument, 16);
  if (bytes === undefined) return -Errno.EFAULT;
  const view = new DataView(bytes.buffer);
  const deadline = Number(view.getBigUint64(0, true));
  if ((view.getUint32(8, true) & ONLY_IF_FUTURE) !== 0 && deadline < caller.domain.systemTime()) return -Errno.ETIME;
  setSingleshot(vcpu, deadline);
  return 0;
};

/** Moves vcpu_info to the guest's memory. Everything is marked as news, so that nothing that was under way is lost. */
const registerInfo = (caller: PvVcpu, vcpu: PvVcpu, argument: number): number => {
  const bytes = caller.memory.read(argument, 16);
  if (bytes === undefined) return -Errno.EFAULT;
  const view = new DataView(bytes.buffer);
  const frame = Number(view.getBigUint64(0, true));
  const offset = view.getUint32(8, true);
  if (vcpu.infoMoved || offset > 4096 - VcpuInfo.SIZE || offset % 8 !== 0) return -Errno.EINVAL;
  const { domain } = caller;
  const { memory, types } = domain.xen;
  if (types.takeTyped(domain, frame, FrameType.writable) !== 0) return -Errno.EINVAL;
  const target = frame * 4096 + offset;
  memory.write(target, memory.read(vcpu.infoAddress, VcpuInfo.SIZE));
  vcpu.infoAddress = target;
  vcpu.infoMoved = true;
  memory.writeU64(target + VcpuInfo.pendingSel, 0xffff_ffff_ffff_ffffn);
  markPending(memory, vcpu);
  publishTime(vcpu);
  // What was left behind must not look alive to a reader of shared_info.
  memory.writeU32(domain.sharedInfo * 4096 + SharedInfo.vcpuInfo + vcpu.id * VcpuInfo.SIZE, 0x100);
  return 0;
};
