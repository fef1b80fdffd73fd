/** The network front end: a `FramePort` whose frames a Xen back end carries; received frames are copied, never flipped. */
import {
  NetReceive,
  NetReceiveFlag,
  NetReceiveResponse,
  NetTransmit,
  NetTransmitResponse,
  ringSlots,
} from '../../abi/xen/rings.table.ts';
import { concatenate } from '../../base/bytes.ts';
import type { OwnPage } from '../../seams/platform.ts';
import type { FrontDevice, FrontPlatform } from '../xen/front-end.ts';
import { FrontRing } from '../xen/front-ring.ts';
import { FrameDriver } from './frame-driver.ts';

const PAGE = 4096;

/** A page that is granted once and used over and over. */
interface Buffer {
  readonly page: OwnPage;
  readonly reference: number;
}

export class NetFront extends FrameDriver implements FrontDevice {
  readonly wanted = ['mac'];
  private transmit: FrontRing | undefined;
  private receive: FrontRing | undefined;
  private port = 0;
  private backDomain = 0;
  private usable = false;
  /** Buffers by the identifier of their requests; for sending, those not under way, too. */
  private readonly outgoing: Buffer[] = [];
  private readonly idle: number[] = [];
  private readonly incoming: Buffer[] = [];
  private rings: Buffer[] = [];
  private pieces: Uint8Array[] = [];

  /** @param ready called once, when frames can be sent */
  constructor(
    protected override readonly platform: FrontPlatform,
    private readonly ready: () => void,
  ) {
    super(platform);
  }

  publish(backDomain: number): Readonly<Record<string, string | number>> | undefined {
    this.backDomain = backDomain;
    const [transmit, receive] = [this.buffer('write'), this.buffer('write')];
    if (transmit === undefined || receive === undefined) return undefined;
    this.rings = [transmit, receive];
    this.transmit = new FrontRing(transmit.page, NetTransmit.SIZE);
    this.receive = new FrontRing(receive.page, NetReceive.SIZE);
    this.port = this.platform.events.allocate(backDomain);
    if (this.port < 0) return undefined;
    this.platform.events.listen(this.port, () => this.told());
    for (let id = 0; id < ringSlots(NetReceive.SIZE); id++) {
      const buffer = this.buffer('write');
      if (buffer === undefined) break;
      this.incoming.push(buffer);
      this.post(id);
    }
    this.receive.publish();
    return {
      'tx-ring-ref': transmit.reference,
      'rx-ring-ref': receive.reference,
      'event-channel': this.port,
      'request-rx-copy': 1,
      'feature-rx-notify': 1,
      'feature-no-csum-offload': 1,
    };
  }

  connected(): void {
    this.usable = true;
    this.ready();
  }

  lost(): void {
    this.usable = false;
    this.transmit = undefined;
    this.receive = undefined;
    this.platform.events.close(this.port);
    // A page that the back end still has stays with it.
    for (const { page, reference } of [...this.rings, ...this.outgoing, ...this.incoming])
      if (this.platform.own.revoke(reference)) page.release();
  }

  private buffer(access: 'read' | 'write'): Buffer | undefined {
    const page = this.platform.own.allocate();
    const reference = page && this.platform.own.grant(this.backDomain, page, access);
    return page === undefined || reference === undefined || reference < 0 ? undefined : { page, reference };
  }

  send(frame: Uint8Array): boolean {
    if (!this.usable || frame.length > PAGE) return this.drop();
    const { transmit } = this;
    const id = transmit === undefined || transmit.room === 0 ? undefined : this.idleBuffer();
    const buffer = id === undefined ? undefined : this.outgoing[id];
    if (transmit === undefined || id === undefined || buffer === undefined) return this.refuse();
    buffer.page.bytes('write').set(frame);
    transmit.put((slot) => {
      slot.setUint32(NetTransmit.reference, buffer.reference, true);
      slot.setUint16(NetTransmit.offset, 0, true);
      slot.setUint16(NetTransmit.flags, 0, true);
      slot.setUint16(NetTransmit.id, id, true);
      slot.setUint16(NetTransmit.size, frame.length, true);
    });
    return this.sent();
  }

  private idleBuffer(): number | undefined {
    const id = this.idle.pop();
    if (id !== undefined) return id;
    const buffer = this.buffer('read');
    return buffer && this.outgoing.push(buffer) - 1;
  }

  protected announce(): void {
    if (this.transmit?.publish() === true) this.platform.events.notify(this.port);
  }

  /** Gives the back end a page to fill. */
  private post(id: number): void {
    const reference = this.incoming[id]?.reference ?? 0;
    this.receive?.put((slot) => {
      slot.setUint16(NetReceive.id, id, true);
      slot.setUint32(NetReceive.reference, reference, true);
    });
  }

  private told(): void {
    const { transmit, receive } = this;
    if (transmit === undefined || receive === undefined) return;
    transmit.drain((response) => this.idle.push(response.getUint16(NetTransmitResponse.id, true)));
    const filled: number[] = [];
    receive.drain((response) => {
      filled.push(response.getUint16(NetReceiveResponse.id, true));
      this.take(response);
    });
    for (const id of filled) this.post(id);
    if (filled.length > 0 && receive.publish()) this.platform.events.notify(this.port);
    this.drain();
    this.reopen();
  }

  /** One page of a received frame. */
  private take(response: DataView): void {
    const status = response.getInt16(NetReceiveResponse.status, true);
    const offset = response.getUint16(NetReceiveResponse.offset, true);
    const buffer = this.incoming[response.getUint16(NetReceiveResponse.id, true)];
    if (status > 0 && buffer !== undefined && offset + status <= PAGE)
      this.pieces.push(buffer.page.bytes('read').slice(offset, offset + status));
    if ((response.getUint16(NetReceiveResponse.flags, true) & NetReceiveFlag.more) !== 0) return;
    const frame = concatenate(this.pieces);
    this.pieces = [];
    if (frame.length > 0) this.keep(frame);
  }
}
