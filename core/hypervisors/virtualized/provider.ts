/**
 * A provider's hypervisor: the first layer. It occupies ring 0 of a host machine, rents out instances and gives each
 * the capacity that was rented.
 *
 * Every virtual CPU has a home among the host's CPUs. Among those that want to run, the one that has had least goes
 * first; one that has used up its part of the capacity waits until time has earned it more. Who waits is robbed, visibly.
 *
 * Capacity is rented by the virtual CPU, as Amazon's was ("4 virtual cores with 2 EC2 Compute Units each", EC2 instance
 * types, 2012): a CPU that idles leaves nothing to its neighbours.
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
/** A CPU that used up what it had waits until it has earned this part of it. */
const TURNS_PER_BURST = 10;

interface VirtualCpu {
  readonly instance: Instance;
  readonly index: number;
  /** Cycles it has had; those that wake up do not claim the past. */
  had: Cycles;
  /** Cycles earned and not yet spent, up to `at`. */
  credit: Cycles;
  at: Cycles;
  /** All was used up; it goes on when it has earned enough for a turn that is worth it. */
  spent: boolean;
}

/** What one virtual CPU may use of a physical one. */
const share = ({ capacity, cpus }: InstanceSpec): number => capacity / cpus;

export class Provider implements Occupant {
  readonly #homes: VirtualCpu[][];
  readonly #instances = new Set<Instance>();

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
    this.#instances.add(instance);
    const credit = this.#saved(spec);
    const at = this.#now(0);
    for (let index = 0; index < spec.cpus; index++)
      this.#home(index).push({ instance, index, had: this.#least(index), credit, at, spent: false });
    for (let index = 0; index < spec.cpus; index++) this.#kick(index);
    return instance;
  }

  /** Ends an instance and gives its memory back. */
  destroy(instance: Instance): void {
    for (const [index, home] of this.#homes.entries()) this.#homes[index] = home.filter((each) => each.instance !== instance);
    this.#instances.delete(instance);
    instance.release();
  }

  get instances(): readonly Instance[] {
    return [...this.#instances];
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
    this.#earn(chosen, now);
    instance.run(index, Math.min(end, now + Math.max(Math.floor(chosen.credit), 1)));
    const used = Math.max(virtual.now() - now, 1);
    chosen.had += used;
    chosen.credit -= used;
    if (chosen.credit <= 0) chosen.spent = true;
    this.host.cpus[cpu]?.charge(used);
  }

  /** The virtual CPU to run on `cpu`, or the time at which there may be one. */
  #choose(cpu: number, now: Cycles): VirtualCpu | Cycles {
    let best: VirtualCpu | undefined;
    let later: Cycles = Number.POSITIVE_INFINITY;
    for (const each of this.#home(cpu)) {
      if (each.instance.ended) continue;
      const at = Math.max(each.instance.computer.nextWork(each.index), this.#earned(each, now));
      if (at > now) later = Math.min(later, at);
      else if (best === undefined || each.had < best.had) best = each;
    }
    return best ?? later;
  }

  /** When the virtual CPU may run again: now, unless what it had is used up. */
  #earned(chosen: VirtualCpu, now: Cycles): Cycles {
    this.#earn(chosen, now);
    if (!chosen.spent) return now;
    const { spec } = chosen.instance;
    const missing = this.#usual(spec) / TURNS_PER_BURST - chosen.credit;
    if (missing > 0) return now + Math.ceil(missing / share(spec));
    chosen.spent = false;
    return now;
  }

  #earn(chosen: VirtualCpu, now: Cycles): void {
    const { spec } = chosen.instance;
    if (now <= chosen.at) return;
    const most = Math.max(this.#usual(spec), this.#saved(spec));
    chosen.credit = Math.min(most, chosen.credit + (now - chosen.at) * share(spec));
    chosen.at = now;
  }

  /** What a virtual CPU may save up, by its share. */
  #usual(spec: InstanceSpec): Cycles {
    return BURST_SECONDS * this.host.frequency * Math.min(share(spec), 1);
  }

  /** What each has at the start, and may save up beyond the usual. */
  #saved({ credit = 0, cpus }: InstanceSpec): Cycles {
    return (credit / cpus) * this.host.frequency;
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
