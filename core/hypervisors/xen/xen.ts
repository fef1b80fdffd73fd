/**
 * Xen for paravirtual domains, as the occupant of any machine. Read this first: what it owns, and its loop on each CPU.
 *
 * It never asks what the machine stands on. What the layer below will do for it is the object {@link XenOptions.below}.
 */
import { invariant } from '../../base/bug.ts';
import type { Cycles } from '../../seams/addresses.ts';
import type { Below } from '../../seams/below.ts';
import type { Context, Cpu, Machine, MachineMemory, Occupant } from '../../seams/machine.ts';
import { domainOfOwner, type FrameRange, FrameTable } from '../common/frames.ts';
import { CreditScheduler } from '../common/scheduler.ts';
import { Clock } from '../common/timekeeping.ts';
import { Timers } from '../common/timers.ts';
import type { Domain } from './domain.ts';
import { InterruptLines } from './lines.ts';
import { CallArguments } from './pv/arguments.ts';
import { createPvContext } from './pv/context.ts';
import { HypervisorSpaceBuilder } from './pv/hypervisor-space.ts';
import { PageUpdates } from './pv/page-updates.ts';
import { type PageOwner, PageTypes } from './pv/pages.ts';
import { HypercallStatistics } from './statistics.ts';
import type { Vcpu, VcpuUnit } from './vcpu.ts';

export interface XenOptions {
  readonly below: Below;
  /** Frames of the machine that are RAM and free for domains and for Xen itself. */
  readonly memory: readonly FrameRange[];
  /** Seconds since 1970 at cycle 0 of the machine. */
  readonly wallClock: number;
  /** What guests write to the emergency console. */
  readonly console: (domain: number, bytes: Uint8Array) => void;
  /**
   * Keep its own translations global, as Xen on hardware does. They have to be flushed by CR4 when another domain gets the
   * CPU; the Blanket does without, because every write of CR4 exits (Xen-Blanket section 4.3).
   */
  readonly globalPages?: boolean;
}

const FIRST_RESERVED_DOMAIN = 0x7ff0;

export class Xen implements Occupant {
  readonly memory: MachineMemory;
  readonly frames: FrameTable;
  readonly space: HypervisorSpaceBuilder;
  readonly types: PageTypes;
  readonly updates: PageUpdates;
  readonly scheduler: CreditScheduler<VcpuUnit>;
  readonly clock: Clock;
  readonly statistics = new HypercallStatistics();
  readonly callArguments = new CallArguments();
  readonly innerArguments = new CallArguments();
  readonly below: Below;
  /** Interrupts of the machine that somebody here waits for, by vector. */
  readonly vectors = new Map<number, (cpu: number) => void>();
  readonly wallClock: number;
  readonly lines: InterruptLines;
  private readonly domainsById = new Map<number, Domain>();
  private readonly timers: readonly Timers[];
  private readonly rescheduling: boolean[];
  /** CPU whose `run` is under way; -1: none. */
  private current = -1;
  /** The unit that is in the guest at this moment; the other CPUs' units wait for their CPU's next turn. */
  private executing: VcpuUnit | undefined;
  private lastDomain = 0;
  private readonly shutdownListeners: ((domain: Domain) => void)[] = [];
  /** Which domain had the CPU last. */
  private readonly lastOn: (Domain | undefined)[] = [];
  /** Cycles that vCPUs used, by CPU. */
  private readonly busyCycles: number[];

  constructor(
    readonly machine: Machine,
    private readonly options: XenOptions,
  ) {
    this.memory = machine.memory;
    this.below = options.below;
    this.wallClock = options.wallClock;
    this.clock = new Clock(machine.frequency);
    this.lines = new InterruptLines(machine, this.vectors);
    this.frames = new FrameTable(machine.memory, options.memory);
    this.space = new HypervisorSpaceBuilder(this.frames, machine.memory);
    this.types = new PageTypes(this.frames, machine.memory, this.space);
    this.updates = new PageUpdates(this.frames, machine.memory, this.types, (cycles) => this.charge(cycles));
    this.scheduler = new CreditScheduler<VcpuUnit>(machine.cpus.length, machine.frequency, (cpu) => this.kick(cpu));
    this.timers = machine.cpus.map(() => new Timers());
    this.rescheduling = machine.cpus.map(() => false);
    this.busyCycles = machine.cpus.map(() => 0);
    this.frames.onFree = (frame, owner) => this.frameFreed(frame, owner);
  }

