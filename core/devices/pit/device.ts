/** The interval timer on a board: three counters, interrupt line 0, and system control port B with counter 2's gate. */
import type { Cycles } from '../../seams/addresses.ts';
import type { BusDevice } from '../bus.ts';
import { bytewise } from '../bus.ts';
import type { Line } from '../lines.ts';
import type { Timed } from '../timed.ts';
import { TickClock } from '../timed.ts';
import { PitCounter } from './model.ts';
import { CONTROL_WORD as C, PIT_HERTZ, PORT_B, READ_BACK } from './registers.table.ts';

export class Pit implements Timed {
  readonly ports: BusDevice;
  readonly portB: BusDevice;
  private readonly counters = [new PitCounter(), new PitCounter(), new PitCounter()] as const;
  private readonly clock: TickClock;
  /** Cycle of the next rising edge of counter 0. */
  private edge: Cycles = Number.POSITIVE_INFINITY;
  private control = 0;

  constructor(
    private readonly line: Line,
    private readonly now: () => Cycles,
    frequency: number,
  ) {
    this.clock = new TickClock(PIT_HERTZ, frequency);
    this.counters[2].setGate(false, 0);
    this.ports = bytewise('pit', {
      read: (offset) => this.counters[offset]?.read(this.tick()) ?? 0xff,
      write: (offset, value) => {
        const counter = this.counters[offset];
        if (counter === undefined) this.command(value);
        else counter.write(value, this.tick());
        if (offset === 0 || offset === 3) this.schedule(this.tick());
      },
    });
    this.portB = bytewise('port-b', {
      read: () =>
        this.control |
        (this.counters[2].output(this.tick()) ? PORT_B.output2 : 0) |
        ((this.tick() >> 4) & 1 ? PORT_B.refresh : 0),
      write: (_, value) => {
        this.control = value & (PORT_B.gate2 | PORT_B.speaker);
        this.counters[2].setGate((value & PORT_B.gate2) !== 0, this.tick());
      },
    });
  }

  due(): Cycles {
    return this.edge;
  }

  advance(now: Cycles): void {
    if (now < this.edge) return;
    // The line is edge-triggered: a short pulse is all that counts.
    this.line(false);
    this.line(true);
    this.schedule(this.clock.ticks(now));
    if (this.edge <= now) this.edge = now + 1;
  }

  private tick(): number {
    return this.clock.ticks(this.now());
  }

  private schedule(tick: number): void {
    const rise = this.counters[0].nextRise(tick);
    this.edge = rise === Number.POSITIVE_INFINITY ? rise : this.clock.cycles(rise);
    if (this.counters[0].mode === 0 && !this.counters[0].output(tick)) this.line(false);
  }

  private command(value: number): void {
    const select = value >> C.counterShift;
    const access = (value >> C.accessShift) & 3;
    if (select === C.readBack) {
      this.counters.forEach((counter, index) => {
        if ((value & (2 << index)) === 0) return;
        if ((value & READ_BACK.noCount) === 0) counter.latchCount(this.tick());
        if ((value & READ_BACK.noStatus) === 0) counter.latchStatus(this.tick());
      });
    } else if (access === 0) {
      this.counters[select]?.latchCount(this.tick());
    } else {
      this.counters[select]?.configure({ mode: (value >> C.modeShift) & 7, access, bcd: (value & C.bcd) !== 0 });
    }
  }
}
