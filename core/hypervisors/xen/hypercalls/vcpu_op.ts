/** vcpu_op: life and times of virtual CPUs. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { Runstate, SharedInfo, VcpuInfo } from '../../../abi/xen/shared-info.table.ts';
import { GuestContext, VcpuOp } from '../../../abi/xen/vcpu.table.ts';
import { FrameType } from '../../common/frames.ts';
import { isGuestRange } from '../pv/entry.ts';
import { loadGuestContext } from '../pv/guest-context.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';
import { publishRunstate, publishTime } from '../pv/time-areas.ts';
import type { PvVcpu } from '../pv/vcpu.ts';
import { moveVcpuInfo, timerOperation } from '../vcpu-operations.ts';

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
    case VcpuOp.register_vcpu_info:
      return registerInfo(caller, vcpu, argument);
    case VcpuOp.send_nmi:
      if (!args.isNull(2)) return -Errno.EINVAL;
      vcpu.nmiPending = true;
      vcpu.notify();
      return 0;
    case VcpuOp.get_physid:
      return -Errno.EINVAL;
    case VcpuOp.register_vcpu_time_memory_area:
      return registerTime(caller, vcpu, argument);
    default:
      return timerOperation(caller, vcpu, args.low(0), argument) ?? -Errno.ENOSYS;
  }
};

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

const registerInfo = (caller: PvVcpu, vcpu: PvVcpu, argument: number): number => {
  const { domain } = caller;
  const { memory, types } = domain.xen;
  const hold = (frame: number): boolean => types.takeTyped(domain, frame, FrameType.writable) === 0;
  const result = moveVcpuInfo(caller.memory, vcpu, argument, hold);
  // What was left behind must not look alive to a reader of shared_info.
  if (result === 0) memory.writeU32(domain.sharedInfo * 4096 + SharedInfo.vcpuInfo + vcpu.id * VcpuInfo.SIZE, 0x100);
  return result;
};
