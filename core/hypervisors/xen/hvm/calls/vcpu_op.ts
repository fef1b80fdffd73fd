/** vcpu_op of a container: where a vCPU's page of news lies, its timers and times. Starting one is the local APIC's business. */
import { Errno } from '../../../../abi/xen/errno.table.ts';
import { VcpuOp } from '../../../../abi/xen/vcpu.table.ts';
import { readPointer } from '../../../../abi/xen/widths.table.ts';
import { publishTime } from '../../pv/time-areas.ts';
import { moveVcpuInfo, timerOperation } from '../../vcpu-operations.ts';
import type { HvmHandler } from '../hypercall.ts';
import { publishHvmRunstate, runstateRecord } from '../runstate.ts';
import type { HvmVcpu } from '../vcpu.ts';

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
    case VcpuOp.register_vcpu_info:
      return moveVcpuInfo(caller.memory, vcpu, argument, (frame) => caller.domain.xen.isRam(frame * 4096));
    case VcpuOp.send_nmi:
      if (!args.isNull(2)) return -Errno.EINVAL;
      caller.domain.xen.tenancy.computer().contexts[vcpu.id]?.injectNmi();
      return 0;
    case VcpuOp.register_vcpu_time_memory_area:
      return registerTime(caller, vcpu, argument);
    default:
      return timerOperation(caller, vcpu, args.low(0), argument) ?? -Errno.ENOSYS;
  }
};

/** Where the guest wants something written to. */
const readAddress = (caller: HvmVcpu, argument: number): number | undefined => {
  const bytes = caller.memory.read(argument, 8);
  return bytes && readPointer(new DataView(bytes.buffer), 0, caller.layout);
};

/** The record holds until the domain moves, so it is written once, by the address space of whoever asks. */
const registerTime = (caller: HvmVcpu, vcpu: HvmVcpu, argument: number): number => {
  const address = readAddress(caller, argument);
  if (address === undefined) return -Errno.EFAULT;
  if (address !== 0 && caller.memory.locate(address, 'write') === -1) return -Errno.EFAULT;
  vcpu.timeArea = address;
  vcpu.translate = caller.translate;
  publishTime(vcpu);
  return 0;
};

/** vcpu_register_runstate_memory_area: a linear address; its pages are looked up once and stay meant. */
const registerRunstate = (caller: HvmVcpu, vcpu: HvmVcpu, argument: number): number => {
  const address = readAddress(caller, argument);
  if (address === undefined) return -Errno.EFAULT;
  const { SIZE } = caller.domain.layout.runstate;
  const pieces: [number, number][] = [];
  for (let done = 0; done < SIZE; ) {
    const at = caller.memory.locate(address + done, 'write');
    if (at === -1) return -Errno.EFAULT;
    const length = Math.min(SIZE - done, 4096 - (at % 4096));
    pieces.push([at, length]);
    done += length;
  }
  vcpu.runstateArea = pieces;
  publishHvmRunstate(vcpu);
  return 0;
};
