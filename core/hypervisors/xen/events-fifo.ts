/**
 * FIFO event delivery: an event word per port in pages of the guest, and per vCPU 16 queues by priority that are linked
 * through these words. The guest takes from the heads, we append at the tails; what it writes into links is never followed.
 */
import { Errno } from '../../abi/xen/errno.table.ts';
import { EventStatus, Fifo } from '../../abi/xen/events.table.ts';
import { FrameType } from '../common/frames.ts';
import type { Channel, EventChannels, EventDelivery } from './events.ts';
import { type EventTarget, markPending } from './events-two-level.ts';
import type { Holder } from './holder.ts';

const MOST_PAGES = Fifo.PORTS / Fifo.WORDS_PER_PAGE;

/** The control block of one vCPU, and where its queues end (0: nothing is known to be queued). */
interface Control {
  readonly frame: number;
  readonly address: number;
  readonly target: EventTarget;
  readonly tails: Uint32Array;
}

export class FifoDelivery implements EventDelivery {
  readonly ports = Fifo.PORTS;
  private readonly pages: number[] = [];
  private readonly controls = new Map<number, Control>();

  constructor(
    private readonly domain: Holder,
    private readonly events: EventChannels,
  ) {}

  /** EVTCHNOP_init_control: events of `vcpu` can be received from now on. */
  initControl(vcpu: number, target: EventTarget, frame: number, offset: number): number {
    if (this.controls.has(vcpu) || offset % 8 !== 0 || offset > 4096 - Fifo.CONTROL_SIZE) return -Errno.EINVAL;
    if (this.domain.xen.types.takeTyped(this.domain, frame, FrameType.writable) !== 0) return -Errno.EINVAL;
    this.controls.set(vcpu, { frame, address: frame * 4096 + offset, target, tails: new Uint32Array(Fifo.QUEUES) });
    return 0;
  }

  /** EVTCHNOP_expand_array: words for 1,024 more ports. */
  expand(frame: number): number {
    if (this.pages.length >= MOST_PAGES) return -Errno.ENOSPC;
    if (this.domain.xen.types.takeTyped(this.domain, frame, FrameType.writable) !== 0) return -Errno.EINVAL;
    const first = this.pages.length * Fifo.WORDS_PER_PAGE;
    this.pages.push(frame);
    this.raiseEarly(first, first + Fifo.WORDS_PER_PAGE);
    return 0;
  }

  /** Ports that became pending before their words existed. */
  private raiseEarly(first: number, end: number): void {
    this.events.forEach((port, channel) => {
      if (port < first || port >= end || !channel.early) return;
      channel.early = false;
      this.raise(port, channel);
    });
  }

  /** Frames of the guest that are in use here. */
  frames(): number[] {
    return [...this.pages, ...[...this.controls.values()].map(({ frame }) => frame)];
  }

  /** Gives the guest's pages back; nothing is delivered afterwards. */
  release(): void {
    const { types } = this.domain.xen;
    for (const frame of this.pages) types.putTyped(this.domain, frame);
    for (const { frame } of this.controls.values()) types.putTyped(this.domain, frame);
    this.pages.length = 0;
    this.controls.clear();
  }

  private address(port: number): number {
    const page = this.pages[port >>> 10];
    return page === undefined ? -1 : page * 4096 + (port & (Fifo.WORDS_PER_PAGE - 1)) * 4;
  }

  private word(port: number): number {
    const at = this.address(port);
    return at === -1 ? 0 : this.domain.xen.memory.readU32(at);
  }

  isPending(port: number): boolean {
    return (this.word(port) & Fifo.PENDING) !== 0;
  }

  isMasked(port: number): boolean {
    return (this.word(port) & Fifo.MASKED) !== 0;
  }

  raise(port: number, channel: Channel): boolean {
    const at = this.address(port);
    if (at === -1) {
      channel.early = true;
      return false;
    }
    const { memory } = this.domain.xen;
    const word = memory.readU32(at);
    memory.writeU32(at, (word | Fifo.PENDING) >>> 0);
    if ((word & (Fifo.MASKED | Fifo.LINKED)) === 0) this.link(port, channel, at);
    return (word & Fifo.PENDING) === 0;
  }

  unmask(port: number, channel: Channel): void {
    const at = this.address(port);
    if (at === -1) return;
    const { memory } = this.domain.xen;
    const word = (memory.readU32(at) & ~Fifo.MASKED) >>> 0;
    memory.writeU32(at, word);
    if ((word & Fifo.PENDING) !== 0 && (word & Fifo.LINKED) === 0) this.link(port, channel, at);
  }

  /** Appends a port that is in no queue to that of its vCPU and priority. */
  private link(port: number, channel: Channel, at: number): void {
    const control = this.controls.get(channel.vcpu);
    if (control === undefined) return;
    const { memory } = this.domain.xen;
    memory.writeU32(at, ((memory.readU32(at) & ~Fifo.LINK_MASK) | Fifo.LINKED) >>> 0);
    // The port was taken out by the guest; if it was the end of a queue, that queue is empty.
    const old = this.controls.get(channel.queuedVcpu);
    if (old !== undefined && old.tails[channel.queuedPriority] === port) old.tails[channel.queuedPriority] = 0;
    channel.queuedVcpu = channel.vcpu;
    channel.queuedPriority = channel.priority;
    const tail = control.tails[channel.priority] ?? 0;
    control.tails[channel.priority] = port;
    if (tail !== 0 && this.append(tail, port)) return;
    memory.writeU32(control.address + Fifo.head + 4 * channel.priority, port);
    const ready = memory.readU32(control.address + Fifo.ready);
    const bit = 1 << channel.priority;
    if ((ready & bit) !== 0) return;
    memory.writeU32(control.address + Fifo.ready, (ready | bit) >>> 0);
    markPending(memory, control.target);
  }

  /** Links `port` behind `tail` if the guest has not taken that out meanwhile. */
  private append(tail: number, port: number): boolean {
    const at = this.address(tail);
    if (at === -1) return false;
    const { memory } = this.domain.xen;
    const word = memory.readU32(at);
    if ((word & Fifo.LINKED) === 0) return false;
    memory.writeU32(at, ((word & ~(Fifo.LINK_MASK | Fifo.BUSY)) | port) >>> 0);
    return true;
  }

  clear(port: number, channel: Channel): void {
    channel.early = false;
    const at = this.address(port);
    if (at === -1) return;
    const { memory } = this.domain.xen;
    memory.writeU32(at, (memory.readU32(at) & ~Fifo.PENDING) >>> 0);
  }

  isBusy(port: number): boolean {
    return (this.word(port) & Fifo.LINKED) !== 0;
  }

  /** The port goes to its new queue when it is pending next. */
  moved(): void {}
}

/** Switches a domain to FIFO delivery; ports that are pending stay so. */
export const switchToFifo = (domain: Holder): FifoDelivery => {
  const { events } = domain;
  const before = events.delivery;
  const fifo = new FifoDelivery(domain, events);
  events.forEach((port, channel) => {
    if (channel.state !== EventStatus.closed && before?.isPending(port)) channel.early = true;
  });
  events.delivery = fifo;
  return fifo;
};
