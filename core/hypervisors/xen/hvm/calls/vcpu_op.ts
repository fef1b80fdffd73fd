/** vcpu_op of a container: where a vCPU's page of news lies, its timers and times. Starting one is the local APIC's business. */
import { Errno } from '../../../../abi/xen/errno.table.ts';
import { Runstate, VcpuInfo } from '../../../../abi/xen/shared-info.table.ts';
import { VcpuOp } from '../../../../abi/xen/vcpu.table.ts';
import { stopTimer } from '../../../common/timers.ts';
import { markPending } from '../../events-two-level.ts';
import { publishTime } from '../../pv/time-areas.ts';
import { setPeriodic, setSingleshot, stopSingleshot } from '../../pv/timers.ts';
import type { HvmHandler } from '../hypercall.ts';
import { publishHvmRunstate, runstateRecord } from '../runstate.ts';
import type { HvmVcpu } from '../vcpu.ts';

const ONLY_IF_FUTURE = 1;
const WAITING_FOR_START = 2;

export const vcpu_op: HvmHandler = (caller, args) => {
  const vcpu = caller.domain.vcpus[args.low(1)];
  if (vcpu === undefined) return -Errno.ENOENT;
  const argument = args.address(2);
  switch (args.low(0)) {
    case VcpuOp.is_up:
      return caller.domain.xen.tenancy.computer().contexts[vcpu.id]?.halted === WAITING_FOR_START ? 0 : 1;
    case VcpuOp.get_runstate_info:
      return caller.memory.write(argument, runstateRecord(vcpu)) ? 0 : -Errno.EFAULT;
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
      if (!args.isNull(2)) return -Errno.EINVAL;
      caller.domain.xen.tenancy.computer().contexts[vcpu.id]?.injectNmi();
      return 0;
    case VcpuOp.register_vcpu_time_memory_area:
      return registerTime(caller, vcpu, argument);
    default:
      return -Errno.ENOSYS;
  }
};

/** The record holds until the domain moves, so it is written once, by the address space of whoever asks. */
const registerTime = (caller: HvmVcpu, vcpu: HvmVcpu, argument: number): number => {
  const value = caller.memory.readU64(argument);
  if (value === undefined) return -Errno.EFAULT;
  const address = Number(BigInt.asIntN(64, value));
  if (address !== 0 && caller.memory.locate(address, 'write') === -1) return -Errno.EFAULT;
  vcpu.timeArea = address;
  vcpu.translate = caller.translate;
  publishTime(vcpu);
  return 0;
};

/** vcpu_register_runstate_memory_area: a linear address; its pages are looked up once and stay meant. */
const registerRunstate = (caller: HvmVcpu, vcpu: HvmVcpu, argument: number): number => {
  const value = caller.memory.readU64(argument);
  if (value === undefined) return -Errno.EFAULT;
  const address = Number(BigInt.asIntN(64, value));
  const pieces: [number, number][] = [];
  for (let done = 0; done < Runstate.SIZE; ) {
    const at = caller.memory.locate(address + done, 'write');
    if (at === -1) return -Errno.EFAULT;
    const length = Math.min(Runstate.SIZE - done, 4096 - (at % 4096));
    pieces.push([at, length]);
    done += length;
  }
  vcpu.runstateArea = pieces;
  publishHvmRunstate(vcpu);
  return 0;
};

const singleshot = (caller: HvmVcpu, vcpu: HvmVcpu, argument: number): number => {
  if (vcpu !== caller) return -Errno.EINVAL;
  const bytes = caller.memory.read(argument, 16);
  if (bytes === undefined) return -Errno.EFAULT;
  const view = new DataView(bytes.buffer);
  const deadline = Number(view.getBigUint64(0, true));
  if ((view.getUint32(8, true) & ONLY_IF_FUTURE) !== 0 && deadline < caller.domain.systemTime()) return -Errno.ETIME;
  setSingleshot(vcpu, deadline);
  return 0;
};

/** vcpu_register_vcpu_info: everything is marked as news, so that nothing that was under way is lost. */
const registerInfo = (caller: HvmVcpu, vcpu: HvmVcpu, argument: number): number => {
  const bytes = caller.memory.read(argument, 16);
  if (bytes === undefined) return -Errno.EFAULT;
  const view = new DataView(bytes.buffer);
  const frame = Number(view.getBigUint64(0, true));
  const offset = view.getUint32(8, true);
  if (vcpu.infoMoved || offset > 4096 - VcpuInfo.SIZE || offset % 8 !== 0) return -Errno.EINVAL;
  const { memory, isRam } = caller.domain.xen;
  if (!isRam(frame * 4096)) return -Errno.EINVAL;
  const target = frame * 4096 + offset;
  memory.write(target, memory.read(vcpu.infoAddress, VcpuInfo.SIZE));
  vcpu.infoAddress = target;
  vcpu.infoMoved = true;
  memory.writeU64(target + VcpuInfo.pendingSel, 0xffff_ffff_ffff_ffffn);
  markPending(memory, vcpu);
  publishTime(vcpu);
  return 0;
};
