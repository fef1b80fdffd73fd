/**
 * Xen below: the calls of ring 0 to it. Arguments of a call lie in a page of this machine, whose address is what Xen calls
 * it, too; what Xen shows to this layer (shared_info, grant frames) appears in frames of this machine.
 */
import { DomainId, SHUTDOWN_REASONS } from '../../abi/xen/domains.table.ts';
import { Errno } from '../../abi/xen/errno.table.ts';
import { AddToPhysmap, CallbackVia, HvmOp, HvmParam, HvmParamArgument, MapSpace } from '../../abi/xen/hvm.table.ts';
import { HYPERCALLS } from '../../abi/xen/hypercalls.table.ts';
import { MemoryOp } from '../../abi/xen/memory.table.ts';
import { SharedInfo, VcpuInfo } from '../../abi/xen/shared-info.table.ts';
import { SchedOp } from '../../abi/xen/vcpu.table.ts';
import { invariant } from '../../base/bug.ts';
import type { GuestFrame, MachineFrame } from '../../seams/addresses.ts';
import { type Below, nothingBelow } from '../../seams/below.ts';
import { type Machine, Register } from '../../seams/machine.ts';
import { passOf } from './passes.table.ts';

/** Conventional memory below 1 MiB, which firmware left and no domain gets. */
const ARGUMENT = 0x1_0000;

const numberOf = (name: string): number => {
  const row = HYPERCALLS.find((each) => each.name === name);
  invariant(row !== undefined, `there is no hypercall ${name}`);
  return row.number;
};

export function belowXen(machine: Machine): Below {
  const { memory } = machine;
  /** Where shared_info of the layer below appears; undefined until a driver domain asked for it. */
  let sharedInfo: number | undefined;

  /** One call; its argument is changed in place. */
  const call = (cpu: number, number: number, subOperation: number, argument: Uint8Array, count = 0): number => {
    memory.write(ARGUMENT, argument);
    const registers = new BigUint64Array(16);
    registers[Register.rax] = BigInt(number);
    registers[Register.rdi] = BigInt(subOperation);
    registers[Register.rsi] = BigInt(ARGUMENT);
    registers[Register.rdx] = BigInt(count);
    if (machine.call(cpu, registers) === 'nobody') return -Errno.ENOSYS;
    argument.set(memory.read(ARGUMENT, argument.length));
    return Number(BigInt.asIntN(64, registers[Register.rax] ?? 0n));
  };

  return {
    ...nothingBelow,
    name: 'xen',
    asGuestFrame: (frame) => frame as number as GuestFrame,
    pass: ({ cpu, operation, subOperation, argument }) => {
      const pass = passOf(operation, subOperation);
      if (pass === undefined) return -Errno.EOPNOTSUPP;
      if (argument.length < pass.size) return -Errno.EFAULT;
      const own = argument.subarray(0, pass.size);
      const view = new DataView(own.buffer, own.byteOffset, own.length);
      if (!pass.allows(view)) return -Errno.EPERM;
      const result = call(cpu, pass.number, subOperation, own, pass.count);
      if (result === 0 && operation === 'memory_op' && subOperation === MemoryOp.add_to_physmap) {
        if (view.getUint32(AddToPhysmap.space, true) === MapSpace.shared_info)
          sharedInfo = Number(view.getBigUint64(AddToPhysmap.frame, true));
      }
      return result;
    },
    // One vector for all CPUs, outside the local APIC: nothing has to be acknowledged there.
    bindUpcall: (cpu, vector) => {
      const argument = new Uint8Array(HvmParamArgument.SIZE);
      const view = new DataView(argument.buffer);
      view.setUint16(HvmParamArgument.domain, DomainId.SELF, true);
      view.setUint32(HvmParamArgument.index, HvmParam.CALLBACK_IRQ, true);
      const via = (BigInt(CallbackVia.vector) << CallbackVia.TYPE_SHIFT) | BigInt(vector);
      view.setBigUint64(HvmParamArgument.value, via, true);
      return call(cpu, numberOf('hvm_op'), HvmOp.set_param, argument) === 0 ? 'bound' : 'poll';
    },
    upcallTaken: (cpu) => {
      if (sharedInfo === undefined) return;
      const at = sharedInfo * 4096 + SharedInfo.vcpuInfo + cpu * VcpuInfo.SIZE + VcpuInfo.upcallPending;
      memory.bytes(sharedInfo as MachineFrame, 'write')[at % 4096] = 0;
    },
    shutdown: (reason) => {
      const argument = new Uint8Array(4);
      new DataView(argument.buffer).setUint32(0, SHUTDOWN_REASONS.indexOf(reason), true);
      call(0, numberOf('sched_op'), SchedOp.shutdown, argument);
    },
  };
}
