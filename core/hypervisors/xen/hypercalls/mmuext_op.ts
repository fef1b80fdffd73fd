/** mmuext_op: pins, roots, flushes, the LDT, and clearing or copying a page. */
import { DomainId } from '../../../abi/xen/domains.table.ts';
import { Errno } from '../../../abi/xen/errno.table.ts';
import { MmuExt } from '../../../abi/xen/memory.table.ts';
import type { MachineFrame } from '../../../seams/addresses.ts';
import { FrameType } from '../../common/frames.ts';
import { setLdt } from '../pv/descriptor-tables.ts';
import { signedLinear } from '../pv/entry.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';
import type { TableLevel } from '../pv/pages.ts';
import { type RequestList, serveList } from '../pv/request-list.ts';
import type { PvVcpu } from '../pv/vcpu.ts';

export const mmuext_op: HypercallHandler = (caller, args) => {
  if (args.low(3) !== DomainId.SELF && args.low(3) !== caller.domain.id) return -Errno.ESRCH;
  return serveList(caller, args, OPERATIONS);
};

const operation = (caller: PvVcpu, at: number): number => {
  const bytes = caller.memory.read(at, MmuExt.SIZE);
  if (bytes === undefined) return -Errno.EFAULT;
  const words = new Uint32Array(bytes.buffer);
  const command = words[0] ?? 0;
  const [low, high, secondLow, secondHigh] = [words[2] ?? 0, words[3] ?? 0, words[4] ?? 0, words[5] ?? 0];
  const { domain } = caller;
  const { updates } = domain.xen;
  const frame = high * 0x1_0000_0000 + low;
  switch (command) {
    case MmuExt.pin_l1_table:
    case MmuExt.pin_l2_table:
    case MmuExt.pin_l3_table:
    case MmuExt.pin_l4_table:
      return updates.pin(domain, frame, (command - MmuExt.pin_l1_table + 1) as TableLevel);
    case MmuExt.unpin_table:
      return updates.unpin(domain, frame);
    case MmuExt.new_baseptr:
      return domain.switchRoot(caller, frame);
    case MmuExt.new_user_baseptr:
      return domain.switchUserRoot(caller, frame);
    case MmuExt.tlb_flush_local:
      caller.flushAll();
      return 0;
    case MmuExt.invlpg_local:
      caller.flushPage((BigInt(high) << 32n) | BigInt(low));
      return 0;
    case MmuExt.tlb_flush_all:
      domain.flushAll();
      return 0;
    case MmuExt.invlpg_all:
      domain.flushPage((BigInt(high) << 32n) | BigInt(low));
      return 0;
    case MmuExt.tlb_flush_multi:
    case MmuExt.invlpg_multi:
      return flushMulti(
        caller,
        command === MmuExt.tlb_flush_multi,
        (BigInt(high) << 32n) | BigInt(low),
        signedLinear(secondLow, secondHigh),
      );
    case MmuExt.flush_cache:
    case MmuExt.flush_cache_global:
      return -Errno.EACCES;
    case MmuExt.set_ldt:
      return setLdt(caller, (BigInt(high) << 32n) | BigInt(low), secondLow);
    case MmuExt.clear_page:
      return fillPage(caller, frame, undefined);
    case MmuExt.copy_page:
      return fillPage(caller, frame, secondHigh * 0x1_0000_0000 + secondLow);
    case MmuExt.mark_super:
    case MmuExt.unmark_super:
      return -Errno.EOPNOTSUPP;
    default:
      return -Errno.ENOSYS;
  }
};

const flushMulti = (caller: PvVcpu, everything: boolean, address: bigint, mask: number): number => {
  const vcpus = caller.domain.vcpusOfMask(caller, mask);
  if (vcpus === undefined) return -Errno.EINVAL;
  for (const vcpu of vcpus) {
    if (everything) vcpu.flushAll();
    else vcpu.flushPage(address);
  }
  return 0;
};

/** Zeroes a page, or copies `source` to it; the page must be one that the guest could write. */
const fillPage = (caller: PvVcpu, frame: number, source: number | undefined): number => {
  const { domain } = caller;
  const { frames, memory, types } = domain.xen;
  if (source !== undefined && !frames.take(source, domain.owner)) return -Errno.EINVAL;
  const result = types.takeTyped(domain, frame, FrameType.writable);
  if (result === 0) {
    const page = source === undefined ? undefined : memory.bytes(source as MachineFrame, 'read').slice();
    const target = memory.bytes(frame as MachineFrame, 'write');
    if (page === undefined) target.fill(0);
    else target.set(page);
    types.putTyped(domain, frame);
  }
  if (source !== undefined) frames.put(source);
  return result;
};

const OPERATIONS: RequestList = { size: MmuExt.SIZE, piece: 64, longestInner: 0x1000, serve: operation };
