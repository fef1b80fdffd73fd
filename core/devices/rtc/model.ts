/** The clock chip as a function of time: seconds since 1970 are given to every call. */
import { fromSeconds, toSeconds } from './calendar.ts';
import { A, B, C, D, RTC, UPDATE_SECONDS } from './registers.table.ts';

export class RtcModel {
  private readonly memory = new Uint8Array(128);
  private causes = 0;
  /** What software set the clock to, less what it would have been. */
  private offset = 0;
  /** While the SET bit is on: the fields being written. */
  private stopped: number | undefined;

  constructor() {
    this.memory[RTC.a] = A.reset;
    this.memory[RTC.b] = B.reset;
  }

  /** Stores a byte of configuration memory, as firmware does. */
  store(index: number, value: number): void {
    this.memory[index] = value;
  }

  get interrupting(): boolean {
    return (this.causes & this.b & (C.periodic | C.alarm | C.update)) !== 0;
  }

  /** Seconds between periodic interrupts; Infinity: none wanted. */
  get period(): number {
    const rate = (this.memory[RTC.a] ?? 0) & A.rate;
    if (rate === 0 || (this.b & B.periodic) === 0) return Number.POSITIVE_INFINITY;
    return 2 ** ((rate < 3 ? rate + 7 : rate) - 1) / 32_768;
  }

  /** The end of an update or an alarm can interrupt: the wrapper has to look every second. */
  get wantsSeconds(): boolean {
    return (this.b & (B.alarm | B.update)) !== 0 && this.stopped === undefined;
  }

  tickPeriodic(): void {
    this.causes |= C.periodic;
  }

  /** A second ended at `now`. */
  tickSecond(now: number): void {
    this.causes |= C.update;
    if (this.alarmMatches(now)) this.causes |= C.alarm;
  }

  read(index: number, now: number): number {
    switch (index) {
      case RTC.a:
        return ((this.memory[RTC.a] ?? 0) & ~A.updating) | (this.updating(now) ? A.updating : 0);
      case RTC.c: {
        const causes = this.causes | (this.interrupting ? C.request : 0);
        this.causes = 0;
        return causes;
      }
      case RTC.d:
        return D.valid;
      default:
        return this.field(index, now) ?? this.memory[index] ?? 0xff;
    }
  }

  write(index: number, value: number, now: number): void {
    if (index === RTC.c || index === RTC.d) return;
    const wasStopped = this.stopped !== undefined;
    if (index === RTC.b) {
      this.memory[RTC.b] = value;
      if ((value & B.set) !== 0) this.stopped ??= this.time(now);
      else if (wasStopped) this.restart(now);
      return;
    }
    this.memory[index] = index === RTC.a ? value & ~A.updating : value;
    if (this.field(index, now) === undefined) return;
    const changed = this.withField(index, value, this.stopped ?? this.time(now));
    if (wasStopped) this.stopped = changed;
    else this.offset += changed - this.time(now);
  }

  private get b(): number {
    return this.memory[RTC.b] ?? 0;
  }

  private time(now: number): number {
    return Math.floor(now) + this.offset;
  }

  private restart(now: number): void {
    this.offset += (this.stopped ?? 0) - this.time(now);
    this.stopped = undefined;
  }

  private updating(now: number): boolean {
    return this.stopped === undefined && now - Math.floor(now) > 1 - UPDATE_SECONDS;
  }

  private field(index: number, now: number): number | undefined {
    const date = fromSeconds(this.stopped ?? this.time(now));
    switch (index) {
      case RTC.seconds:
        return this.encode(date.seconds);
      case RTC.minutes:
        return this.encode(date.minutes);
      case RTC.hours:
        return this.encodeHours(date.hours);
      case RTC.weekday:
        return this.encode(date.weekday);
      case RTC.day:
        return this.encode(date.day);
      case RTC.month:
        return this.encode(date.month);
      case RTC.year:
        return this.encode(date.year % 100);
      case RTC.century:
        return this.encode(Math.floor(date.year / 100));
      default:
        return undefined;
    }
  }

  private withField(index: number, byte: number, seconds: number): number {
    const date = fromSeconds(seconds);
    const value = this.decode(byte);
    const year =
      index === RTC.year
        ? date.year - (date.year % 100) + value
        : index === RTC.century
          ? value * 100 + (date.year % 100)
          : date.year;
    return toSeconds({
      year,
      month: index === RTC.month ? Math.min(Math.max(value, 1), 12) : date.month,
      day: index === RTC.day ? Math.max(value, 1) : date.day,
      hours: index === RTC.hours ? this.decodeHours(byte) : date.hours,
      minutes: index === RTC.minutes ? value : date.minutes,
      seconds: index === RTC.seconds ? value : date.seconds,
    });
  }

  private alarmMatches(now: number): boolean {
    const pairs = [
      [RTC.secondsAlarm, RTC.seconds],
      [RTC.minutesAlarm, RTC.minutes],
      [RTC.hoursAlarm, RTC.hours],
    ] as const;
    // The two top bits set mean: any value.
    return pairs.every(
      ([alarm, field]) => ((this.memory[alarm] ?? 0) & 0xc0) === 0xc0 || this.memory[alarm] === this.field(field, now),
    );
  }

  private encode(value: number): number {
    return (this.b & B.binary) !== 0 ? value : (Math.floor(value / 10) << 4) | (value % 10);
  }

  private decode(byte: number): number {
    return (this.b & B.binary) !== 0 ? byte : (byte >> 4) * 10 + (byte & 15);
  }

  /** In 12-hour mode bit 7 says afternoon. */
  private encodeHours(hours: number): number {
    if ((this.b & B.hours24) !== 0) return this.encode(hours);
    return this.encode(hours % 12 || 12) | (hours >= 12 ? 0x80 : 0);
  }

  private decodeHours(byte: number): number {
    if ((this.b & B.hours24) !== 0) return this.decode(byte);
    return (this.decode(byte & 0x7f) % 12) + ((byte & 0x80) !== 0 ? 12 : 0);
  }
}
