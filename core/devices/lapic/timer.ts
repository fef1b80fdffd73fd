/** The timer of a local APIC: one-shot, periodic, or at a value of the time stamp counter. */
import type { Cycles } from '../../seams/addresses.ts';
import { CRYSTAL_HERTZ, DIVISORS, LVT } from './registers.table.ts';

const OFF = Number.POSITIVE_INFINITY;

export class ApicTimer {
  /** When it expires next; Infinity: it does not run. */
  due: Cycles = OFF;
  private initial = 0;
  private divide = 0;
  private entry: number = LVT.masked;
  private readonly cyclesPerTick: number;

  constructor(frequency: number) {
    this.cyclesPerTick = frequency / CRYSTAL_HERTZ;
  }

  get mode(): number {
    return (this.entry >> LVT.timerModeShift) & 3;
  }

  get deadline(): number {
    return this.mode === LVT.tscDeadline && this.due !== OFF ? this.due : 0;
  }

  /** Follows the local vector table; a change between deadline and the counting modes stops the timer. */
  configure(entry: number): void {
    const before = this.mode;
    this.entry = entry;
    if ((before === LVT.tscDeadline) !== (this.mode === LVT.tscDeadline)) this.stop();
  }

  stop(): void {
    this.due = OFF;
    this.initial = 0;
  }

  setDivide(value: number, now: Cycles): void {
    const left = this.current(now);
    this.divide = value & 0xb;
    if (this.due !== OFF && this.mode !== LVT.tscDeadline) this.due = now + left * this.period;
  }

  get divideRegister(): number {
    return this.divide;
  }

  setInitial(value: number, now: Cycles): void {
    if (this.mode === LVT.tscDeadline) return;
    this.initial = value;
    this.due = value === 0 ? OFF : Math.ceil(now + value * this.period);
  }

  get initialRegister(): number {
    return this.initial;
  }

  /** A deadline that has passed expires at once; zero disarms. */
  setDeadline(value: number): void {
    if (this.mode === LVT.tscDeadline) this.due = value === 0 ? OFF : value;
  }

  current(now: Cycles): number {
    if (this.due === OFF || this.mode === LVT.tscDeadline) return 0;
    return Math.max(0, Math.ceil((this.due - now) / this.period)) >>> 0;
  }

  /** Only once `due` is reached. */
  expire(now: Cycles): void {
    if (this.mode !== LVT.periodic || this.initial === 0) {
      this.due = OFF;
      return;
    }
    const length = Math.max(this.initial * this.period, 1);
    this.due += length * (Math.floor((now - this.due) / length) + 1);
  }

  private get period(): number {
    const index = (this.divide & 3) | ((this.divide & 8) >> 1);
    return (DIVISORS[index] ?? 1) * this.cyclesPerTick;
  }
}
