/** Turns counters of the layers into the gauges of the contract: differences between two looks, per second of virtual time. */
import { GAUGES, type GaugeName } from '../../contract/gauges.ts';
import type { Guest } from './guest.ts';
import { FREQUENCY, type Stack } from './stack.ts';

type Values = Partial<Record<GaugeName, number>>;

interface Look {
  readonly at: number;
  readonly counters: Readonly<Record<string, number>>;
}

const NANOSECONDS = 1e9;
const PAGES_PER_MIB = 256;

export class Gauges {
  readonly #last = new Map<string, Look>();

  /**
   * @param seconds virtual time
   * @param cpus of the instance
   * @param exits of the first layer so far, while the guest had a CPU
   */
  guest(guest: Guest, seconds: number, cpus: number, exits: number): number[] {
    const statistics = guest.domain?.control.statistics;
    if (statistics === undefined) return row({});
    const sum = (index: 0 | 1 | 2 | 3): number => statistics.vcpus.reduce((total, vcpu) => total + vcpu.time[index], 0);
    const { diskRead, diskWritten, received, sent } = guest.traffic;
    const rate = this.#rates(guest.machine.id, seconds, {
      running: sum(0),
      runnable: sum(1),
      hypercalls: statistics.hypercalls,
      exits,
      diskRead,
      diskWritten,
      received,
      sent,
    });
    return row({
      cpu: (100 * rate.running) / NANOSECONDS / Math.max(1, guest.machine.vcpus),
      hostCpu: (100 * rate.running) / NANOSECONDS / cpus,
      steal: (100 * rate.runnable) / NANOSECONDS / Math.max(1, guest.machine.vcpus),
      memory: statistics.pages / PAGES_PER_MIB,
      hypercalls: rate.hypercalls,
      exits: rate.exits,
      diskRead: rate.diskRead,
      diskWrite: rate.diskWritten,
      netIn: rate.received,
      netOut: rate.sent,
    });
  }

  /** @param stack what the instance is made of */
  instance(id: string, seconds: number, { cpus, instance, blanket }: Pick<Stack, 'cpus' | 'instance' | 'blanket'>): number[] {
    const busy = blanket?.xen.busy ?? instance.computer.contexts.reduce((sum, context) => sum + context.instructions, 0);
    const stolen = Array.from({ length: cpus }, (_, cpu) => instance.stolen(cpu)).reduce((sum, cycles) => sum + cycles, 0);
    const rate = this.#rates(id, seconds, {
      busy: busy / FREQUENCY,
      stolen: stolen / FREQUENCY,
      exits: instance.ledger.total.count,
      hypercalls: (blanket?.xen.statistics.byName() ?? []).reduce((sum, row) => sum + row.count, 0),
    });
    const { privateFrames, sharedFrames } = instance.memory.usage();
    return row({
      cpu: (100 * rate.busy) / cpus,
      hostCpu: (100 * rate.busy) / cpus,
      steal: (100 * rate.stolen) / cpus,
      memory: privateFrames / PAGES_PER_MIB,
      sharedMemory: sharedFrames / PAGES_PER_MIB,
      exits: rate.exits,
      hypercalls: rate.hypercalls,
    });
  }

  forget(id: string): void {
    this.#last.delete(id);
  }

  #rates<Name extends string>(id: string, at: number, counters: Record<Name, number>): Record<Name, number> {
    const last = this.#last.get(id);
    this.#last.set(id, { at, counters });
    const span = last === undefined ? 0 : at - last.at;
    const rates = {} as Record<Name, number>;
    for (const name of Object.keys(counters) as Name[]) {
      const difference = counters[name] - (last?.counters[name] ?? counters[name]);
      // A counter that went back belongs to a new domain.
      rates[name] = span > 0 && difference > 0 ? difference / span : 0;
    }
    return rates;
  }
}

const row = (values: Values): number[] => GAUGES.map(({ name }) => values[name] ?? 0);
