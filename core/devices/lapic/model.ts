/**
 * One local APIC without clock or bus: what is requested, in service and held off, and what is sent.
 *
 * Vectors move from IRR (requested) to ISR (in service) when the processor acknowledges, and leave at the end of
 * interrupt. A vector is delivered when its priority class (upper four bits) is above that of the processor, which is the
 * higher of the task priority and the class in service.
 */
import { APIC, DELIVERY, ERROR, ICR, LVT, SVR, VERSION } from './registers.table.ts';
import { VectorSet } from './vectors.ts';

/** An interrupt message between APICs. */
export interface Message {
  readonly delivery: number;
  readonly vector: number;
  readonly levelTriggered: boolean;
  /** False only for an INIT level de-assert. */
  readonly asserted: boolean;
  readonly logical: boolean;
  readonly destination: number;
  readonly shorthand: number;
}

export class LocalApic {
  x2apic = false;
  readonly requested = new VectorSet();
  readonly inService = new VectorSet();
  private readonly levelTriggered = new VectorSet();
  private tpr = 0;
  private ldr = 0;
  private dfr = 0xffff_ffff;
  private svr: number = SVR.reset;
  private esr = 0;
  private errors = 0;
  private icrLow = 0;
  private icrHigh = 0;
  private readonly lvt = new Map<number, number>();

  constructor(readonly id: number) {
    this.reset();
  }

  /** State after power-up and INIT; the APIC base MSR is the wrapper's. */
  reset(): void {
    this.requested.clear();
    this.inService.clear();
    this.levelTriggered.clear();
    this.tpr = 0;
    this.ldr = 0;
    this.dfr = 0xffff_ffff;
    this.svr = SVR.reset;
    this.esr = 0;
    this.errors = 0;
    this.icrLow = 0;
    this.icrHigh = 0;
    for (const register of Object.keys(LVT.writable)) this.lvt.set(Number(register), LVT.masked);
  }

  get enabled(): boolean {
    return (this.svr & SVR.enable) !== 0;
  }

  get taskPriority(): number {
    return this.tpr;
  }

  set taskPriority(value: number) {
    this.tpr = value & 0xff;
  }

  get processorPriority(): number {
    const serving = Math.max(this.inService.highest, 0) & 0xf0;
    return (this.tpr & 0xf0) >= serving ? this.tpr : serving;
  }

  /** The vector that the processor would take now; -1: none. */
  get deliverable(): number {
    const vector = this.requested.highest;
    return vector >= 0 && (vector & 0xf0) > (this.processorPriority & 0xf0) ? vector : -1;
  }

  /** An entry of the local vector table. */
  entry(register: number): number {
    return this.lvt.get(register) ?? LVT.masked;
  }

  /** Requests a vector of this processor. */
  accept(vector: number, levelTriggered: boolean): void {
    if (vector < 16) {
      this.fail(ERROR.receiveIllegalVector);
      return;
    }
    if (!this.enabled) return;
    this.requested.set(vector, true);
    this.levelTriggered.set(vector, levelTriggered);
  }

  /** Moves the deliverable vector into service. @returns it; the spurious vector if there is none any more */
  acknowledge(): number {
    const vector = this.deliverable;
    if (vector < 0) return this.svr & 0xff;
    this.requested.set(vector, false);
    this.inService.set(vector, true);
    return vector;
  }

  /** @returns the vector whose end must be told to the I/O APIC; -1: none */
  endOfInterrupt(): number {
    const vector = this.inService.highest;
    if (vector < 0) return -1;
    this.inService.set(vector, false);
    return this.levelTriggered.has(vector) ? vector : -1;
  }

  /** Whether a message with this destination means this processor. */
  matches(logical: boolean, destination: number): boolean {
    if (this.x2apic) {
      if (destination === 0xffff_ffff) return true;
      if (!logical) return destination === this.id;
      return destination >>> 16 === this.x2apicLdr >>> 16 && (destination & this.x2apicLdr & 0xffff) !== 0;
    }
    const target = destination & 0xff;
    if (!logical) return target === this.id || target === 0xff;
    const own = this.ldr >>> 24;
    if (this.dfr >>> 28 === 0xf) return (own & target) !== 0;
    return (own & 0xf0) === (target & 0xf0) && (own & target & 0x0f) !== 0;
  }

