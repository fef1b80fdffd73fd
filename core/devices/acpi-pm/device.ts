/** ACPI power management: event and control registers, the timer, general events (none), and the reset register. */
import type { Cycles } from '../../seams/addresses.ts';
import type { Outcome } from '../../seams/board.ts';
import type { BusDevice } from '../bus.ts';
import { bytewise } from '../bus.ts';
import type { Line } from '../lines.ts';
import { TickClock } from '../timed.ts';
import { GPE0, PM_TIMER_HERTZ, PM1, RESET_CONTROL, SLEEP_TYPE_OFF } from './registers.table.ts';

export interface PowerParts {
  /** The system control interrupt, level-triggered. */
  readonly line: Line;
  readonly frequency: number;
  now(): Cycles;
  end(outcome: Outcome): void;
}

export class PowerManagement {
  readonly pm1: BusDevice;
  readonly gpe0: BusDevice;
  readonly resetControl: BusDevice;
  private status = 0;
  private enable = 0;
  private control: number = PM1.sciEnabled;
  private readonly general = new Uint8Array(GPE0.length);
  private reset = 0;
  private readonly clock: TickClock;

  constructor(private readonly parts: PowerParts) {
    this.clock = new TickClock(PM_TIMER_HERTZ, parts.frequency);
    this.pm1 = {
      name: 'acpi-pm',
      // The timer is read whole: read byte by byte it could jump in between.
      read: (offset, width) => {
        if (offset === PM1.timer && width === 4) return this.timer();
        return this.wide(offset, width);
      },
      write: (offset, width, value) => {
        for (let i = 0; i < width; i++) this.writeByte(offset + i, (value >>> (8 * i)) & 0xff);
        this.act();
      },
    };
    this.gpe0 = bytewise('acpi-gpe', {
      read: (offset) => (offset < GPE0.length / 2 ? 0 : (this.general[offset] ?? 0)),
      write: (offset, value) => {
        this.general[offset] = value;
      },
    });
    this.resetControl = bytewise('reset-control', {
      read: () => this.reset,
      write: (_, value) => {
        const triggered = (value & RESET_CONTROL.resetProcessor) !== 0 && (this.reset & RESET_CONTROL.resetProcessor) === 0;
        this.reset = value & RESET_CONTROL.systemReset;
        if (triggered) this.parts.end({ kind: 'reset' });
      },
    });
  }

  /** A person presses the power button: an operating system shuts down in order. */
  pressPowerButton(): void {
    this.status |= PM1.powerButton;
    this.update();
  }

  private timer(): number {
    return this.clock.ticks(this.parts.now()) % 2 ** 24;
  }

  private wide(offset: number, width: number): number {
    const registers = [
      this.status & 0xff,
      this.status >> 8,
      this.enable & 0xff,
      this.enable >> 8,
      this.control & 0xff,
      this.control >> 8,
      0,
      0,
    ];
    const timer = this.timer();
    for (let i = 0; i < 4; i++) registers.push((timer >>> (8 * i)) & 0xff);
    let value = 0;
    for (let i = 0; i < width; i++) value += (registers[offset + i] ?? 0xff) * 2 ** (8 * i);
    return value;
  }

  private writeByte(offset: number, value: number): void {
    const shift = (offset & 1) * 8;
    const merge = (old: number, bits: number): number => ((old & ~(0xff << shift)) | (value << shift)) & bits;
    if (offset < PM1.enable) this.status &= ~((value << shift) & PM1.statusBits);
    else if (offset < PM1.control) this.enable = merge(this.enable, PM1.enableBits);
    else if (offset < PM1.control + 2) this.control = merge(this.control, 0xffff) | PM1.sciEnabled;
  }

  private act(): void {
    if ((this.control & PM1.sleepEnable) !== 0) {
      this.control &= ~PM1.sleepEnable;
      if (((this.control >> PM1.sleepTypeShift) & PM1.sleepTypeMask) === SLEEP_TYPE_OFF) this.parts.end({ kind: 'power-off' });
    }
    this.update();
  }

  private update(): void {
    this.parts.line((this.status & this.enable & PM1.enableBits) !== 0);
  }
}
