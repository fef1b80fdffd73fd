/**
 * The local APICs of all processors and the messages between them.
 *
 * Besides vectors they carry NMI, INIT and start-up to other processors, and pass the legacy controllers' output on
 * through the first processor's LINT0, as firmware leaves it ("virtual wire").
 */
import { invariant } from '../../base/bug.ts';
import type { Cycles } from '../../seams/addresses.ts';
import type { BoardHost } from '../../seams/board.ts';
import type { BusDevice } from '../bus.ts';
import type { Timed } from '../timed.ts';
import type { Message } from './model.ts';
import { carriesVector, LocalApic } from './model.ts';
import {
  APIC,
  APIC_BASE_MSR as BASE,
  DELIVERY,
  ERROR,
  ICR,
  LVT,
  SVR,
  X2APIC_READABLE,
  X2APIC_WRITABLE,
} from './registers.table.ts';
import { ApicTimer } from './timer.ts';

/** The legacy controllers as the processors see them. */
export interface LegacyController {
  acknowledge(): number;
}

interface Processor {
  readonly apic: LocalApic;
  readonly timer: ApicTimer;
  base: number;
  /** What the host was told last. */
  offered: boolean;
}

export class LocalApics implements Timed {
  /** The register page; each processor sees its own. */
  readonly page: BusDevice;
  /** Told the vector of each level-triggered interrupt that ended. */
  onEnd: (vector: number) => void = () => undefined;
  private readonly processors: readonly Processor[];
  private legacyOffered = false;

  constructor(
    private readonly host: BoardHost,
    private readonly legacy: LegacyController,
  ) {
    this.processors = Array.from({ length: host.cpuCount }, (_, index) => ({
      apic: new LocalApic(index),
      timer: new ApicTimer(host.frequency),
      base: (BASE.address | BASE.enable | (index === 0 ? BASE.bootstrap : 0)) >>> 0,
      offered: false,
    }));
    this.leaveVirtualWire();
    this.page = {
      name: 'local-apic',
      read: (offset, width, cpu) => {
        if (!this.usesPage(cpu)) return 0xffff_ffff;
        const value = this.readRegister(cpu, offset & 0xff0);
        return (value >>> (8 * (offset & 3))) & (width === 4 ? 0xffff_ffff : 2 ** (8 * width) - 1);
      },
      write: (offset, _, value, cpu) => {
        if (this.usesPage(cpu) && (offset & 15) === 0) this.writeRegister(cpu, offset & 0xff0, value);
      },
    };
  }

  due(): Cycles {
    let due = Number.POSITIVE_INFINITY;
    for (const { timer } of this.processors) if (timer.due < due) due = timer.due;
    return due;
  }

  advance(now: Cycles): void {
    this.processors.forEach(({ apic, timer }, cpu) => {
      if (timer.due > now) return;
      timer.expire(now);
      const entry = apic.entry(APIC.lvtTimer);
      if ((entry & LVT.masked) === 0) apic.accept(entry & LVT.vector, false);
      this.update(cpu);
    });
  }

  /** The output of the legacy controllers changed. */
  legacyOutput(asserted: boolean): void {
    this.legacyOffered = asserted;
    this.processors.forEach((_, cpu) => {
      this.update(cpu);
    });
  }

  /** @returns the vector, or -1 if nothing is pending any more */
  acknowledge(cpu: number): number {
    const { apic } = this.at(cpu);
    let vector = -1;
    if (apic.deliverable >= 0) vector = apic.acknowledge();
    else if (this.takesLegacy(cpu)) vector = this.legacy.acknowledge();
    this.update(cpu);
    return vector;
  }

  readTaskPriority(cpu: number): number {
    return this.at(cpu).apic.taskPriority >> 4;
  }

  writeTaskPriority(cpu: number, value: number): void {
    this.at(cpu).apic.taskPriority = (value & 15) << 4;
    this.update(cpu);
  }