  /** The clock of the CPU that runs now; between turns the one that is furthest, since that of a CPU that sleeps stands still. */
  now(): Cycles {
    if (this.current >= 0) return this.cpu(this.current).now();
    return Math.max(...this.machine.cpus.map((cpu) => cpu.now()));
  }

  private cpu(index: number): Cpu {
    const cpu = this.machine.cpus[index];
    invariant(cpu !== undefined, `the machine has no CPU ${index}`);
    return cpu;
  }

  /** Nanoseconds since the machine was switched on. */
  systemTime(): number {
    return this.clock.toNanoseconds(this.now());
  }

  /** Any CPU: all answer CPUID and the same model-specific registers alike. */
  get processor(): Cpu {
    return this.cpu(0);
  }

  /** The CPU that runs now. */
  get currentCpu(): number {
    return Math.max(0, this.current);
  }

  /** Charges work to the CPU that runs now. */
  charge(cycles: Cycles): void {
    this.cpu(Math.max(0, this.current)).charge(cycles);
  }

  createContext(): Context {
    return createPvContext(this.cpu(0));
  }

  timersOn(cpu: number): Timers {
    const timers = this.timers[cpu];
    invariant(timers !== undefined, `the machine has no CPU ${cpu}`);
    return timers;
  }

  /** The timers of the CPU that `vcpu` runs on, or ran on last. */
  timersOf(vcpu: Vcpu): Timers {
    return this.timersOn(vcpu.unit.cpu);
  }

  // Domains.

  get domains(): readonly Domain[] {
    return [...this.domainsById.values()];
  }

  domain(id: number): Domain | undefined {
    return this.domainsById.get(id);
  }

  /** Whom the references of frames of `owner` concern; undefined: a domain that is gone, or nobody. */
  pageOwner(owner: number): PageOwner | undefined {
    return this.domainsById.get(domainOfOwner(owner));
  }

  /** A number that no domain had for as long as possible: late references to a dead domain find nobody. */
  nextDomainId(): number {
    do this.lastDomain = (this.lastDomain + 1) % FIRST_RESERVED_DOMAIN;
    while (this.lastDomain === 0 || this.domainsById.has(this.lastDomain));
    return this.lastDomain;
  }

  addDomain(domain: Domain): void {
    this.domainsById.set(domain.id, domain);
  }

  removeDomain(domain: Domain): void {
    this.domainsById.delete(domain.id);
  }

  onShutdown(listener: (domain: Domain) => void): void {
    this.shutdownListeners.push(listener);
  }

  shutDown(domain: Domain): void {
    for (const listener of this.shutdownListeners) listener(domain);
  }

  emergencyConsole(domain: Domain, bytes: Uint8Array): void {
    this.options.console(domain.id, bytes);
  }

  /** A frame goes back to the pool: it is nobody's page any more, and no stale translation may reach it. */
  private frameFreed(frame: number, owner: number): void {
    this.pageOwner(owner)?.flushIfStale(this.frames.stamp[frame] ?? 0);
    if (this.space.m2p(frame) !== undefined) this.space.setM2p(frame, undefined);
  }

  // CPUs.

  /** Cycles that vCPUs used, of all CPUs. */
  get busy(): Cycles {
    return this.busyCycles.reduce((sum, cycles) => sum + cycles, 0);
  }

  /** Cycles that nobody used, since the machine was switched on; the clock of a CPU that sleeps stands still. */
  idle(cpu: number): Cycles {
    return this.cpu(cpu).now() - (this.busyCycles[cpu] ?? 0);
  }

  /** Makes `cpu` look at the scheduler again. */
  private kick(cpu: number): void {
    this.rescheduling[cpu] = true;
    if (cpu !== this.current) this.cpu(cpu).interrupt(cpu);
  }

  /** Makes the CPU that runs `vcpu`, if one does, look at it again. */
  interrupt(vcpu: Vcpu): void {
    if (vcpu.unit.state === 'running') this.kick(vcpu.unit.cpu);
  }

