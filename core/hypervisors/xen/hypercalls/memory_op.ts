/** memory_op: how much memory there is, and giving pages back or taking more (the balloon). */
import { DomainId } from '../../../abi/xen/domains.table.ts';
import { Errno } from '../../../abi/xen/errno.table.ts';
import { HypervisorSpace, MemoryOp, Reservation } from '../../../abi/xen/memory.table.ts';
import type { CallArguments } from '../pv/arguments.ts';
import type { HypercallHandler } from '../pv/hypercall.ts';
import { exchangePages, frameLimit, MOST_ORDER } from '../pv/page-exchange.ts';
import type { PvVcpu } from '../pv/vcpu.ts';

/** The sub-operation of a call is in the low bits; above them, where a restarted call goes on. */
const COMMAND_BITS = 6;
const COMMAND = (1 << COMMAND_BITS) - 1;
/** Extents done before somebody else may have the CPU. */
const PIECE = 512;
/** E820 type. */
const RAM = 1;

export const memory_op: HypercallHandler = (caller, args) => {
  const { domain } = caller;
  const argument = args.address(1);
  switch (args.low(0) & COMMAND) {
    case MemoryOp.increase_reservation:
    case MemoryOp.decrease_reservation:
    case MemoryOp.populate_physmap:
      return reservation(caller, args);
    case MemoryOp.maximum_ram_page:
      return domain.xen.frames.size - 1;
    case MemoryOp.current_reservation:
      return ofSelf(caller, argument) ?? domain.pages;
    case MemoryOp.maximum_reservation:
      return ofSelf(caller, argument) ?? domain.maximumPages;
    case MemoryOp.memory_map:
      return memoryMap(caller, argument);
    case MemoryOp.exchange:
      return exchangePages(caller, argument);
    case MemoryOp.maximum_gpfn:
      return ofSelf(caller, argument) ?? domain.maximumPages - 1;
    case MemoryOp.machphys_mapping: {
      const ok =
        caller.memory.writeU64(argument, HypervisorSpace.M2P_START) &&
        caller.memory.writeU64(argument + 8, HypervisorSpace.M2P_END) &&
        caller.memory.writeU64(argument + 16, BigInt(domain.xen.frames.size - 1));
      return ok ? 0 : -Errno.EFAULT;
    }
    default:
      return -Errno.ENOSYS;
  }
};

/** Undefined if the domain number at `address` means the caller; an error otherwise. */
const ofSelf = (caller: PvVcpu, address: number): number | undefined => {
  const bytes = caller.memory.read(address, 2);
  if (bytes === undefined) return -Errno.EFAULT;
  const id = new DataView(bytes.buffer).getUint16(0, true);
  return id === DomainId.SELF || id === caller.domain.id ? undefined : -Errno.EPERM;
};

const reservation = (caller: PvVcpu, args: CallArguments): number => {
  const address = args.address(1);
  const start = args.low(0) >>> COMMAND_BITS;
  const bytes = caller.memory.read(address, Reservation.SIZE);
  if (bytes === undefined) return -Errno.EFAULT;
  const view = new DataView(bytes.buffer);
  const id = view.getUint16(Reservation.domain, true);
  if (id !== DomainId.SELF && id !== caller.domain.id) return -Errno.ESRCH;
  const list = Number(BigInt.asIntN(64, view.getBigUint64(Reservation.extents, true)));
  const count = Number(view.getBigUint64(Reservation.count, true));
  const order = view.getUint32(Reservation.order, true);
  // What is not done is what the result says.
  if (order > MOST_ORDER || start > count) return start;
  const limit = frameLimit(view.getUint32(Reservation.flags, true));
  const end = Math.min(count, start + Math.max(1, PIECE >>> order));
  const command = args.low(0) & COMMAND;
  for (let index = start; index < end; index++) {
    const at = list + index * 8;
    const ok =
      command === MemoryOp.decrease_reservation
        ? release(caller, at, order)
        : populate(caller, at, { silent: list === 0, mapped: command === MemoryOp.populate_physmap, order, limit });
    if (!ok) return index;
  }
  return end === count ? count : caller.continueCall(args, 0, end * (1 << COMMAND_BITS) - (args.low(0) - command));
};

/** Gives the 2^`order` pages back whose first machine frame is at `at`: all of them or none. */
const release = (caller: PvVcpu, at: number, order: number): boolean => {
  const value = caller.memory.readU64(at);
  if (value === undefined) return false;
  const first = Number(value);
  for (let index = 0; index < 2 ** order; index++) if (!caller.domain.isReleasable(first + index)) return false;
  for (let index = 0; index < 2 ** order; index++) caller.domain.releasePage(first + index);
  return true;
};

interface Wanted {
  /** Nobody wants to know the frames. */
  readonly silent: boolean;
  /** The frame at the place is pseudo-physical, and is replaced by the machine frame. */
  readonly mapped: boolean;
  readonly order: number;
  readonly limit: number;
}

/** Takes pages for one extent. */
const populate = (caller: PvVcpu, at: number, { silent, mapped, order, limit }: Wanted): boolean => {
  const { domain } = caller;
  let pfn: number | undefined;
  if (mapped) {
    const value = caller.memory.readU64(at);
    if (value === undefined) return false;
    pfn = Number(value);
  }
  const simple = order === 0 && limit === Number.POSITIVE_INFINITY;
  const frame = simple ? domain.takePage(pfn) : domain.takeRow(pfn, order, limit);
  if (frame === undefined) return false;
  if (silent || caller.memory.writeU64(at, BigInt(frame))) return true;
  for (let index = 0; index < 2 ** order; index++) domain.releasePage(frame + index);
  return false;
};

/** One piece of RAM as large as the domain may ever become. */
const memoryMap = (caller: PvVcpu, address: number): number => {
  const bytes = caller.memory.read(address, 16);
  if (bytes === undefined) return -Errno.EFAULT;
  const view = new DataView(bytes.buffer);
  if (view.getUint32(0, true) < 1) return -Errno.EINVAL;
  const buffer = Number(BigInt.asIntN(64, view.getBigUint64(8, true)));
  const entry = new Uint8Array(20);
  const entryView = new DataView(entry.buffer);
  entryView.setBigUint64(8, BigInt(caller.domain.maximumPages) * 4096n, true);
  entryView.setUint32(16, RAM, true);
  return caller.memory.write(buffer, entry) && caller.memory.writeU32(address, 1) ? 0 : -Errno.EFAULT;
};
