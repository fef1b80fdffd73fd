/** memory_op of a container: where pages of the hypervisor appear, and the balloon. Frames are the guest's own numbers. */
import { Errno } from '../../../../abi/xen/errno.table.ts';
import { AddToPhysmap, MAPIDX_GRANT_TABLE_STATUS, MapSpace } from '../../../../abi/xen/hvm.table.ts';
import { MemoryOp } from '../../../../abi/xen/memory.table.ts';
import { readPointer, readWord } from '../../../../abi/xen/widths.table.ts';
import type { MachineFrame } from '../../../../seams/addresses.ts';
import type { HvmHandler } from '../hypercall.ts';
import type { HvmVcpu } from '../vcpu.ts';

/** Above the sub-operation: where a restarted call goes on. Calls of containers are never restarted. */
const COMMAND = 0x3f;
const MOST_EXTENTS = 0x1_0000;
/** E820 type. */
const RAM = 1;

export const memory_op: HvmHandler = (caller, args) => {
  const argument = args.address(1);
  const { domain } = caller;
  switch (args.low(0) & COMMAND) {
    case MemoryOp.add_to_physmap:
      return addToPhysmap(caller, argument);
    case MemoryOp.remove_from_physmap:
      return removeFromPhysmap(caller, argument);
    case MemoryOp.decrease_reservation:
      return extents(caller, argument, (frame) => giveBack(caller, frame));
    case MemoryOp.populate_physmap:
      return extents(caller, argument, (frame) => {
        if (!domain.xen.isRam(frame * 4096)) return false;
        domain.ballooned.delete(frame);
        return true;
      });
    case MemoryOp.memory_map:
      return memoryMap(caller, argument);
    case MemoryOp.maximum_ram_page:
    case MemoryOp.maximum_gpfn:
      return domain.xen.memory.frames - 1;
    case MemoryOp.current_reservation:
      return ramPages(caller) - domain.ballooned.size;
    case MemoryOp.maximum_reservation:
      return ramPages(caller);
    default:
      return -Errno.ENOSYS;
  }
};

/** Pages of the guest's RAM. */
const ramPages = (caller: HvmVcpu): number => caller.domain.xen.rentedRam.reduce((sum, { length }) => sum + length / 4096, 0);

/** xen_memory_map: u32 nr_entries (room, then used), buffer of {u64 address, u64 size, u32 type}: the RAM that was rented. */
const memoryMap = (caller: HvmVcpu, argument: number): number => {
  const { memoryMap: layout } = caller.layout;
  const bytes = caller.memory.read(argument, layout.SIZE);
  if (bytes === undefined) return -Errno.EFAULT;
  const view = new DataView(bytes.buffer);
  const rented = caller.domain.xen.rentedRam;
  if (view.getUint32(0, true) < rented.length) return -Errno.EINVAL;
  const buffer = readPointer(view, layout.buffer, caller.layout);
  const entries = new Uint8Array(20 * rented.length);
  const entry = new DataView(entries.buffer);
  for (const [index, { start, length }] of rented.entries()) {
    entry.setBigUint64(20 * index, BigInt(start), true);
    entry.setBigUint64(20 * index + 8, BigInt(length), true);
    entry.setUint32(20 * index + 16, RAM, true);
  }
  return caller.memory.write(buffer, entries) && caller.memory.writeU32(argument, rented.length) ? 0 : -Errno.EFAULT;
};

const addToPhysmap = (caller: HvmVcpu, argument: number): number => {
  const { addToPhysmap: layout } = caller.layout;
  const bytes = caller.memory.read(argument, layout.SIZE);
  if (bytes === undefined) return -Errno.EFAULT;
  const view = new DataView(bytes.buffer);
  const { domain } = caller;
  if (!domain.isSelf(view.getUint16(AddToPhysmap.domain, true))) return -Errno.ESRCH;
  const index = readWord(view, layout.index, caller.layout);
  const frame = readWord(view, layout.frame, caller.layout);
  switch (view.getUint32(AddToPhysmap.space, true)) {
    case MapSpace.shared_info:
      return index === 0 ? domain.mapSharedInfo(frame) : -Errno.EINVAL;
    case MapSpace.grant_table:
      return index >= MAPIDX_GRANT_TABLE_STATUS
        ? domain.mapGrantFrame(index - MAPIDX_GRANT_TABLE_STATUS, frame, true)
        : domain.mapGrantFrame(index, frame, false);
    default:
      return -Errno.ENOSYS;
  }
};

/** xen_remove_from_physmap: u16 domid, gpfn. */
const removeFromPhysmap = (caller: HvmVcpu, argument: number): number => {
  const { removeFromPhysmap: layout } = caller.layout;
  const bytes = caller.memory.read(argument, layout.SIZE);
  if (bytes === undefined) return -Errno.EFAULT;
  const view = new DataView(bytes.buffer);
  if (!caller.domain.isSelf(view.getUint16(0, true))) return -Errno.ESRCH;
  return giveBack(caller, readWord(view, layout.frame, caller.layout)) ? 0 : -Errno.ENOENT;
};

const giveBack = (caller: HvmVcpu, frame: number): boolean => {
  const { domain } = caller;
  const { frames, statusFrames } = domain.grants;
  const used = frame === domain.sharedInfo || [...frames, ...statusFrames].includes(frame as MachineFrame);
  if (used || !domain.xen.isRam(frame * 4096) || domain.ballooned.has(frame)) return false;
  domain.ballooned.add(frame);
  domain.xen.memory.discard(frame as MachineFrame);
  return true;
};

/** Serves a list of frames one by one; how many were done. */
const extents = (caller: HvmVcpu, argument: number, serve: (frame: number) => boolean): number => {
  const { layout } = caller;
  const { reservation } = layout;
  const bytes = caller.memory.read(argument, reservation.SIZE);
  if (bytes === undefined) return -Errno.EFAULT;
  const view = new DataView(bytes.buffer);
  if (!caller.domain.isSelf(view.getUint16(reservation.domain, true))) return -Errno.ESRCH;
  const list = readPointer(view, 0, layout);
  const count = readWord(view, reservation.count, layout);
  if (view.getUint32(reservation.order, true) !== 0) return 0;
  if (count > MOST_EXTENTS) return -Errno.EINVAL;
  const size = layout.bits / 8;
  for (let index = 0; index < count; index++) {
    const entry = caller.memory.read(list + size * index, size);
    if (entry === undefined || !serve(readWord(new DataView(entry.buffer), 0, layout))) return index;
  }
  return count;
};