  /** Registers without side effects outside; the wrapper does EOI, ICR and the timer. */
  read(register: number): number {
    if (register >= APIC.isr && register < APIC.isr + 0x80) return this.inService.word((register - APIC.isr) >> 4) >>> 0;
    if (register >= APIC.tmr && register < APIC.tmr + 0x80) return this.levelTriggered.word((register - APIC.tmr) >> 4) >>> 0;
    if (register >= APIC.irr && register < APIC.irr + 0x80) return this.requested.word((register - APIC.irr) >> 4) >>> 0;
    switch (register) {
      case APIC.id:
        return this.x2apic ? this.id : this.id * 2 ** 24;
      case APIC.version:
        return VERSION;
      case APIC.tpr:
        return this.tpr;
      case APIC.apr:
      case APIC.rrd:
        return 0;
      case APIC.ppr:
        return this.processorPriority;
      case APIC.ldr:
        return this.x2apic ? this.x2apicLdr : this.ldr;
      case APIC.dfr:
        return this.dfr;
      case APIC.svr:
        return this.svr;
      case APIC.esr:
        return this.esr;
      case APIC.icrLow:
        return this.icrLow;
      case APIC.icrHigh:
        return this.icrHigh;
      default:
        if (this.lvt.has(register)) return this.entry(register);
        this.fail(ERROR.illegalRegister);
        return 0;
    }
  }

  write(register: number, value: number): void {
    switch (register) {
      case APIC.tpr:
        this.tpr = value & 0xff;
        return;
      case APIC.ldr:
        this.ldr = value & ~0xffffff;
        return;
      case APIC.dfr:
        this.dfr = value | 0x0fff_ffff;
        return;
      case APIC.svr:
        this.writeSpurious(value);
        return;
      case APIC.esr:
        // Writing collects the errors since the last write.
        this.esr = this.errors;
        this.errors = 0;
        return;
      case APIC.icrLow:
        this.icrLow = value & 0x000c_cfff;
        return;
      case APIC.icrHigh:
        this.icrHigh = this.x2apic ? value : value & ~0xffffff;
        return;
      default:
        this.writeEntry(register, value);
    }
  }

  /** The message that the interrupt command register describes. */
  command(): Message {
    return {
      delivery: (this.icrLow >> LVT.deliveryShift) & LVT.deliveryMask,
      vector: this.icrLow & 0xff,
      levelTriggered: false,
      asserted: (this.icrLow & (ICR.level | ICR.assert)) !== ICR.level,
      logical: (this.icrLow & ICR.logical) !== 0,
      destination: this.x2apic ? this.icrHigh >>> 0 : this.icrHigh >>> 24,
      shorthand: (this.icrLow >> ICR.shorthandShift) & 3,
    };
  }

  fail(error: number): void {
    this.errors |= error;
    const entry = this.entry(APIC.lvtError);
    if ((entry & LVT.masked) === 0 && error !== ERROR.receiveIllegalVector) this.accept(entry & LVT.vector, false);
  }

  private get x2apicLdr(): number {
    return (((this.id >> 4) << 16) | (1 << (this.id & 15))) >>> 0;
  }

  private writeSpurious(value: number): void {
    this.svr = value & 0x3ff;
    // Switching the APIC off by software masks every local source.
    if (!this.enabled) for (const [register, entry] of this.lvt) this.lvt.set(register, entry | LVT.masked);
  }

  private writeEntry(register: number, value: number): void {
    const writable = LVT.writable[register];
    if (writable === undefined) {
      this.fail(ERROR.illegalRegister);
      return;
    }
    const kept = this.entry(register) & (LVT.pending | LVT.remoteIrr);
    this.lvt.set(register, (value & writable) | kept | (this.enabled ? 0 : LVT.masked));
  }
}

/** Delivery modes that carry a vector. */
export const carriesVector = (delivery: number): boolean => delivery === DELIVERY.fixed || delivery === DELIVERY.lowestPriority;
