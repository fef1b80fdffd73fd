/** The clock chip on a board: index and data port, interrupt line 8, and the configuration bytes firmware leaves. */
import type { Cycles } from '../../seams/addresses.ts';
import type { BusDevice } from '../bus.ts';
import { bytewise } from '../bus.ts';
import { FOUR_GIB, LAYOUT } from '../layout.ts';
import type { Line } from '../lines.ts';
import type { Timed } from '../timed.ts';
import { RtcModel } from './model.ts';
import { CMOS } from './registers.table.ts';

export interface RtcParts {
  readonly line: Line;
  readonly frequency: number;
  /** Seconds since 1970 at cycle zero. */
  readonly epoch: number;
  now(): Cycles;
}

export class Rtc implements Timed {
  readonly ports: BusDevice;
  private readonly model = new RtcModel();
  private index = 0;
  private nextPeriodic: Cycles = Number.POSITIVE_INFINITY;
  private nextSecond: Cycles = Number.POSITIVE_INFINITY;

  constructor(private readonly parts: RtcParts) {
    this.ports = bytewise('rtc', {
      read: (offset) => {
        if (offset === 0) return 0xff;
        const value = this.model.read(this.index, this.seconds());
        this.update();
        return value;
      },
      write: (offset, value) => {
        if (offset === 0) this.index = value & 0x7f;
        else {
          this.model.write(this.index, value, this.seconds());
          this.schedule();
          this.update();
        }
      },
    });
  }

  due(): Cycles {
    return Math.min(this.nextPeriodic, this.nextSecond);
  }

  advance(now: Cycles): void {
    if (now >= this.nextPeriodic) {
      this.model.tickPeriodic();
      this.nextPeriodic = now + this.model.period * this.parts.frequency;
    }
    if (now >= this.nextSecond) {
      this.model.tickSecond(this.seconds());
      this.nextSecond = this.secondAfter(now);
    }
    this.update();
  }

  /** Stores memory sizes where old software looks for them. */
  describeMemory(memoryBytes: number): void {
    const word = (at: number, value: number): void => {
      this.model.store(at, value & 0xff);
      this.model.store(at + 1, (value >> 8) & 0xff);
    };
    const below = Math.min(memoryBytes, LAYOUT.pciWindow);
    const extended = Math.min(Math.floor(below / 1024) - 1024, 0xffff);
    word(CMOS.baseLow, 640);
    word(CMOS.extendedLow, extended);
    word(CMOS.extendedLow2, extended);
    word(CMOS.above16Low, Math.max(0, Math.min(Math.floor((below - (16 << 20)) / 0x1_0000), 0xffff)));
    const above = Math.max(0, memoryBytes - below) % FOUR_GIB;
    word(CMOS.above4GLow, Math.floor(above / 0x1_0000));
    this.model.store(CMOS.above4GLow + 2, Math.floor(Math.max(0, memoryBytes - below) / FOUR_GIB));
  }

  private seconds(): number {
    return this.parts.epoch + this.parts.now() / this.parts.frequency;
  }

  private secondAfter(now: Cycles): Cycles {
    const { epoch, frequency } = this.parts;
    return Math.ceil((Math.floor(epoch + now / frequency) + 1 - epoch) * frequency);
  }

  private schedule(): void {
    const now = this.parts.now();
    const period = this.model.period * this.parts.frequency;
    if (period === Number.POSITIVE_INFINITY) this.nextPeriodic = period;
    else if (this.nextPeriodic === Number.POSITIVE_INFINITY || this.nextPeriodic > now + period) this.nextPeriodic = now + period;
    this.nextSecond = this.model.wantsSeconds ? this.secondAfter(now) : Number.POSITIVE_INFINITY;
  }

  private update(): void {
    this.parts.line(this.model.interrupting);
  }
}
