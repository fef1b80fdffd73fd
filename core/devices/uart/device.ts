/** The 16550 on a board: ports, interrupt line, and a byte stream to the world outside. */
import type { Cycles } from '../../seams/addresses.ts';
import type { ByteStream } from '../../seams/plugs.ts';
import type { BusDevice } from '../bus.ts';
import { bytewise } from '../bus.ts';
import type { Line } from '../lines.ts';
import type { Timed } from '../timed.ts';
import { UartModel } from './model.ts';

/** How long a full FIFO takes until its "empty" interrupt comes, in seconds: a fast line, so that consoles are. */
const DRAIN_SECONDS = 20e-6;

export interface UartParts {
  readonly line: Line;
  readonly stream: ByteStream;
  readonly frequency: number;
  now(): Cycles;
}

export class Uart implements Timed {
  readonly ports: BusDevice;
  private readonly model = new UartModel();
  /** Bytes from outside that found no room yet. */
  private readonly waiting: number[] = [];
  private readyAt: Cycles = 0;

  constructor(private readonly parts: UartParts) {
    this.model.send = (byte) => {
      parts.stream.write(Uint8Array.of(byte));
      this.model.transmitterReady = false;
      this.readyAt = parts.now() + Math.ceil(DRAIN_SECONDS * parts.frequency);
    };
    parts.stream.onData((bytes) => {
      for (const byte of bytes) this.waiting.push(byte);
      this.refill();
    });
    this.ports = bytewise('uart', {
      read: (offset) => {
        const value = this.model.read(offset);
        this.refill();
        return value;
      },
      write: (offset, value) => {
        this.model.write(offset, value);
        this.refill();
      },
    });
  }

  due(): Cycles {
    return !this.model.transmitterReady && this.model.waitingToTell ? this.readyAt : Number.POSITIVE_INFINITY;
  }

  advance(now: Cycles): void {
    if (now < this.readyAt || this.model.transmitterReady) return;
    this.model.transmitterReady = true;
    this.update();
  }

  private refill(): void {
    // Time also passes while nobody waits for the interrupt.
    if (!this.model.transmitterReady && this.parts.now() >= this.readyAt) this.model.transmitterReady = true;
    while (this.waiting.length > 0 && this.model.room > 0) this.model.receive(this.waiting.shift() ?? 0);
    this.update();
  }

  private update(): void {
    this.parts.line(this.model.interrupting);
  }
}