  /** `vcpu` cannot go on: it leaves the queue or its CPU, at once if the CPU is between two turns. */
  withdraw(vcpu: Vcpu): void {
    const { unit } = vcpu;
    if (unit === this.executing) {
      this.kick(unit.cpu);
      return;
    }
    if (unit.state === 'running') this.scheduler.stop(unit, unit.cpu, false);
    else this.scheduler.sleep(unit);
    vcpu.stopped();
  }

  /** An interrupt of the machine: whoever registered for its vector is told. Vector 0 only means that something is due. */
  interrupted(cpu: number, vector: number): void {
    const before = this.current;
    this.current = cpu;
    this.vectors.get(vector)?.(cpu);
    this.current = before;
  }

  /** The domain that has the CPU; undefined: the hypervisor itself, or nobody. */
  domainOn(cpu: number): number | undefined {
    return this.scheduler.running[cpu]?.vcpu.domain.id;
  }

  isRescheduling(cpu: number): boolean {
    return this.rescheduling[cpu] === true;
  }

  run(index: number, until: Cycles): Cycles {
    const cpu = this.cpu(index);
    const timers = this.timersOn(index);
    this.current = index;
    try {
      for (;;) {
        const now = cpu.now();
        timers.run(now);
        this.rescheduling[index] = false;
        if (now >= until) return now;
        const unit = this.kept(index, now) ?? this.scheduler.pick(index, now);
        if (unit === undefined) return Math.max(now, Math.min(timers.next, this.scheduler.nextLook(index)));
        this.runUnit(unit, cpu, until);
      }
    } finally {
      this.current = -1;
    }
  }

  /**
   * The unit that had the CPU at the end of its last turn, if it may keep it. Turns are the machine's business, not the
   * scheduler's; time that the layer below took in between is the unit's, as on hardware, where nobody could tell.
   */
  private kept(cpu: number, now: Cycles): VcpuUnit | undefined {
    const unit = this.scheduler.running[cpu];
    if (unit === undefined) return undefined;
    this.account(unit, cpu, now);
    if (this.goesOn(unit, cpu, now)) return unit;
    this.leave(unit, cpu);
    return undefined;
  }

  /** Runs one vCPU until its slice ends, something changes, or the turn of the CPU is over. */
  private runUnit(unit: VcpuUnit, cpu: Cpu, until: Cycles): void {
    const { vcpu } = unit;
    const timers = this.timersOn(cpu.index);
    unit.readyAt = cpu.now();
    this.switchTo(vcpu.domain, cpu);
    this.executing = unit;
    vcpu.started();
    for (;;) {
      vcpu.run(cpu, Math.min(until, this.scheduler.sliceEnd(unit)));
      const now = cpu.now();
      this.account(unit, cpu.index, now);
      timers.run(now);
      const goesOn = this.goesOn(unit, cpu.index, now);
      if (goesOn && now < until) {
        this.rescheduling[cpu.index] = false;
        continue;
      }
      this.executing = undefined;
      if (!goesOn) this.leave(unit, cpu.index);
      return;
    }
  }

  /** Another domain may get the CPU; what that takes is the time of the one that gets it. */
  private switchTo(domain: Domain, cpu: Cpu): void {
    const before = this.lastOn[cpu.index];
    this.lastOn[cpu.index] = domain;
    if (this.options.globalPages === true && before !== undefined && before !== domain) cpu.flushGlobal();
  }

  /** Books the time since `unit` was last looked at. */
  private account(unit: VcpuUnit, cpu: number, now: Cycles): void {
    this.busyCycles[cpu] = (this.busyCycles[cpu] ?? 0) + now - unit.readyAt;
    this.scheduler.burn(unit, unit.readyAt, now);
  }

  private goesOn(unit: VcpuUnit, cpu: number, now: Cycles): boolean {
    if (!unit.vcpu.runnable || unit.yielding || unit.account.parked || now >= this.scheduler.sliceEnd(unit)) return false;
    return !this.scheduler.shouldPreempt(cpu, now);
  }

  private leave(unit: VcpuUnit, cpu: number): void {
    this.scheduler.stop(unit, cpu, unit.vcpu.runnable);
    unit.vcpu.stopped();
  }
}
