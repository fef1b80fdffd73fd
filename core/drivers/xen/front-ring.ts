/** The front end's side of a shared ring: requests go in as long as there is room, responses come out in any order. */
import { RingPage, ringSlots } from '../../abi/xen/rings.table.ts';
import type { OwnPage } from '../../seams/platform.ts';

export class FrontRing {
  private readonly slots: number;
  private produced = 0;
  private consumed = 0;

  constructor(
    private readonly page: OwnPage,
    private readonly entrySize: number,
  ) {
    this.slots = ringSlots(entrySize);
    page.bytes('write').fill(0);
    this.view().setUint32(RingPage.requestEvent, 1, true);
    this.view().setUint32(RingPage.responseEvent, 1, true);
  }

  private view(): DataView {
    const bytes = this.page.bytes('write');
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  private slot(index: number): DataView {
    const bytes = this.page.bytes('write');
    const at = RingPage.entries + (index & (this.slots - 1)) * this.entrySize;
    return new DataView(bytes.buffer, bytes.byteOffset + at, this.entrySize);
  }

  /** Requests that find room. */
  get room(): number {
    return this.slots - ((this.produced - this.consumed) >>> 0);
  }

  /** Adds a request; only while there is room. The back end sees it after {@link publish}. */
  put(write: (slot: DataView) => void): void {
    write(this.slot(this.produced));
    this.produced = (this.produced + 1) >>> 0;
  }

  /** Shows the back end what was put; true if it wants to be told. */
  publish(): boolean {
    const view = this.view();
    const old = view.getUint32(RingPage.requestProducer, true);
    view.setUint32(RingPage.requestProducer, this.produced, true);
    const event = view.getUint32(RingPage.requestEvent, true);
    return (this.produced - event) >>> 0 < (this.produced - old) >>> 0;
  }

  /** Calls `use` with every response there is, and asks to be told of the next. */
  drain(use: (response: DataView) => void): void {
    do {
      // Never more than was asked for, whatever the index says.
      const end = Math.min((this.view().getUint32(RingPage.responseProducer, true) - this.consumed) >>> 0, this.outstanding);
      for (let taken = 0; taken < end; taken++) {
        const response = this.slot(this.consumed);
        this.consumed = (this.consumed + 1) >>> 0;
        use(response);
      }
      this.view().setUint32(RingPage.responseEvent, (this.consumed + 1) >>> 0, true);
    } while (this.outstanding > 0 && this.view().getUint32(RingPage.responseProducer, true) !== this.consumed);
  }

  private get outstanding(): number {
    return (this.produced - this.consumed) >>> 0;
  }
}
