/**
 * A provider's hypervisor: the first layer. It occupies ring 0 of a host machine, rents out instances and gives each
 * the capacity that was rented.
 *
 * Every virtual CPU has a home among the host's CPUs. Among those that want to run, the one that has had least goes
 * first; an instance that has used up its capacity waits until time has earned it more. Who waits is robbed, visibly.
 */
import { invariant } from '../../base/bug.ts';
import type { Cycles } from '../../seams/addresses.ts';
import type { HostMachine, Occupant } from '../../seams/machine.ts';
import type { FlavourFactory } from './flavour.ts';
import { Instance, type InstanceSpec } from './instance.ts';

/** Longest time a virtual CPU runs before the others are looked at, seconds. */
const SLICE_SECONDS = 0.01;
/** Unused capacity is kept for this long, seconds: bursts shorter than it are not cut. */
const BURST_SECONDS = 0.03;
/** An instance that used up what it had waits until it has earned this part of it. */
const TURNS_PER_BURST = 10;

interface VirtualCpu {
  readonly instance: Instance;
  readonly index: number;
  /** Cycles it has had; those that wake up do not claim the past. */
  had: Cycles;
}

/** Capacity earned and spent by one instance, in cycles. */
interface Allowance {
  credit: Cycles;
  at: Cycles;
  /** All was used up; it goes on when it has earned enough for a turn that is worth it. */
  spent: boolean;
}

export class Provider implements Occupant {
  readonly #homes: VirtualCpu[][];
  readonly #allowances = new Map<Instance, Allowance>();

  constructor(
    private readonly host: HostMachine,
    private readonly flavour: FlavourFactory,
  ) {
    this.#homes = host.cpus.map(() => []);
    host.occupy(this);
  }

  /** Rents out one instance; it runs as soon as its memory holds something to run. */
  create(spec: InstanceSpec): Instance {
    const instance = new Instance(this.host, spec, this.flavour, (cpu) => this.#kick(cpu));
    this.#allowances.set(instance, { credit: (spec.credit ?? 0) * this.host.frequency, at: this.#now(0), spent: false });
    for (let index = 0; index < spec.cpus; index++) this.#home(index).push({ instance, index, had: this.#least(index) });
    for (let index = 0; index < spec.cpus; index++) this.#kick(index);
    return instance;
  }

  /** Ends an instance and gives its memory back. */
  destroy(instance: Instance): void {
    for (const [index, home] of this.#homes.entries()) this.#homes[index] = home.filter((each) => each.instance !== instance);
    this.#allowances.delete(instance);
    instance.release();
  }

  get instances(): readonly Instance[] {
    return [...this.#allowances.keys()];
  }

  run(cpu: number, until: Cycles): Cycles {
    for (;;) {
      const now = this.#now(cpu);
      const chosen = this.#choose(cpu, now);
      if (typeof chosen === 'number') return chosen;
      if (now >= until) return now;
      this.#runFor(cpu, chosen, now, Math.min(until, now + Math.ceil(SLICE_SECONDS * this.host.frequency)));
    }
  }

  #runFor(cpu: number, chosen: VirtualCpu, now: Cycles, end: Cycles): void {
    const { instance, index } = chosen;
    const virtual = instance.computer.machine.cpus[index];
    invariant(virtual, `instance ${instance.name} has no CPU ${index}`);
    // A CPU that had work before `now` was kept waiting; one that becomes busy now was not.
    if (instance.computer.nextWork(index) < now) instance.steal(index, now);
    else instance.computer.advanceClock(index, now);
    const allowance = this.#allowance(instance, now);
    instance.run(index, Math.min(end, now + Math.max(Math.floor(allowance.credit), 1)));
    const used = Math.max(virtual.now() - now, 1);
    chosen.had += used;
    allowance.credit -= used;
    if (allowance.credit <= 0) allowance.spent = true;
    this.host.cpus[cpu]?.charge(used);
  }

  /** The virtual CPU to run on `cpu`, or the time at which there may be one. */
  #choose(cpu: number, now: Cycles): VirtualCpu | Cycles {
    let best: VirtualCpu | undefined;
    let later: Cycles = Number.POSITIVE_INFINITY;
    for (const each of this.#home(cpu)) {
      if (each.instance.ended) continue;
      const at = Math.max(each.instance.computer.nextWork(each.index), this.#earned(each.instance, now));
      if (at > now) later = Math.min(later, at);
      else if (best === undefined || each.had < best.had) best = each;
    }
    return best ?? later;
  }

  /** When the instance may run again: now, unless its allowance is used up. */
  #earned(instance: Instance, now: Cycles): Cycles {
    const allowance = this.#allowance(instance, now);
    if (!allowance.spent) return now;
    const missing = this.#usual(instance) / TURNS_PER_BURST - allowance.credit;
    if (missing > 0) return now + Math.ceil(missing / instance.spec.capacity);
    allowance.spent = false;
    return now;
  }

  /** What an instance may save up, by its capacity. */
  #usual(instance: Instance): Cycles {
    const { capacity, cpus } = instance.spec;
    return BURST_SECONDS * this.host.frequency * Math.min(capacity, cpus);
  }

  #allowance(instance: Instance, now: Cycles): Allowance {
    const allowance = this.#allowances.get(instance);
    invariant(allowance, `instance ${instance.name} is not rented here`);
    const { capacity, credit = 0 } = instance.spec;
    const most = Math.max(this.#usual(instance), credit * this.host.frequency);
    if (now > allowance.at) {
      allowance.credit = Math.min(most, allowance.credit + (now - allowance.at) * Math.min(capacity, Number.MAX_SAFE_INTEGER));
      allowance.at = now;
    }
    return allowance;
  }

  /** Makes the CPU that is home to a virtual CPU look again at what there is to run. */
  #kick(index: number): void {
    const home = index % this.#homes.length;
    this.host.cpus[home]?.interrupt(home);
  }

  #least(index: number): Cycles {
    const home = this.#home(index);
    return home.length === 0 ? 0 : Math.min(...home.map((each) => each.had));
  }

  #home(index: number): VirtualCpu[] {
    const home = this.#homes[index % this.#homes.length];
    invariant(home, 'a host has at least one CPU');
    return home;
  }

  #now(cpu: number): Cycles {
    return this.host.cpus[cpu]?.now() ?? 0;
  }
}
