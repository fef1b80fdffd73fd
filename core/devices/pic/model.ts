/** One 8259A without its bus: eight inputs, priorities, and the output that asks for service. */
import { ICW1, ICW4, OCW2, OCW3 } from './registers.table.ts';

export class Pic8259 {
  /** Inputs that are level-triggered (edge/level control register). */
  levels = 0;

  private lines = 0;
  private requests = 0;
  private inService = 0;
  private mask = 0xff;
  private base = 0;
  /** Lowest priority input; the next one is the highest. */
  private lowest = 7;
  private autoEoi = false;
  private rotateOnAutoEoi = false;
  private specialMask = false;
  private readInService = false;
  private polled = false;
  /** Which initialisation word is expected next: 0 none. */
  private step = 0;
  private needsIcw4 = false;

  /** The input that would be served now; -1: none. */
  get pending(): number {
    const candidates = this.requests & ~this.mask;
    if (candidates === 0) return -1;
    for (let i = 1; i <= 8; i++) {
      const input = (this.lowest + i) & 7;
      const bit = 1 << input;
      if ((this.inService & bit) !== 0) {
        // An input in service holds off itself and everything below; in special mask mode not if it is masked.
        if (this.specialMask && (this.mask & bit) !== 0) continue;
        return -1;
      }
      if ((candidates & bit) !== 0) return input;
    }
    return -1;
  }

  setLine(input: number, asserted: boolean): void {
    const bit = 1 << input;
    const rising = asserted && (this.lines & bit) === 0;
    this.lines = asserted ? this.lines | bit : this.lines & ~bit;
    if ((this.levels & bit) !== 0) this.requests = asserted ? this.requests | bit : this.requests & ~bit;
    else if (rising) this.requests |= bit;
    else if (!asserted) this.requests &= ~bit; // an edge withdrawn before it was served is lost
  }

  /** Takes the pending input into service. @returns its vector; a spurious acknowledge gives that of input 7 */
  acknowledge(): number {
    const input = this.pending;
    if (input < 0) return this.base + 7;
    const bit = 1 << input;
    if ((this.levels & bit) === 0) this.requests &= ~bit;
    if (!this.autoEoi) this.inService |= bit;
    else if (this.rotateOnAutoEoi) this.lowest = input;
    return this.base + input;
  }

  readCommand(): number {
    if (this.polled) {
      this.polled = false;
      const input = this.pending;
      if (input < 0) return 0;
      this.acknowledge();
      return 0x80 | input;
    }
    return this.readInService ? this.inService : this.requests;
  }

  readData(): number {
    return this.mask;
  }

  writeCommand(value: number): void {
    if ((value & ICW1.select) !== 0) this.initialise(value);
    else if ((value & OCW3.mask) === OCW3.select) this.control(value);
    else this.endOfInterrupt(value);
  }

  writeData(value: number): void {
    switch (this.step) {
      case 2:
        this.base = value & 0xf8;
        this.step = 3;
        return;
      case 3:
        this.step = this.needsIcw4 ? 4 : 0;
        return;
      case 4:
        this.autoEoi = (value & ICW4.autoEoi) !== 0;
        this.step = 0;
        return;
      default:
        this.mask = value;
    }
  }

  private initialise(value: number): void {
    this.requests = this.lines & this.levels;
    this.inService = 0;
    this.mask = 0;
    this.lowest = 7;
    this.autoEoi = false;
    this.specialMask = false;
    this.readInService = false;
    this.needsIcw4 = (value & ICW1.icw4) !== 0;
    this.step = 2;
  }

  private control(value: number): void {
    if ((value & OCW3.poll) !== 0) this.polled = true;
    if ((value & OCW3.readMask) === OCW3.readIrr) this.readInService = false;
    if ((value & OCW3.readMask) === OCW3.readIsr) this.readInService = true;
    if ((value & OCW3.specialMaskSet) === OCW3.specialMaskSet) this.specialMask = true;
    else if ((value & OCW3.specialMaskSet) === OCW3.specialMaskReset) this.specialMask = false;
  }

  private endOfInterrupt(value: number): void {
    const input = value & 7;
    const rotate = (value & OCW2.rotate) !== 0;
    const specific = (value & OCW2.specific) !== 0;
    if ((value & OCW2.eoi) === 0) {
      if (rotate && specific) this.lowest = input;
      else if (!specific) this.rotateOnAutoEoi = rotate;
      return;
    }
    const served = specific ? input : this.highestInService();
    if (served < 0) return;
    this.inService &= ~(1 << served);
    if (rotate) this.lowest = served;
  }

  private highestInService(): number {
    for (let i = 1; i <= 8; i++) {
      const input = (this.lowest + i) & 7;
      const bit = 1 << input;
      if ((this.inService & bit) !== 0 && !(this.specialMask && (this.mask & bit) !== 0)) return input;
    }
    return -1;
  }
}
