/** The network back end: frames between a guest's two rings and a `FramePort`. */
import {
  NET_MOST_SLOTS,
  NetExtra,
  NetReceive,
  NetReceiveFlag,
  NetReceiveResponse,
  NetStatus,
  NetTransmit,
  NetTransmitFlag,
  NetTransmitResponse,
} from '../../abi/xen/rings.table.ts';
import type { FramePort } from '../../seams/plugs.ts';
import { BackEnd, type BackPlace, type Device, Link, publish } from '../xen/back-end.ts';
import { BackRing } from '../xen/ring.ts';
import { checksumHolds, fillChecksum } from './checksum.ts';

/** Frames that wait for the guest to post buffers; more are refused. */
const MOST_QUEUED = 256;
const PIECE = 64;
const PAGE = 4096;
const SMALLEST_FRAME = 14;
const LARGEST_FRAME = 65_535;

/** One frame of a guest, as the slots of its ring describe it. */
interface Chain {
  readonly slots: readonly DataView[];
  /** Slots directly behind the first that hold extra information. */
  readonly extras: number;
}

export class NetBack implements Device {
  private readonly end: BackEnd;
  private readonly link: Link;
  private transmit: BackRing | undefined;
  private receive: BackRing | undefined;
  private readonly queue: Uint8Array[] = [];
  private scheduled = false;
  /** Seen from the guest. */
  readonly counts = { sent: 0, sentBytes: 0, received: 0, receivedBytes: 0, dropped: 0, errors: 0 };

  constructor(
    private readonly place: BackPlace,
    private readonly plug: FramePort,
  ) {
    plug.onFrame((frame) => this.enqueue(frame));
    this.link = new Link(place);
    this.end = new BackEnd(place, this);
  }

  announce(): void {
    publish(this.place, {
      'feature-rx-copy': 1,
      'feature-rx-flip': 0,
      'feature-sg': 1,
      'feature-gso-tcpv4': 0,
      'feature-gso-tcpv6': 0,
      'feature-ipv6-csum-offload': 1,
      'feature-split-event-channels': 0,
      'multi-queue-max-queues': 1,
    });
  }

  connect(): string | undefined {
    if (this.place.store.read(`${this.place.frontPath}/request-rx-copy`) !== '1') return 'the front end does not take copies';
    const transmit = this.link.map('tx-ring-ref');
    if (typeof transmit === 'string') return transmit;
    const receive = this.link.map('rx-ring-ref');
    if (typeof receive === 'string') return receive;
    const port = this.link.bind('event-channel');
    if (typeof port === 'string') return port;
    this.transmit = new BackRing(transmit, NetTransmit.SIZE);
    this.receive = new BackRing(receive, NetReceive.SIZE);
    this.place.platform.events.listen(port, () => this.work());
    return undefined;
  }

  disconnect(): void {
    this.link.release();
    this.transmit = undefined;
    this.receive = undefined;
    this.queue.length = 0;
  }

  close(): void {
    this.plug.onFrame(() => true);
    this.end.close();
  }

  /** A frame for the guest; delivered in the driver domain's own time. */
  private enqueue(frame: Uint8Array): boolean {
    if (this.receive === undefined) {
      this.counts.dropped += 1;
      return true;
    }
    if (this.queue.length >= MOST_QUEUED) return false;
    this.queue.push(frame);
    this.later();
    return true;
  }

  private later(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.place.platform.schedule(this.place.platform.now(), () => {
      this.scheduled = false;
      this.work();
    });
  }

  private work(): void {
    const { transmit, receive } = this;
    if (transmit === undefined || receive === undefined) return;
    const sent = this.sendAll(transmit);
    const received = this.deliverAll(receive);
    if (transmit.broken || receive.broken) {
      this.end.fail('the front end wrote an impossible ring index');
      return;
    }
    if (sent || received) this.link.notify();
  }

  // From the guest.

  private sendAll(ring: BackRing): boolean {
    let notify = false;
    for (let done = 0; this.transmit === ring; done++) {
      const chain = this.nextChain(ring);
      if (chain === undefined) {
        if (!ring.rest() || this.nextChain(ring) === undefined) break;
        continue;
      }
      this.send(ring, chain);
      if (ring.publish()) notify = true;
      if (done === PIECE) {
        this.later();
        break;
      }
    }
    return notify;
  }

