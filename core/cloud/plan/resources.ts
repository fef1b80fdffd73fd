/** For each resource of an instance: what there is, what the second layer keeps, what is promised, and what binds first. */
import { Refusal } from '../../base/refusal.ts';
import type { Catalogue, InstanceType } from '../catalogue.ts';
import { delivered, deliveredToGuests, guestThreads } from '../model/supply.ts';
import type { GuestClass } from '../scenario.ts';
import type { Setting } from './setting.ts';

export type ResourceName = 'cpu' | 'memory' | 'disk' | 'network';

export interface Resource {
  readonly name: ResourceName;
  readonly unit: string;
  /** Of one instance; null if the list gives no number, or disks are bought apart. */
  readonly capacity: number | null;
  /** What the driver domain, the hypervisor and nesting take. */
  readonly own: number;
  /** Left for guests after that and the headroom. */
  readonly usable: number | null;
  /** Promised to the machines of the fullest instance; for the network, what they send when all are busy. */
  readonly promised: number;
  /** Promised over usable: above one is overcommitted. */
  readonly ratio: number | null;
  /** The most that `overcommit` allows; null is no limit. */
  readonly limit: number | null;
  readonly fits: boolean;
  /** How many of the present mix the fullest instance could hold one to one. */
  readonly roomFor: number | null;
  /** Capacity over that of the baseline's type. */
  readonly timesBaseline: number | null;
}

const promisedCpu = (guest: GuestClass, unitsPerThread: number): number => guest.cpuUnits ?? guest.vcpus * unitsPerThread;

interface Draft {
  readonly name: ResourceName;
  readonly unit: string;
  readonly capacity: number | null;
  readonly own: number;
  readonly promised: number;
  readonly limit: number | null;
  readonly baseline: number | null;
}

function resource(draft: Draft, headroom: number, count: number): Resource {
  const { capacity, own, promised, limit, baseline } = draft;
  const usable = capacity === null ? null : Math.max(0, capacity * (1 - headroom) - own);
  if (usable !== null && usable <= 0) {
    throw new Refusal(
      'no-room',
      `The second layer and the headroom leave no ${draft.name} for machines.`,
      'Reduce secondLayer or headroom, or choose a bigger type.',
    );
  }
  const ratio = usable === null ? null : promised / usable;
  const roomFor = usable === null || promised <= 0 ? null : Math.floor((usable / promised) * count * (1 + 1e-12));
  return {
    name: draft.name,
    unit: draft.unit,
    capacity,
    own,
    usable,
    promised,
    ratio,
    limit,
    fits: ratio === null || limit === null || ratio <= limit * (1 + 1e-12),
    roomFor,
    timesBaseline: capacity === null || baseline === null || baseline <= 0 ? null : capacity / baseline,
  };
}

/** All four, in the order cpu, memory, disk, network. */
export function resourcesOf(setting: Setting): Resource[] {
  const { scenario, catalogue, type, baseline, perInstance, supply } = setting;
  const layer = scenario.secondLayer;
  const sum = (of: (guest: GuestClass) => number): number =>
    scenario.guests.reduce((all, guest, index) => all + (perInstance[index] ?? 0) * of(guest), 0);
  const perThread = type.cpu.units / supply.threads;
  const ecu = catalogue.cpu.ecuPerUnit;
  const diskCapacity = type.diskGb > 0 ? type.diskGb : null;
  const drafts: Draft[] = [
    {
      name: 'cpu',
      unit: catalogue.cpu.unit,
      capacity: type.cpu.units,
      own: supply.own * perThread,
      promised: sum((guest) => promisedCpu(guest, perThread)),
      limit: scenario.overcommit.cpu,
      baseline: baseline === null ? null : (baseline.type.cpu.units * baseline.catalogue.cpu.ecuPerUnit) / ecu,
    },
    {
      name: 'memory',
      unit: 'GB',
      capacity: type.memoryGb,
      own: (layer.driverMemoryMb + layer.hypervisorMemoryMb) / 1024,
      promised: sum((guest) => guest.memoryMb) / 1024,
      limit: scenario.overcommit.memory,
      baseline: baseline?.type.memoryGb ?? null,
    },
    {
      name: 'disk',
      unit: 'GB',
      capacity: diskCapacity,
      own: layer.driverDiskGb,
      promised: sum((guest) => guest.diskGb),
      limit: scenario.overcommit.disk,
      baseline: baseline?.type.diskGb ?? null,
    },
    {
      name: 'network',
      unit: 'Mbit/s',
      capacity: type.networkMbps,
      own: (type.networkMbps ?? 0) * layer.tax.network.value,
      promised: sum((guest) => guest.networkMbps.burst),
      limit: null,
      baseline: baseline?.type.networkMbps ?? null,
    },
  ];
  const count = perInstance.reduce((all, n) => all + n, 0);
  return drafts.map((draft) => resource(draft, scenario.headroom, count));
}

/** The resource that runs out first: the highest ratio of promised to usable. */
export function bindingOf(resources: readonly Resource[]): Resource {
  const known = resources.filter((it) => it.ratio !== null);
  return known.reduce((worst, it) => ((it.ratio ?? 0) > (worst.ratio ?? 0) ? it : worst), known[0] ?? (resources[0] as Resource));
}

/** Speed of one thread of a type while the others are idle, in ECU. */
export const ecuOfThread = (catalogue: Catalogue, { cpu }: InstanceType): number =>
  (cpu.units * catalogue.cpu.ecuPerUnit) / delivered({ ...cpu, smtYield: catalogue.cpu.smtYield, own: 0 }, cpu.threads);

/** Speed of one thread that is alone on the instance, in ECU, after the tax on CPU. */
export function ecuAlone({ scenario, catalogue, type, supply }: Setting): number {
  const full = (type.cpu.units * catalogue.cpu.ecuPerUnit) / delivered(supply, supply.threads);
  return full * deliveredToGuests(supply, Math.min(1, guestThreads(supply))) * (1 - scenario.secondLayer.tax.cpu.value);
}
