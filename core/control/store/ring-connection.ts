/**
 * A domain's connection to the store over its shared page. Everything in the page is the domain's word: lengths and indices
 * are checked at each use, and a domain that breaks the protocol loses its connection, nothing else.
 */
import { STORE_PAYLOAD_MAX, StoreHeader, StoreRing, StoreType } from '../../abi/xen/store.table.ts';
import { textBytes } from '../../base/bytes.ts';
import type { MappedPage, Platform } from '../../seams/platform.ts';
import type { StoreServer } from './server.ts';
import type { Watcher } from './watches.ts';

/** Events nobody reads are dropped beyond this; a guest that reads never gets near. */
const MOST_QUEUED = 4096;
/** Requests served in one go before other work of the control domain has its turn. */
const PIECE = 32;
/** Cycles that serving one request takes; a few thousand instructions of a daemon. */
const REQUEST_COST = 5000;

export class RingConnection implements Watcher {
  private input: Uint8Array = new Uint8Array(0);
  private readonly output: Uint8Array[] = [];
  private closed = false;

  /**
   * @param port bound to the domain's port already; the connection listens
   */
  constructor(
    readonly domain: number,
    private readonly server: StoreServer,
    private readonly platform: Platform,
    private readonly page: MappedPage,
    private readonly port: number,
  ) {
    platform.events.listen(port, () => this.work());
    this.work();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.server.watches.removeAll(this);
    this.platform.events.close(this.port);
    this.page.unmap();
  }

  event(path: string, token: string): void {
    this.send(StoreType.WATCH_EVENT, 0, 0, `${path}\0${token}\0`);
  }

  private send(type: number, request: number, transaction: number, payload: string): void {
    if (this.output.length >= MOST_QUEUED) return;
    const bytes = new Uint8Array(StoreHeader.SIZE + payload.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(StoreHeader.type, type, true);
    view.setUint32(StoreHeader.request, request, true);
    view.setUint32(StoreHeader.transaction, transaction, true);
    view.setUint32(StoreHeader.length, payload.length, true);
    bytes.set(textBytes(payload), StoreHeader.SIZE);
    // Events come at any time; the ring is written in the connection's own turn.
    if (this.output.push(bytes) === 1) this.platform.schedule(this.platform.now(), () => this.work());
  }

  private work(): void {
    if (this.closed) return;
    let notify = this.flush();
    for (let served = 0; served < PIECE && this.output.length < PIECE; served++) {
      if (this.receive()) notify = true;
      if (!this.serveOne()) break;
      if (this.flush()) notify = true;
      if (served === PIECE - 1) this.platform.schedule(this.platform.now(), () => this.work());
    }
    if (notify && !this.closed) this.platform.events.notify(this.port);
  }

  /** Copies what is new in the request ring; true if room was made in a ring that was full. */
  private receive(): boolean {
    const bytes = this.page.bytes('write');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const consumer = view.getUint32(StoreRing.requestConsumer, true);
    const available = (view.getUint32(StoreRing.requestProducer, true) - consumer) >>> 0;
    if (available === 0) return false;
    if (available > StoreRing.SIZE) {
      this.close();
      return false;
    }
    const joined = new Uint8Array(this.input.length + available);
    joined.set(this.input);
    for (let index = 0; index < available; index++) {
      joined[this.input.length + index] = bytes[StoreRing.requests + ((consumer + index) % StoreRing.SIZE)] ?? 0;
    }
    this.input = joined;
    view.setUint32(StoreRing.requestConsumer, (consumer + available) >>> 0, true);
    return true;
  }

  /** Serves the first whole request of the input; false if there is none. */
  private serveOne(): boolean {
    if (this.closed || this.input.length < StoreHeader.SIZE) return false;
    const view = new DataView(this.input.buffer, this.input.byteOffset, this.input.byteLength);
    const length = view.getUint32(StoreHeader.length, true);
    if (length > STORE_PAYLOAD_MAX) {
      this.close();
      return false;
    }
    if (this.input.length < StoreHeader.SIZE + length) return false;
    const type = view.getUint32(StoreHeader.type, true);
    const request = view.getUint32(StoreHeader.request, true);
    const transaction = view.getUint32(StoreHeader.transaction, true);
    const payload = latin1(this.input.subarray(StoreHeader.SIZE, StoreHeader.SIZE + length));
    this.input = this.input.slice(StoreHeader.SIZE + length);
    this.platform.charge(REQUEST_COST);
    const answer = this.server.serve(this, type, transaction, payload);
    if ('error' in answer) this.send(StoreType.ERROR, request, transaction, `${answer.error}\0`);
    else this.send(type, request, transaction, answer.payload);
    return true;
  }

  /** Moves answers to the response ring as far as there is room; true if any byte went. */
  private flush(): boolean {
    if (this.closed || this.output.length === 0) return false;
    const bytes = this.page.bytes('write');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let producer = view.getUint32(StoreRing.responseProducer, true);
    const used = (producer - view.getUint32(StoreRing.responseConsumer, true)) >>> 0;
    if (used > StoreRing.SIZE) {
      this.close();
      return false;
    }
    let room = StoreRing.SIZE - used;
    const before = producer;
    for (let message = this.output[0]; message !== undefined && room > 0; message = this.output[0]) {
      const part = message.subarray(0, room);
      for (const byte of part) {
        bytes[StoreRing.responses + (producer % StoreRing.SIZE)] = byte;
        producer = (producer + 1) >>> 0;
      }
      room -= part.length;
      if (part.length === message.length) this.output.shift();
      else this.output[0] = message.subarray(part.length);
    }
    view.setUint32(StoreRing.responseProducer, producer, true);
    return producer !== before;
  }
}

const latin1 = (bytes: Uint8Array): string => {
  // Zero bytes are part of payloads, so this is not a search for an end.
  let text = '';
  for (let at = 0; at < bytes.length; at += 512) text += String.fromCharCode(...bytes.subarray(at, at + 512));
  return text;
};
