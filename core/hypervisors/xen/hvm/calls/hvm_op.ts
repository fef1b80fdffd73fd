/** hvm_op: parameters of a container, and how its events are announced. */
import { Errno } from '../../../../abi/xen/errno.table.ts';
import { HvmOp, HvmParam, HvmParamArgument, MemType, UpcallVectorArgument } from '../../../../abi/xen/hvm.table.ts';
import type { HvmHandler } from '../hypercall.ts';
import type { HvmVcpu } from '../vcpu.ts';

const FIRST_VECTOR = 16;
/** What a guest may set of itself; the others are the toolstack's. */
const OF_THE_GUEST: readonly number[] = [HvmParam.CALLBACK_IRQ];

export const hvm_op: HvmHandler = (caller, args) => {
  const argument = args.address(1);
  switch (args.low(0)) {
    case HvmOp.set_param:
    case HvmOp.get_param:
      return parameter(caller, argument, args.low(0) === HvmOp.set_param);
    case HvmOp.get_time:
      return caller.memory.writeU64(argument, BigInt(caller.domain.systemTime())) ? 0 : -Errno.EFAULT;
    case HvmOp.get_mem_type:
      return memoryType(caller, argument);
    case HvmOp.set_evtchn_upcall_vector:
      return upcallVector(caller, argument);
    case HvmOp.flush_tlbs:
      // Every processor of the container, by its provider: what INVLPG and CR3 loads would do, without messages.
      if (!args.isNull(1)) return -Errno.EINVAL;
      for (const context of caller.domain.xen.tenancy.computer().contexts) context.flushTranslations();
      return 0;
    default:
      return -Errno.ENOSYS;
  }
};

const parameter = (caller: HvmVcpu, argument: number, setting: boolean): number => {
  const bytes = caller.memory.read(argument, HvmParamArgument.SIZE);
  if (bytes === undefined) return -Errno.EFAULT;
  const view = new DataView(bytes.buffer);
  const { domain } = caller;
  if (!domain.isSelf(view.getUint16(HvmParamArgument.domain, true))) return -Errno.EPERM;
  const index = view.getUint32(HvmParamArgument.index, true);
  if (index >= HvmParam.COUNT) return -Errno.EINVAL;
  if (!setting)
    return caller.memory.writeU64(argument + HvmParamArgument.value, domain.params.get(index) ?? 0n) ? 0 : -Errno.EFAULT;
  if (!OF_THE_GUEST.includes(index)) return -Errno.EPERM;
  const value = view.getBigUint64(HvmParamArgument.value, true);
  domain.params.set(index, value);
  domain.latchWidth(caller.layout.bits);
  domain.upcalls.setVia(value);
  return 0;
};

const upcallVector = (caller: HvmVcpu, argument: number): number => {
  const bytes = caller.memory.read(argument, UpcallVectorArgument.SIZE);
  if (bytes === undefined) return -Errno.EFAULT;
  const view = new DataView(bytes.buffer);
  const vcpu = caller.domain.vcpus[view.getUint32(UpcallVectorArgument.vcpu, true)];
  const vector = view.getUint8(UpcallVectorArgument.vector);
  if (vcpu === undefined) return -Errno.ENOENT;
  if (vector < FIRST_VECTOR) return -Errno.EINVAL;
  vcpu.upcallVector = vector;
  if (vcpu.upcallPending) vcpu.notify();
  return 0;
};

const memoryType = (caller: HvmVcpu, argument: number): number => {
  const frame = caller.memory.readU64(argument + 8);
  if (frame === undefined) return -Errno.EFAULT;
  const type = caller.domain.xen.isRam(Number(frame) * 4096) ? MemType.ram : MemType.device;
  return caller.memory.write(argument + 2, Uint8Array.of(type, 0)) ? 0 : -Errno.EFAULT;
};