  /** The slots of the next frame, if all of them are there. */
  private nextChain(ring: BackRing): Chain | undefined {
    const { waiting } = ring;
    if (waiting === 0) return undefined;
    const first = ring.peek();
    const slots = [first];
    let flags = first.getUint16(NetTransmit.flags, true);
    let extras = 0;
    for (let extra = (flags & NetTransmitFlag.extra) !== 0; extra; ) {
      if (slots.length >= waiting) return undefined;
      const slot = ring.peek(slots.length);
      slots.push(slot);
      extras += 1;
      extra = (slot.getUint8(NetExtra.flags) & NetExtra.MORE) !== 0;
    }
    while ((flags & NetTransmitFlag.more) !== 0) {
      if (slots.length > NET_MOST_SLOTS + extras) break;
      if (slots.length >= waiting) return undefined;
      const slot = ring.peek(slots.length);
      slots.push(slot);
      flags = slot.getUint16(NetTransmit.flags, true);
    }
    for (const _ of slots) ring.take();
    return { slots, extras };
  }

  private send(ring: BackRing, { slots, extras }: Chain): void {
    const requests = slots.filter((_, index) => index === 0 || index > extras);
    const frame = requests.length > NET_MOST_SLOTS ? undefined : this.gather(requests);
    let status: number = NetStatus.error;
    if (frame === undefined) this.counts.errors += 1;
    else {
      this.counts.sent += 1;
      this.counts.sentBytes += frame.length;
      if (((slots[0]?.getUint16(NetTransmit.flags, true) ?? 0) & NetTransmitFlag.checksumBlank) !== 0) fillChecksum(frame);
      status = this.plug.send(frame) ? NetStatus.okay : NetStatus.dropped;
    }
    for (const [index, slot] of slots.entries()) {
      const extra = index > 0 && index <= extras;
      ring.respond((response) => {
        response.setUint16(NetTransmitResponse.id, slot.getUint16(NetTransmit.id, true), true);
        response.setInt16(NetTransmitResponse.status, extra ? NetStatus.null : status, true);
      });
    }
  }

  /** The bytes of a frame: the size of the first slot is that of the whole. */
  private gather(requests: readonly DataView[]): Uint8Array | undefined {
    const [first, ...others] = requests;
    if (first === undefined) return undefined;
    const size = first.getUint16(NetTransmit.size, true);
    const rest = others.reduce((sum, slot) => sum + slot.getUint16(NetTransmit.size, true), 0);
    if (size < SMALLEST_FRAME || rest >= size) return undefined;
    const frame = new Uint8Array(size);
    let at = 0;
    for (const [index, slot] of requests.entries()) {
      const length = index === 0 ? size - rest : slot.getUint16(NetTransmit.size, true);
      const reference = slot.getUint32(NetTransmit.reference, true);
      const part = this.place.platform.foreign.copyFrom(
        this.place.frontDomain,
        reference,
        slot.getUint16(NetTransmit.offset, true),
        length,
      );
      if (typeof part === 'number') return undefined;
      frame.set(part, at);
      at += length;
    }
    return frame;
  }

  // To the guest.

  private deliverAll(ring: BackRing): boolean {
    let notify = false;
    for (let frame = this.queue[0]; frame !== undefined; frame = this.queue[0]) {
      const needed = Math.ceil(frame.length / PAGE);
      if (ring.waiting < needed) {
        // Buffers may have come between the look and the request to be told.
        if (!ring.rest() || ring.waiting < needed) break;
        continue;
      }
      this.queue.shift();
      this.deliver(ring, frame);
      if (ring.publish()) notify = true;
    }
    return notify;
  }

  private deliver(ring: BackRing, frame: Uint8Array): void {
    if (frame.length < SMALLEST_FRAME || frame.length > LARGEST_FRAME) return;
    this.counts.received += 1;
    this.counts.receivedBytes += frame.length;
    const checked = checksumHolds(frame) ? NetReceiveFlag.validated : 0;
    for (let at = 0; at < frame.length; at += PAGE) {
      const part = frame.subarray(at, at + PAGE);
      const request = ring.take();
      const reference = request.getUint32(NetReceive.reference, true);
      const status = this.place.platform.foreign.copyTo(this.place.frontDomain, reference, 0, part);
      const more = at + PAGE < frame.length ? NetReceiveFlag.more : 0;
      if (status !== 0) this.counts.errors += 1;
      ring.respond((response) => {
        response.setUint16(NetReceiveResponse.id, request.getUint16(NetReceive.id, true), true);
        response.setUint16(NetReceiveResponse.flags, (at === 0 ? checked : 0) | more, true);
        response.setInt16(NetReceiveResponse.status, status === 0 ? part.length : NetStatus.error, true);
      });
    }
  }
}
