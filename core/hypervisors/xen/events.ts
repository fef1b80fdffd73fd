/**
 * Event channels of one domain: ports, what they are bound to, and sending. How a pending port becomes visible to the
 * domain (two-level bitmaps, FIFO queues, a task of a native domain) is an object, {@link EventDelivery}.
 */
import { DomainId } from '../../abi/xen/domains.table.ts';
import { Errno } from '../../abi/xen/errno.table.ts';
import { EventStatus, Fifo, LOCAL_VIRQS, VIRQ_COUNT } from '../../abi/xen/events.table.ts';

/** Somebody who may wait for ports. */
export interface Poller {
  readonly polling: readonly number[];
  wake(): void;
}

/** What event channels need of the domain they belong to. */
export interface EventHolder {
  readonly id: number;
  readonly vcpus: readonly Poller[];
  readonly events: EventChannels;
  readonly xen: { domain(id: number): EventHolder | undefined };
}

export class Channel {
  state: number = EventStatus.closed;
  vcpu = 0;
  /** unbound: who may bind; interdomain: the other end. */
  remote: number = DomainId.INVALID;
  remotePort = 0;
  virq = 0;
  /** FIFO only: queue it is on (-1: none), and its priority; set pending before its page existed. */
  priority: number = Fifo.DEFAULT_PRIORITY;
  queuedVcpu = 0;
  queuedPriority: number = Fifo.DEFAULT_PRIORITY;
  early = false;
}

/** How a domain learns of its events. */
export interface EventDelivery {
  /** Number of ports there can be. */
  readonly ports: number;
  /** The port becomes pending; its vCPU is told unless it is masked. @returns false if it was pending before. */
  raise(port: number, channel: Channel): boolean;
  unmask(port: number, channel: Channel): void;
  isPending(port: number): boolean;
  isMasked(port: number): boolean;
  /** The port is closed: nothing of it may stay pending. */
  clear(port: number, channel: Channel): void;
  /** The domain has yet to take a closed port from a queue: until then it cannot be given out again. */
  isBusy(port: number): boolean;
  /** The channel now belongs to another vCPU or priority. */
  moved(port: number, channel: Channel): void;
}

export class EventChannels {
  /** Index 0 is never a valid port. */
  private readonly channels: Channel[] = [new Channel()];
  delivery: EventDelivery | undefined;
  /** Ports by vCPU and virtual interrupt. */
  private readonly virqs = new Map<number, number>();

  constructor(private readonly domain: EventHolder) {}

  /** The channel of a port in use. */
  channel(port: number): Channel | undefined {
    const channel = this.channels[port];
    return channel === undefined || channel.state === EventStatus.closed || port === 0 ? undefined : channel;
  }

  /** Every port in use. */
  forEach(visit: (port: number, channel: Channel) => void): void {
    for (const [port, channel] of this.channels.entries())
      if (port > 0 && channel.state !== EventStatus.closed) visit(port, channel);
  }

  get inUse(): number {
    return this.channels.filter((channel) => channel.state !== EventStatus.closed).length;
  }

  private allocate(): number {
    const free = (channel: Channel, index: number): boolean =>
      index > 0 && channel.state === EventStatus.closed && this.delivery?.isBusy(index) !== true;
    let port = this.channels.findIndex(free);
    if (port === -1) port = this.channels.length;
    if (port >= (this.delivery?.ports ?? 0)) return -Errno.ENOSPC;
    const channel = new Channel();
    // Where a port was queued last outlives its uses: that queue may still end with it.
    const { queuedVcpu = channel.queuedVcpu, queuedPriority = channel.queuedPriority } = this.channels[port] ?? {};
    this.channels[port] = Object.assign(channel, { queuedVcpu, queuedPriority });
    return port;
  }

  /** A port that `remote` may bind to. */
  allocateUnbound(remote: number): number {
    const port = this.allocate();
    if (port < 0) return port;
    this.use(port, EventStatus.unbound).remote = remote;
    return port;
  }

  private use(port: number, state: number): Channel {
    const channel = this.channels[port] ?? new Channel();
    channel.state = state;
    return channel;
  }

