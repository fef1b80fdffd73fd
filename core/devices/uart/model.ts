/**
 * The 16550 without bus, clock or line: registers, FIFOs, and whether it wants an interrupt.
 *
 * Bytes leave at once: the transmitter is always empty when software polls it. Only the *interrupt* that says so is held
 * back by the wrapper for the time the bytes would roughly take, or a driver that fills the FIFO on each interrupt would
 * never leave its handler.
 */
import { FCR, FIFO_SIZE, IER, IIR, LCR, LSR, MCR, MSR, Offset, TRIGGER_LEVELS } from './registers.table.ts';

export class UartModel {
  /** Called with each byte sent. */
  send: (byte: number) => void = () => undefined;
  /** Set by the wrapper: the transmitter may report itself empty by interrupt. */
  transmitterReady = true;

  private ier = 0;
  private lcr = 0;
  private mcr = 0;
  private fcr = 0;
  private scratch = 0;
  private divisor = 1;
  private overrun = false;
  /** The transmitter became empty and nobody was told yet. */
  private emptyPending = false;
  private readonly received: number[] = [];

  /** Room for bytes from outside before some would be lost. */
  get room(): number {
    return (this.fifo ? FIFO_SIZE : 1) - this.received.length;
  }

  /** What IIR answers now; {@link IIR.none} when no interrupt is wanted. */
  get cause(): number {
    if ((this.ier & IER.lineStatus) !== 0 && this.overrun) return IIR.lineStatus;
    if ((this.ier & IER.received) !== 0 && this.received.length > 0)
      return this.received.length >= this.trigger ? IIR.received : IIR.timeout;
    if ((this.ier & IER.transmitterEmpty) !== 0 && this.emptyPending && this.transmitterReady) return IIR.transmitterEmpty;
    return IIR.none;
  }

  get interrupting(): boolean {
    return this.cause !== IIR.none && (this.mcr & MCR.loop) === 0;
  }

  /** The transmitter has something to tell once it may. */
  get waitingToTell(): boolean {
    return this.emptyPending && (this.ier & IER.transmitterEmpty) !== 0;
  }

  receive(byte: number): void {
    if (this.room > 0) this.received.push(byte);
    else this.overrun = true;
  }

  read(offset: number): number {
    switch (offset) {
      case Offset.data:
        return this.latched ? this.divisor & 0xff : this.take();
      case Offset.interruptEnable:
        return this.latched ? this.divisor >> 8 : this.ier;
      case Offset.interruptIdentification:
        return this.identify();
      case Offset.lineControl:
        return this.lcr;
      case Offset.modemControl:
        return this.mcr;
      case Offset.lineStatus:
        return this.lineStatus();
      case Offset.modemStatus:
        return this.modemStatus();
      default:
        return this.scratch;
    }
  }

  write(offset: number, value: number): void {
    switch (offset) {
      case Offset.data:
        if (this.latched) this.divisor = (this.divisor & 0xff00) | value;
        else this.transmit(value);
        break;
      case Offset.interruptEnable:
        if (this.latched) this.divisor = (this.divisor & 0xff) | (value << 8);
        else this.enable(value & 0x0f);
        break;
      case Offset.fifoControl:
        this.control(value);
        break;
      case Offset.lineControl:
        this.lcr = value;
        break;
      case Offset.modemControl:
        this.mcr = value & 0x1f;
        break;
      case Offset.scratch:
        this.scratch = value;
        break;
      default: // LSR and MSR are read only
    }
  }

  private get latched(): boolean {
    return (this.lcr & LCR.divisorLatch) !== 0;
  }

  private get fifo(): boolean {
    return (this.fcr & FCR.enable) !== 0;
  }

  private get trigger(): number {
    return this.fifo ? (TRIGGER_LEVELS[this.fcr >> FCR.triggerShift] ?? 1) : 1;
  }

  private take(): number {
    return this.received.shift() ?? 0;
  }

  private transmit(byte: number): void {
    if ((this.mcr & MCR.loop) !== 0) this.receive(byte);
    else this.send(byte);
    this.emptyPending = true;
  }

  /** Enabling the transmitter interrupt while the transmitter is empty raises it at once. */
  private enable(value: number): void {
    if ((value & IER.transmitterEmpty) !== 0 && (this.ier & IER.transmitterEmpty) === 0) this.emptyPending = true;
    this.ier = value;
  }

  /** Reading IIR takes back the transmitter interrupt, if that is what it shows. */
  private identify(): number {
    const cause = this.cause;
    if (cause === IIR.transmitterEmpty) this.emptyPending = false;
    return cause | (this.fifo ? IIR.fifo : 0);
  }

  private control(value: number): void {
    const toggled = ((value ^ this.fcr) & FCR.enable) !== 0;
    if (toggled || (value & FCR.clearReceiver) !== 0) this.received.length = 0;
    this.fcr = (value & FCR.enable) !== 0 ? value & 0xc9 : 0;
  }

  private lineStatus(): number {
    const value =
      LSR.holdingEmpty | LSR.empty | (this.received.length > 0 ? LSR.dataReady : 0) | (this.overrun ? LSR.overrun : 0);
    this.overrun = false;
    return value;
  }

  /** In loop mode the modem outputs come back as inputs. */
  private modemStatus(): number {
    if ((this.mcr & MCR.loop) === 0) return MSR.cts | MSR.dsr | MSR.dcd;
    const pairs = [
      [MCR.rts, MSR.cts],
      [MCR.dtr, MSR.dsr],
      [MCR.out1, MSR.ri],
      [MCR.out2, MSR.dcd],
    ] as const;
    return pairs.reduce((status, [output, input]) => status | ((this.mcr & output) !== 0 ? input : 0), 0);
  }
}
