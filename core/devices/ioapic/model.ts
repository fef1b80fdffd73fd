/** The I/O APIC without its bus: 24 pins, each with an entry that says what message it sends. */
import { IO_APIC, REDIRECTION as R } from '../../abi/x86/io-apic.table.ts';

interface Pin {
  low: number;
  high: number;
  asserted: boolean;
}

/** The message of a pin, as its redirection entry describes it. */
export interface PinMessage {
  readonly delivery: number;
  readonly vector: number;
  readonly levelTriggered: boolean;
  readonly logical: boolean;
  readonly destination: number;
}

export class IoApicModel {
  private id = 0;
  private readonly pins: readonly Pin[] = Array.from({ length: IO_APIC.pins }, () => ({
    low: R.masked,
    high: 0,
    asserted: false,
  }));

  /** @param send delivers a message; whether anybody took it */
  constructor(private readonly send: (message: PinMessage) => boolean) {}

  setPin(index: number, asserted: boolean): void {
    const pin = this.pins[index];
    if (pin === undefined || pin.asserted === asserted) return;
    pin.asserted = asserted;
    if (!asserted) return;
    if ((pin.low & R.level) !== 0) this.serveLevel(pin);
    else if ((pin.low & R.masked) === 0) this.fire(pin);
  }

  /** A level-triggered vector ended: pins that still ask for it send again. */
  end(vector: number): void {
    for (const pin of this.pins) {
      if ((pin.low & R.vector) !== vector || (pin.low & R.remoteIrr) === 0) continue;
      pin.low &= ~R.remoteIrr;
      this.serveLevel(pin);
    }
  }

  read(register: number): number {
    switch (register) {
      case IO_APIC.id:
      case IO_APIC.arbitration:
        return this.id << 24;
      case IO_APIC.version:
        return ((IO_APIC.pins - 1) << 16) | IO_APIC.versionNumber;
      default: {
        const pin = this.pins[(register - IO_APIC.redirection) >> 1];
        if (pin === undefined) return 0xffff_ffff;
        return ((register & 1) !== 0 ? pin.high : pin.low) >>> 0;
      }
    }
  }

  write(register: number, value: number): void {
    if (register === IO_APIC.id) {
      this.id = (value >>> 24) & 15;
      return;
    }
    const pin = this.pins[(register - IO_APIC.redirection) >> 1];
    if (register < IO_APIC.redirection || pin === undefined) return;
    if ((register & 1) !== 0) {
      pin.high = value & ~0xff_ffff;
      return;
    }
    pin.low = (value & R.writable) | (pin.low & (R.pending | R.remoteIrr));
    // An edge entry has no remote state; software relies on switching to edge and back to clear it.
    if ((pin.low & R.level) === 0) pin.low &= ~R.remoteIrr;
    else this.serveLevel(pin);
  }

  private serveLevel(pin: Pin): void {
    if (!pin.asserted || (pin.low & (R.masked | R.remoteIrr)) !== 0) return;
    if (this.fire(pin)) pin.low |= R.remoteIrr;
  }

  private fire(pin: Pin): boolean {
    return this.send({
      delivery: (pin.low >> R.deliveryShift) & 7,
      vector: pin.low & R.vector,
      levelTriggered: (pin.low & R.level) !== 0,
      logical: (pin.low & R.logical) !== 0,
      destination: pin.high >>> 24,
    });
  }
}
