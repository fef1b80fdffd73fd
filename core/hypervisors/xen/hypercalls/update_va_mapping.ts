/** update_va_mapping: the L1 entry of a linear address, and the flush that belongs to it. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { UpdateFlush } from '../../../abi/xen/memory.table.ts';
import type { CallArguments } from '../pv/arguments.ts';
import { isGuestRange, tableIndex } from '../pv/entry.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';
import type { PvVcpu } from '../pv/vcpu.ts';

export const update_va_mapping: HypercallHandler = (caller, args) => {
  const { domain } = caller;
  const { updates } = domain.xen;
  const address = args.address(0);
  if (!isGuestRange(address, 1)) return -Errno.EINVAL;
  const at = updates.locateL1(
    caller.kernelRoot,
    tableIndex(address, 4),
    tableIndex(address, 3),
    tableIndex(address, 2),
    tableIndex(address, 1),
  );
  if (at === -1) return -Errno.EINVAL;
  const result = updates.modify(domain, 1, at, args.low(1), args.high(1), false);
  return result === 0 ? flush(caller, args) : result;
};

const flush = (caller: PvVcpu, args: CallArguments): number => {
  const kind = args.low(2) & UpdateFlush.TYPE_MASK;
  if (kind === UpdateFlush.none || kind === UpdateFlush.TYPE_MASK) return 0;
  const vcpus = flushedVcpus(caller, args);
  if (vcpus === undefined) return -Errno.EFAULT;
  for (const vcpu of vcpus) {
    if (kind === UpdateFlush.tlb) vcpu.flushAll();
    else vcpu.flushPage(args.big(0));
  }
  return 0;
};

/** None above the kind: this vCPU; UVMF_ALL: all; else the address of a bitmap. */
const flushedVcpus = (caller: PvVcpu, args: CallArguments): readonly PvVcpu[] | undefined => {
  const rest = args.address(2) - (args.low(2) & UpdateFlush.TYPE_MASK);
  if (rest === 0) return [caller];
  if (rest === UpdateFlush.all) return caller.domain.vcpus;
  return caller.domain.vcpusOfMask(caller, rest);
};
