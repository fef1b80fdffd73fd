/** A mirror of all instances and machines, fed by the facts their processes tell; answers windows that come later. */
import type { AnyFact } from '../core/contract/events.ts';
import type { Fleet, Instance, Machine } from '../core/contract/fleet.ts';
import type { InstanceChange } from '../core/contract/wire.ts';

/** States of an instance that had a process when the program ended, and will have one again. */
const HAD_PROCESS: ReadonlySet<Instance['state']> = new Set([
  'starting',
  'ready',
  'laying',
  'blanket',
  'saving',
  'saved',
  'lost',
]);

/** What {@link InstanceChange} holds. */
const ownPart = ({ state, reason, readyAt, endedAt, capacity, restarts }: Instance): Required<InstanceChange> => ({
  state,
  reason,
  readyAt,
  endedAt,
  capacity,
  restarts,
});

export class FleetMirror {
  private readonly instances = new Map<string, Instance>();
  private readonly machines = new Map<string, Machine>();

  read(): Fleet {
    return { instances: [...this.instances.values()], machines: [...this.machines.values()] };
  }

  instance(id: string): Instance | undefined {
    return this.instances.get(id);
  }

  /** What people call an instance or a machine; its id where it is not known any more. */
  nameOf(unit: string): string {
    return this.machines.get(unit)?.name ?? this.instances.get(unit)?.name ?? unit;
  }

  machinesOf(instance: string): Machine[] {
    return [...this.machines.values()].filter((machine) => machine.instance === instance);
  }

  /** Takes what the clouds say: they know what is rented; how an instance is, its process knows better. @returns the fact to tell */
  rented(told: Instance): AnyFact {
    const known = this.instances.get(told.id);
    const instance =
      known !== undefined
        ? { ...told, ...ownPart(known) }
        : HAD_PROCESS.has(told.state)
          ? { ...told, state: 'starting' as const, reason: 'coming back' }
          : told;
    this.instances.set(told.id, instance);
    return { name: 'instance.changed', fact: { instance } };
  }

  hear({ name, fact }: AnyFact): void {
    if (name === 'instance.gone') {
      this.instances.delete(fact.instance);
      for (const machine of this.machinesOf(fact.instance)) this.machines.delete(machine.id);
    } else if (name === 'machine.changed') for (const machine of fact.machines) this.machines.set(machine.id, machine);
    else if (name === 'machine.gone') for (const id of fact.machines) this.machines.delete(id);
  }

  /** @returns the fact to tell, or undefined when the instance is not known */
  change(id: string, change: InstanceChange): AnyFact | undefined {
    const known = this.instances.get(id);
    if (known === undefined) return undefined;
    const instance = { ...known, ...change };
    this.instances.set(id, instance);
    return { name: 'instance.changed', fact: { instance } };
  }

  /** The process of an instance ended: its machines are out of reach until it is back. */
  lose(id: string, reason: string, restarts: number): AnyFact[] {
    const facts: AnyFact[] = [];
    const changed = this.change(id, { state: 'lost', reason, restarts });
    if (changed !== undefined) facts.push(changed);
    const machines = this.machinesOf(id).filter((machine) => machine.state !== 'stopped' && machine.state !== 'template');
    const lost = machines.map((machine): Machine => ({ ...machine, state: 'lost', reason }));
    if (lost.length > 0) {
      const fact: AnyFact = { name: 'machine.changed', fact: { machines: lost } };
      this.hear(fact);
      facts.push(fact);
    }
    return facts;
  }
}
