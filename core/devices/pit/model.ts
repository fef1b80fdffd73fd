/**
 * One counter of the 8254 as a function of time: what it counts and puts out follows from when it was loaded.
 *
 * Time is a number of input clock ticks, given to every call. Modes 0 and 1 end once, 2 and 3 repeat, 4 and 5 strobe.
 */

export interface CounterMode {
  readonly mode: number;
  /** 1 low byte only, 2 high byte only, 3 low then high. */
  readonly access: number;
  readonly bcd: boolean;
}

export class PitCounter {
  private setting: CounterMode = { mode: 3, access: 3, bcd: false };
  private reload = 0x1_0000;
  private loaded = false;
  private start = 0;
  private gate = true;
  /** Count at which a low gate froze modes 0, 2, 3 and 4. */
  private frozen: number | undefined;
  private writeHigh = false;
  private readHigh = false;
  private lowByte = 0;
  private latched: number | undefined;
  private latchedStatus: number | undefined;

  get mode(): number {
    return this.setting.mode;
  }

  configure(setting: CounterMode): void {
    this.setting = { ...setting, mode: setting.mode > 5 ? setting.mode - 4 : setting.mode };
    this.loaded = false;
    this.writeHigh = false;
    this.readHigh = false;
    this.latched = undefined;
    this.latchedStatus = undefined;
    this.frozen = undefined;
  }

  write(byte: number, now: number): void {
    const { access } = this.setting;
    if (access === 3 && !this.writeHigh) {
      this.lowByte = byte;
      this.writeHigh = true;
      return;
    }
    this.writeHigh = false;
    const value = access === 1 ? byte : access === 2 ? byte << 8 : this.lowByte | (byte << 8);
    this.load(this.setting.bcd ? fromBcd(value) || 10_000 : value || 0x1_0000, now);
  }

  read(now: number): number {
    if (this.latchedStatus !== undefined) {
      const status = this.latchedStatus;
      this.latchedStatus = undefined;
      return status;
    }
    const count = this.latched ?? this.countNow(now);
    const { access } = this.setting;
    const high = access === 2 || (access === 3 && this.readHigh);
    if (access === 3) this.readHigh = !this.readHigh;
    if (access !== 3 || high) this.latched = undefined;
    return high ? count >> 8 : count & 0xff;
  }

  latchCount(now: number): void {
    this.latched ??= this.countNow(now);
  }

  latchStatus(now: number): void {
    const { mode, access, bcd } = this.setting;
    this.latchedStatus ??= (this.output(now) ? 0x80 : 0) | (this.loaded ? 0 : 0x40) | (access << 4) | (mode << 1) | (bcd ? 1 : 0);
  }

  setGate(high: boolean, now: number): void {
    if (high === this.gate) return;
    const { mode } = this.setting;
    if (high) {
      // A rising gate starts modes 1 and 5 and restarts 2 and 3; the others go on where they stopped.
      if (mode === 0 || mode === 4) this.start = now - (this.reload - (this.frozen ?? this.reload));
      else this.start = now;
      this.frozen = undefined;
    } else if (mode !== 1 && mode !== 5) {
      this.frozen = this.raw(now);
    }
    this.gate = high;
  }

  /** Level of the output pin. */
  output(now: number): boolean {
    const { mode } = this.setting;
    if (!this.loaded) return mode !== 0;
    const passed = now - this.start;
    switch (mode) {
      case 0:
      case 1:
        return this.frozen === undefined && passed >= this.reload;
      case 2:
        return this.frozen !== undefined || passed % this.reload !== this.reload - 1;
      case 3:
        return this.frozen !== undefined || passed % this.reload < Math.ceil(this.reload / 2);
      default:
        return passed !== this.reload;
    }
  }

  /** The tick of the next rising edge after `now`; Infinity: none will come. */
  nextRise(now: number): number {
    const { mode } = this.setting;
    if (!this.loaded || this.frozen !== undefined) return Number.POSITIVE_INFINITY;
    const passed = now - this.start;
    if (mode === 2 || mode === 3) return this.start + (Math.floor(passed / this.reload) + 1) * this.reload;
    const end = this.start + this.reload + (mode >= 4 ? 1 : 0);
    return end > now ? end : Number.POSITIVE_INFINITY;
  }

  private load(value: number, now: number): void {
    // A periodic counter that runs takes a new value at its next start; for simplicity it restarts, as on first load.
    this.reload = value;
    this.loaded = true;
    this.start = now;
    this.frozen = this.gate || this.setting.mode === 1 || this.setting.mode === 5 ? undefined : value;
  }

  private raw(now: number): number {
    if (this.frozen !== undefined) return this.frozen;
    if (!this.loaded) return 0;
    const passed = now - this.start;
    if (this.setting.mode === 3) return this.reload - ((passed * 2) % this.reload);
    if (this.setting.mode === 2) return this.reload - (passed % this.reload);
    return (((this.reload - passed) % 0x1_0000) + 0x1_0000) % 0x1_0000;
  }

  private countNow(now: number): number {
    const count = this.raw(now) & 0xffff;
    return this.setting.bcd ? toBcd(count % 10_000) : count;
  }
}

const fromBcd = (value: number): number => [12, 8, 4, 0].reduce((sum, shift) => sum * 10 + ((value >> shift) & 15), 0);
const toBcd = (value: number): number =>
  [1000, 100, 10, 1].reduce((sum, weight) => (sum << 4) | (Math.floor(value / weight) % 10), 0);