  /** Delivers a message from a device or another processor. @returns whether anybody took it */
  deliver(message: Message, from: number | undefined = undefined): boolean {
    const targets = this.targets(message, from);
    const chosen = message.delivery === DELIVERY.lowestPriority ? this.lowest(targets) : targets;
    for (const cpu of chosen) this.deliverTo(cpu, message);
    return chosen.length > 0;
  }

  readBase(cpu: number): number {
    return this.at(cpu).base;
  }

  /** @returns false where the value is reserved or a forbidden change of mode */
  writeBase(cpu: number, value: bigint): boolean {
    const processor = this.at(cpu);
    const bits = Number(value & 0xfffn);
    const mode = bits & (BASE.enable | BASE.x2apic);
    const before = processor.base & (BASE.enable | BASE.x2apic);
    const reserved = (bits & ~(BASE.enable | BASE.x2apic | BASE.bootstrap)) !== 0 || value >> 40n !== 0n;
    const fromX2apic = before === (BASE.enable | BASE.x2apic) && mode === BASE.enable;
    if (reserved || mode === BASE.x2apic || fromX2apic || (before === 0 && mode === (BASE.enable | BASE.x2apic))) return false;
    if (mode === 0) {
      processor.apic.reset();
      this.host.taskPriority(cpu, 0);
    }
    processor.apic.x2apic = mode === (BASE.enable | BASE.x2apic);
    processor.base = Number(value);
    this.update(cpu);
    return true;
  }

  /** Undefined: no such register in x2APIC mode, or the mode is off. */
  readX2apic(cpu: number, msr: number): bigint | undefined {
    if (!this.at(cpu).apic.x2apic) return undefined;
    const register = (msr & 0xff) << 4;
    if (!X2APIC_READABLE.includes(register)) return undefined;
    if (register === APIC.icrLow)
      return BigInt(this.at(cpu).apic.read(APIC.icrLow)) | (BigInt(this.at(cpu).apic.read(APIC.icrHigh)) << 32n);
    return BigInt(this.readRegister(cpu, register));
  }

  writeX2apic(cpu: number, msr: number, value: bigint): boolean {
    const { apic } = this.at(cpu);
    if (!apic.x2apic) return false;
    const register = (msr & 0xff) << 4;
    if (!X2APIC_WRITABLE.includes(register)) return false;
    const low = Number(value & 0xffff_ffffn);
    if (register === APIC.icrLow) apic.write(APIC.icrHigh, Number(value >> 32n));
    else if (value >> 32n !== 0n) return false;
    if (register === APIC.selfIpi) {
      if (low > 0xff) return false;
      apic.accept(low & 0xff, false);
      this.update(cpu);
      return true;
    }
    if ((register === APIC.eoi || register === APIC.esr) && low !== 0) return false;
    this.writeRegister(cpu, register, low);
    return true;
  }

  readDeadline(cpu: number): bigint {
    return BigInt(Math.floor(this.at(cpu).timer.deadline));
  }

  writeDeadline(cpu: number, value: bigint): void {
    this.at(cpu).timer.setDeadline(Number(value));
  }

  isEnabled(cpu: number): boolean {
    return (this.at(cpu).base & BASE.enable) !== 0;
  }

  private at(cpu: number): Processor {
    const processor = this.processors[cpu];
    invariant(processor !== undefined, `no processor ${cpu}`);
    return processor;
  }

  private usesPage(cpu: number): boolean {
    return (this.at(cpu).base & (BASE.enable | BASE.x2apic)) === BASE.enable;
  }

  /** As firmware leaves the first processor: enabled, legacy interrupts through LINT0, NMI through LINT1. */
  private leaveVirtualWire(): void {
    const { apic } = this.at(0);
    apic.write(APIC.svr, SVR.enable | SVR.reset);
    apic.write(APIC.lvtLint0, DELIVERY.externalInterrupt << LVT.deliveryShift);
    apic.write(APIC.lvtLint1, DELIVERY.nmi << LVT.deliveryShift);
  }

