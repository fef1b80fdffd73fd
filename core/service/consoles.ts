/** Consoles with any number of readers: each gets what was kept, then what comes, in batches, never more than it can show. */
import { CONSOLE_AHEAD, CONSOLE_KEPT, type FromConsole, type ToConsole } from '../contract/streams.ts';
import type { ByteStream } from '../seams/plugs.ts';
import type { Port } from './edge.ts';

const BATCH = 64 * 1024;
const FLUSH_AFTER = 8;

interface Reader {
  readonly port: Port;
  /** Bytes sent and not yet shown. */
  ahead: number;
  /** Position in the whole output up to which this reader was sent. */
  at: number;
  /** Where the output stood when it came. */
  readonly came: number;
}

export class ConsoleHub {
  private kept = new Uint8Array(CONSOLE_KEPT);
  /** Bytes ever written; the newest CONSOLE_KEPT of them are in the ring. */
  private total = 0;
  private readonly readers = new Set<Reader>();
  private timer: NodeJS.Timeout | undefined;
  private flushed = 0;

  /** @param typed told when somebody has typed */
  constructor(
    private readonly stream: ByteStream,
    private readonly typed: () => void,
  ) {
    stream.onData((bytes) => this.take(bytes));
  }

  attach(port: Port): void {
    const reader: Reader = { port, ahead: 0, at: Math.max(0, this.total - CONSOLE_KEPT), came: this.total };
    this.readers.add(reader);
    port.on('message', (event) => {
      const message = event.data as ToConsole;
      if (message.type === 'keys' && message.bytes instanceof Uint8Array) {
        this.stream.write(message.bytes);
        this.typed();
      } else if (message.type === 'shown') {
        reader.ahead = Math.max(0, reader.ahead - message.bytes);
        this.feed(reader);
      }
    });
    port.on('close', () => this.readers.delete(reader));
    port.start();
    this.feed(reader);
  }

  end(reason: string): void {
    for (const reader of this.readers) {
      reader.port.postMessage({ type: 'ended', reason } satisfies FromConsole);
      reader.port.close();
    }
    this.readers.clear();
  }

  /** Everything that is kept, for the saved state. */
  text(): Uint8Array {
    return this.slice(Math.max(0, this.total - CONSOLE_KEPT), this.total);
  }

  private take(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const at = this.total % CONSOLE_KEPT;
      const count = Math.min(bytes.length - from, CONSOLE_KEPT - at);
      this.kept.set(bytes.subarray(from, from + count), at);
      from += count;
      this.total += count;
    }
    // The first bytes after a silence go at once: they may be the echo of a key. What follows them is sent together.
    const wait = this.flushed + FLUSH_AFTER - Date.now();
    if (wait <= 0 && this.timer === undefined) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), wait);
  }

  private flush(): void {
    this.timer = undefined;
    this.flushed = Date.now();
    for (const reader of this.readers) this.feed(reader);
  }

  private feed(reader: Reader): void {
    while (reader.at < this.total && reader.ahead < CONSOLE_AHEAD) {
      const oldest = Math.max(0, this.total - CONSOLE_KEPT);
      const skipped = Math.max(0, oldest - reader.at);
      reader.at += skipped;
      const past = reader.at < reader.came;
      const bytes = this.slice(reader.at, Math.min(past ? reader.came : this.total, reader.at + BATCH));
      reader.at += bytes.length;
      reader.ahead += bytes.length;
      reader.port.postMessage({ type: 'bytes', bytes, skipped, past } satisfies FromConsole);
    }
  }

  private slice(from: number, to: number): Uint8Array {
    const bytes = new Uint8Array(to - from);
    for (let done = 0; done < bytes.length; ) {
      const at = (from + done) % CONSOLE_KEPT;
      const count = Math.min(bytes.length - done, CONSOLE_KEPT - at);
      bytes.set(this.kept.subarray(at, at + count), done);
      done += count;
    }
    return bytes;
  }
}
