/**
 * The back end's side of a shared ring. The page is the front end's to scribble on: a slot is copied before it is looked at,
 * producer indices are checked at every use, and our own are kept here, never read back.
 */
import { RingPage, ringSlots } from '../../abi/xen/rings.table.ts';
import type { MappedPage } from '../../seams/platform.ts';

export class BackRing {
  private readonly slots: number;
  private consumed = 0;
  private produced = 0;
  /** The front end claimed more requests than the ring holds. */
  broken = false;

  constructor(
    private readonly page: MappedPage,
    private readonly entrySize: number,
  ) {
    this.slots = ringSlots(entrySize);
  }

  private view(): DataView {
    const bytes = this.page.bytes('write');
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Requests that wait. */
  get waiting(): number {
    if (this.broken) return 0;
    const waiting = (this.view().getUint32(RingPage.requestProducer, true) - this.consumed) >>> 0;
    if (waiting > this.slots) this.broken = true;
    return this.broken ? 0 : waiting;
  }

  private offset(index: number): number {
    return RingPage.entries + (index & (this.slots - 1)) * this.entrySize;
  }

  /** A copy of the request `ahead` of the next one; it stays in the ring. */
  peek(ahead = 0): DataView {
    const at = this.offset(this.consumed + ahead);
    return new DataView(this.page.bytes('read').slice(at, at + this.entrySize).buffer);
  }

  /** The next request, a copy. Only while one is waiting. */
  take(): DataView {
    const request = this.peek();
    this.consumed = (this.consumed + 1) >>> 0;
    return request;
  }

  /** Fills the next response; `write` gets its slot, zeroed. */
  respond(write: (slot: DataView) => void): void {
    const at = this.offset(this.produced);
    const slot = new DataView(new ArrayBuffer(this.entrySize));
    write(slot);
    this.page.bytes('write').set(new Uint8Array(slot.buffer), at);
    this.produced = (this.produced + 1) >>> 0;
  }

  /** Makes responses visible; true if the front end wants to be told. */
  publish(): boolean {
    const view = this.view();
    const old = view.getUint32(RingPage.responseProducer, true);
    view.setUint32(RingPage.responseProducer, this.produced, true);
    const event = view.getUint32(RingPage.responseEvent, true);
    return (this.produced - event) >>> 0 < (this.produced - old) >>> 0;
  }

  /** Asks to be told of the next request; true if one has come meanwhile. */
  rest(): boolean {
    this.view().setUint32(RingPage.requestEvent, (this.consumed + 1) >>> 0, true);
    return this.waiting > 0;
  }
}
