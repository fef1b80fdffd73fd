/** The console daemon's end of a domain's console page: bytes from the guest to a stream, and back. */
import { ConsoleRing } from '../../abi/xen/console.table.ts';
import type { MappedPage, Platform } from '../../seams/platform.ts';
import type { ByteStream } from '../../seams/plugs.ts';

/** Typed ahead beyond this is lost, as on a real line. */
const MOST_INPUT = 65_536;
const BYTE_COST = 2;

export class ConsoleBack {
  private readonly waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private closed = false;

  /**
   * @param port bound to the domain's port already; this object listens
   */
  constructor(
    private readonly platform: Platform,
    private readonly page: MappedPage,
    private readonly port: number,
    private readonly stream: ByteStream,
  ) {
    platform.events.listen(port, () => this.work());
    stream.onData((bytes) => this.type(bytes));
    this.work();
  }

  /** Bytes from a person; they reach the guest in the daemon's own time. */
  private type(bytes: Uint8Array): void {
    if (this.closed || this.waitingBytes + bytes.length > MOST_INPUT) return;
    this.waiting.push(bytes.slice());
    this.waitingBytes += bytes.length;
    this.platform.schedule(this.platform.now(), () => this.work());
  }

  private work(): void {
    if (this.closed) return;
    const wrote = this.drain();
    const fed = this.feed();
    if (wrote || fed) this.platform.events.notify(this.port);
  }

  /** Takes what the guest wrote, whether or not anybody looks: a full ring would hold the guest up. */
  private drain(): boolean {
    const bytes = this.page.bytes('write');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const producer = view.getUint32(ConsoleRing.outputProducer, true);
    let consumer = view.getUint32(ConsoleRing.outputConsumer, true);
    const length = (producer - consumer) >>> 0;
    if (length === 0) return false;
    // Indices that cannot be: what lies between is taken as lost.
    if (length > ConsoleRing.OUTPUT_SIZE) consumer = (producer - ConsoleRing.OUTPUT_SIZE) >>> 0;
    const text = new Uint8Array((producer - consumer) >>> 0);
    for (let index = 0; index < text.length; index++) {
      text[index] = bytes[ConsoleRing.output + ((consumer + index) % ConsoleRing.OUTPUT_SIZE)] ?? 0;
    }
    view.setUint32(ConsoleRing.outputConsumer, producer, true);
    this.platform.charge(text.length * BYTE_COST);
    this.stream.write(text);
    return true;
  }

  /** Gives the guest as much of what was typed as its ring takes. */
  private feed(): boolean {
    const bytes = this.page.bytes('write');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let producer = view.getUint32(ConsoleRing.inputProducer, true);
    const used = (producer - view.getUint32(ConsoleRing.inputConsumer, true)) >>> 0;
    let room = used > ConsoleRing.INPUT_SIZE ? 0 : ConsoleRing.INPUT_SIZE - used;
    const before = producer;
    for (let piece = this.waiting[0]; piece !== undefined && room > 0; piece = this.waiting[0]) {
      const part = piece.subarray(0, room);
      for (const byte of part) {
        bytes[ConsoleRing.input + (producer % ConsoleRing.INPUT_SIZE)] = byte;
        producer = (producer + 1) >>> 0;
      }
      room -= part.length;
      this.waitingBytes -= part.length;
      if (part.length === piece.length) this.waiting.shift();
      else this.waiting[0] = piece.subarray(part.length);
    }
    view.setUint32(ConsoleRing.inputProducer, producer, true);
    return producer !== before;
  }

  close(): void {
    if (this.closed) return;
    this.drain();
    this.closed = true;
    this.platform.events.close(this.port);
    this.page.unmap();
  }
}
