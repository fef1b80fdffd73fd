/** event_channel_op: making, binding, sending and closing event channels. */
import { DomainId } from '../../../abi/xen/domains.table.ts';
import { Errno } from '../../../abi/xen/errno.table.ts';
import { EventOp, EventStatus, Fifo } from '../../../abi/xen/events.table.ts';
import type { FifoDelivery } from '../events-fifo.ts';
import type { CallerMemory, Holder } from '../holder.ts';
import type { CallArguments } from '../pv/arguments.ts';

/** Who makes these calls: a vCPU of any kind of domain. */
export interface EventCaller {
  readonly memory: CallerMemory;
  readonly domain: Holder & {
    readonly fifo: FifoDelivery | undefined;
    initFifo(vcpu: number, frame: number, offset: number): number;
    resetEvents(): void;
  };
}

/** Bytes of the argument that are read, by sub-operation. */
const ARGUMENT_SIZE: Readonly<Record<number, number>> = {
  [EventOp.bind_interdomain]: 12,
  [EventOp.bind_virq]: 12,
  [EventOp.close]: 4,
  [EventOp.send]: 4,
  [EventOp.status]: 24,
  [EventOp.alloc_unbound]: 8,
  [EventOp.bind_ipi]: 8,
  [EventOp.bind_vcpu]: 8,
  [EventOp.unmask]: 4,
  [EventOp.reset]: 2,
  [EventOp.init_control]: 24,
  [EventOp.expand_array]: 8,
  [EventOp.set_priority]: 8,
};

export const event_channel_op = (caller: EventCaller, args: CallArguments): number => {
  const command = args.low(0);
  const argument = args.address(1);
  if (command === EventOp.send || command === EventOp.unmask) return frequent(caller, command, argument);
  if (command === EventOp.bind_pirq) return -Errno.EPERM;
  const size = ARGUMENT_SIZE[command];
  if (size === undefined) return -Errno.ENOSYS;
  const bytes = caller.memory.read(argument, size);
  if (bytes === undefined) return -Errno.EFAULT;
  return operation(caller, command, new DataView(bytes.buffer), argument);
};

const frequent = (caller: EventCaller, command: number, argument: number): number => {
  const port = caller.memory.readU32(argument);
  if (port === undefined) return -Errno.EFAULT;
  const { events } = caller.domain;
  return command === EventOp.send ? events.send(port) : events.unmask(port);
};

/** Writes a new port where the guest wants it; a port nobody learns of is closed again. */
const give = (caller: EventCaller, port: number, address: number): number => {
  if (port < 0) return port;
  if (caller.memory.writeU32(address, port)) return 0;
  caller.domain.events.close(port);
  return -Errno.EFAULT;
};

const domainBy = (caller: EventCaller, id: number): Holder | undefined =>
  id === DomainId.SELF ? caller.domain : caller.domain.xen.domain(id);

const isSelf = (caller: EventCaller, id: number): boolean => id === DomainId.SELF || id === caller.domain.id;

const operation = (caller: EventCaller, command: number, view: DataView, argument: number): number => {
  const { events } = caller.domain;
  const first = view.byteLength >= 4 ? view.getUint32(0, true) : view.getUint16(0, true);
  const second = view.byteLength >= 8 ? view.getUint32(4, true) : 0;
  switch (command) {
    case EventOp.bind_interdomain: {
      const remote = domainBy(caller, first & 0xffff);
      return remote === undefined ? -Errno.ESRCH : give(caller, events.bindInterdomain(remote, second), argument + 8);
    }
    case EventOp.bind_virq:
      return give(caller, events.bindVirq(first, second), argument + 8);
    case EventOp.close:
      return events.close(first);
    case EventOp.status:
      return status(caller, first & 0xffff, second, argument);
    case EventOp.alloc_unbound: {
      if (!isSelf(caller, first & 0xffff)) return -Errno.EPERM;
      const remote = first >>> 16;
      return give(caller, events.allocateUnbound(remote === DomainId.SELF ? caller.domain.id : remote), argument + 4);
    }
    case EventOp.bind_ipi:
      return give(caller, events.bindIpi(first), argument + 4);
    case EventOp.bind_vcpu:
      return events.bindVcpu(first, second);
    case EventOp.reset:
      if (!isSelf(caller, first)) return -Errno.EPERM;
      caller.domain.resetEvents();
      return 0;
    case EventOp.init_control:
      return initControl(caller, view, argument);
    case EventOp.expand_array:
      return caller.domain.fifo?.expand(frameOf(view.getBigUint64(0, true))) ?? -Errno.EOPNOTSUPP;
    case EventOp.set_priority:
      return caller.domain.fifo === undefined ? -Errno.ENOSYS : events.setPriority(first, second);
    default:
      return -Errno.ENOSYS;
  }
};

/** A frame number, or one that no frame has. */
const frameOf = (value: bigint): number => (value < 1n << 40n ? Number(value) : -1);

/** struct evtchn_init_control: u64 control_gfn, u32 offset, u32 vcpu, u8 link_bits (out). */
const initControl = (caller: EventCaller, view: DataView, argument: number): number => {
  const vcpu = view.getUint32(12, true);
  const result = caller.domain.initFifo(vcpu, frameOf(view.getBigUint64(0, true)), view.getUint32(8, true));
  if (result !== 0) return result;
  return caller.memory.write(argument + 16, Uint8Array.of(Fifo.LINK_BITS)) ? 0 : -Errno.EFAULT;
};

/** struct evtchn_status: u16 dom, u32 port, then u32 status, u32 vcpu, and what it is bound to. */
const status = (caller: EventCaller, id: number, port: number, argument: number): number => {
  if (!isSelf(caller, id)) return -Errno.EPERM;
  const channel = caller.domain.events.channel(port);
  if (port === 0 || port >= (caller.domain.events.delivery?.ports ?? 0)) return -Errno.EINVAL;
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, channel?.state ?? EventStatus.closed, true);
  view.setUint32(4, channel?.vcpu ?? 0, true);
  if (channel?.state === EventStatus.virq) view.setUint32(8, channel.virq, true);
  if (channel?.state === EventStatus.unbound || channel?.state === EventStatus.interdomain) {
    view.setUint16(8, channel.remote, true);
    view.setUint32(12, channel.remotePort, true);
  }
  return caller.memory.write(argument + 8, bytes) ? 0 : -Errno.EFAULT;
};
