/** mmu_update: checked stores to page tables and to the table of pseudo-physical by machine frame. */
import { DomainId } from '../../../abi/xen/domains.table.ts';
import { Errno } from '../../../abi/xen/errno.table.ts';
import { MmuUpdate } from '../../../abi/xen/memory.table.ts';
import { FrameType } from '../../common/frames.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';
import { type RequestList, serveList } from '../pv/request-list.ts';
import type { PvVcpu } from '../pv/vcpu.ts';

export const mmu_update: HypercallHandler = (caller, args) => {
  if (args.low(3) !== DomainId.SELF && args.low(3) !== caller.domain.id)
    return args.low(3) === DomainId.IO ? -Errno.EPERM : -Errno.ESRCH;
  return serveList(caller, args, REQUESTS);
};

const request = (caller: PvVcpu, at: number): number => {
  const { domain } = caller;
  const { memory, frames, updates, types, space } = domain.xen;
  const first = caller.memory.locateAligned(at, 8, false);
  const second = (at & 0xfff) === 0xff8 ? caller.memory.locateAligned(at + 8, 8, false) : first + 8;
  if (first === -1 || second === -1) return -Errno.EFAULT;
  const pointerLow = memory.readU32(first);
  const frame = memory.readU32(first + 4) * 0x10_0000 + (pointerLow >>> 12);
  const low = memory.readU32(second);
  const high = memory.readU32(second + 4);
  const command = pointerLow & 3;
  if (command === MmuUpdate.noTranslate) return -Errno.ENOSYS;
  if (frames.owner[frame] !== domain.owner) return -Errno.EINVAL;
  if (command === MmuUpdate.machphys) {
    space.setM2p(frame, high * 0x1_0000_0000 + low);
    return 0;
  }
  if ((pointerLow & 4) !== 0) return -Errno.EINVAL;
  const address = frame * 4096 + (pointerLow & 0xff8);
  const level = updates.tableLevel(frame);
  if (level !== 0) return updates.modify(domain, level, address, low, high, command === MmuUpdate.preserveAd);
  const result = types.takeTyped(domain, frame, FrameType.writable);
  if (result !== 0) return result;
  memory.writeU32(address, low);
  memory.writeU32(address + 4, high);
  types.putTyped(domain, frame);
  return 0;
};

const REQUESTS: RequestList = { size: MmuUpdate.SIZE, piece: 1024, longestInner: 0x1_0000, serve: request };