  private takesLegacy(cpu: number): boolean {
    if (!this.legacyOffered) return false;
    const { apic, base } = this.at(cpu);
    // With its APIC switched off, the first processor is wired to the controllers directly.
    if ((base & BASE.enable) === 0) return cpu === 0;
    const entry = apic.entry(APIC.lvtLint0);
    return (entry & LVT.masked) === 0 && ((entry >> LVT.deliveryShift) & LVT.deliveryMask) === DELIVERY.externalInterrupt;
  }

  private update(cpu: number): void {
    const processor = this.at(cpu);
    const on = (processor.base & BASE.enable) !== 0;
    const offered = (on && processor.apic.deliverable >= 0) || this.takesLegacy(cpu);
    if (offered === processor.offered) return;
    processor.offered = offered;
    this.host.interrupt(cpu, offered);
  }

  private readRegister(cpu: number, register: number): number {
    const { apic, timer } = this.at(cpu);
    switch (register) {
      case APIC.timerInitial:
        return timer.initialRegister;
      case APIC.timerCurrent:
        return timer.current(this.host.now());
      case APIC.timerDivide:
        return timer.divideRegister;
      default:
        return apic.read(register);
    }
  }

  private writeRegister(cpu: number, register: number, value: number): void {
    const { apic, timer } = this.at(cpu);
    switch (register) {
      case APIC.eoi: {
        const ended = apic.endOfInterrupt();
        if (ended >= 0) this.onEnd(ended);
        break;
      }
      case APIC.timerInitial:
        timer.setInitial(value, this.host.now());
        break;
      case APIC.timerDivide:
        timer.setDivide(value, this.host.now());
        break;
      case APIC.tpr:
        apic.write(APIC.tpr, value);
        this.host.taskPriority(cpu, apic.taskPriority >> 4);
        break;
      default:
        apic.write(register, value);
    }
    if (register === APIC.lvtTimer || register === APIC.svr) timer.configure(apic.entry(APIC.lvtTimer));
    if (register === APIC.icrLow) this.send(cpu);
    this.update(cpu);
  }

  private send(cpu: number): void {
    const { apic } = this.at(cpu);
    const message = apic.command();
    if (carriesVector(message.delivery) && message.vector < 16) apic.fail(ERROR.sendIllegalVector);
    else this.deliver(message, cpu);
  }

  private targets(message: Message, from: number | undefined): number[] {
    const all = this.processors.map((_, cpu) => cpu);
    switch (message.shorthand) {
      case ICR.self:
        return all.filter((cpu) => cpu === from);
      case ICR.all:
        return all;
      case ICR.others:
        return all.filter((cpu) => cpu !== from);
      default:
        return all.filter((cpu) => this.at(cpu).apic.matches(message.logical, message.destination));
    }
  }

  private lowest(targets: readonly number[]): number[] {
    const able = targets.filter((cpu) => this.at(cpu).apic.enabled);
    const [first, ...rest] = able;
    if (first === undefined) return [];
    return [
      rest.reduce(
        (best, cpu) => (this.at(cpu).apic.processorPriority < this.at(best).apic.processorPriority ? cpu : best),
        first,
      ),
    ];
  }

  private deliverTo(cpu: number, message: Message): void {
    switch (message.delivery) {
      case DELIVERY.fixed:
      case DELIVERY.lowestPriority:
        this.at(cpu).apic.accept(message.vector, message.levelTriggered);
        this.update(cpu);
        break;
      case DELIVERY.nmi:
        this.host.nmi(cpu);
        break;
      case DELIVERY.init:
        if (!message.asserted) break;
        this.at(cpu).apic.reset();
        this.at(cpu).timer.stop();
        this.update(cpu);
        this.host.init(cpu);
        break;
      case DELIVERY.startUp:
        this.host.startUp(cpu, message.vector);
        break;
      default: // SMI: there is no system management mode here; external interrupts arrive through LINT0
    }
  }
}