  /** Connects a new local port to `remotePort` of `remote`; the local port is pending at once, lest a notification was lost. */
  bindInterdomain(remote: EventHolder, remotePort: number): number {
    const other = remote.events.channel(remotePort);
    if (other === undefined || other.state !== EventStatus.unbound || other.remote !== this.domain.id) return -Errno.EINVAL;
    const port = this.allocate();
    if (port < 0) return port;
    const channel = this.use(port, EventStatus.interdomain);
    channel.remote = remote.id;
    channel.remotePort = remotePort;
    other.state = EventStatus.interdomain;
    other.remote = this.domain.id;
    other.remotePort = port;
    this.raise(port, channel);
    return port;
  }

  bindVirq(virq: number, vcpu: number): number {
    if (virq >= VIRQ_COUNT) return -Errno.EINVAL;
    if (!LOCAL_VIRQS.includes(virq)) return vcpu === 0 ? -Errno.EPERM : -Errno.EINVAL;
    if (this.domain.vcpus[vcpu] === undefined) return -Errno.ENOENT;
    const key = vcpu * VIRQ_COUNT + virq;
    if (this.virqs.has(key)) return -Errno.EEXIST;
    const port = this.allocate();
    if (port < 0) return port;
    const channel = this.use(port, EventStatus.virq);
    channel.virq = virq;
    channel.vcpu = vcpu;
    this.virqs.set(key, port);
    return port;
  }

  bindIpi(vcpu: number): number {
    if (this.domain.vcpus[vcpu] === undefined) return -Errno.ENOENT;
    const port = this.allocate();
    if (port >= 0) this.use(port, EventStatus.ipi).vcpu = vcpu;
    return port;
  }

  bindVcpu(port: number, vcpu: number): number {
    if (this.domain.vcpus[vcpu] === undefined) return -Errno.ENOENT;
    const channel = this.channel(port);
    if (channel === undefined) return -Errno.EINVAL;
    if (channel.state !== EventStatus.unbound && channel.state !== EventStatus.interdomain) return -Errno.EINVAL;
    channel.vcpu = vcpu;
    this.delivery?.moved(port, channel);
    return 0;
  }

  close(port: number): number {
    const channel = this.channel(port);
    if (channel === undefined) return -Errno.EINVAL;
    if (channel.state === EventStatus.virq) this.virqs.delete(channel.vcpu * VIRQ_COUNT + channel.virq);
    if (channel.state === EventStatus.interdomain) {
      const other = this.domain.xen.domain(channel.remote)?.events.channel(channel.remotePort);
      if (other !== undefined) other.state = EventStatus.unbound;
    }
    this.delivery?.clear(port, channel);
    channel.state = EventStatus.closed;
    return 0;
  }

  closeAll(): void {
    for (let port = 1; port < this.channels.length; port++) this.close(port);
  }

  send(port: number): number {
    const channel = this.channel(port);
    if (channel === undefined) return -Errno.EINVAL;
    switch (channel.state) {
      case EventStatus.interdomain:
        this.domain.xen.domain(channel.remote)?.events.raisePort(channel.remotePort);
        return 0;
      case EventStatus.ipi:
        this.raise(port, channel);
        return 0;
      case EventStatus.unbound:
        return 0;
      default:
        return -Errno.EINVAL;
    }
  }

  /** Makes a port of this domain pending; a port not in use is ignored. */
  raisePort(port: number): void {
    const channel = this.channel(port);
    if (channel !== undefined) this.raise(port, channel);
  }

  raiseVirq(virq: number, vcpu: number): void {
    const port = this.virqs.get(vcpu * VIRQ_COUNT + virq);
    if (port !== undefined) this.raisePort(port);
  }

  private raise(port: number, channel: Channel): void {
    if (this.delivery?.raise(port, channel) !== true) return;
    for (const vcpu of this.domain.vcpus) if (vcpu.polling.includes(port)) vcpu.wake();
  }

  unmask(port: number): number {
    const channel = this.channel(port);
    if (channel === undefined) return -Errno.EINVAL;
    this.delivery?.unmask(port, channel);
    return 0;
  }

  setPriority(port: number, priority: number): number {
    const channel = this.channel(port);
    if (channel === undefined || priority >= Fifo.QUEUES) return -Errno.EINVAL;
    channel.priority = priority;
    this.delivery?.moved(port, channel);
    return 0;
  }
}
