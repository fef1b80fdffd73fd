/** Contention on the fullest instance in closed form, and the parts of it that a slider on prices does not touch. */
import { roots } from '../model/distribution.ts';
import { type MemoryOverload, memoryOverload } from '../model/memory.ts';
import { type Pressure, pressureOf, wantsMemory, wantsNetwork, wantsThreads } from '../model/offered.ts';
import { type ClassSlowdown, slowdowns } from '../model/slowdown.ts';
import { guestThreads } from '../model/supply.ts';
import type { GuestClass, Scenario } from '../scenario.ts';
import type { Setting } from './setting.ts';

export interface Contention {
  readonly cpu: Pressure;
  readonly memory: Pressure;
  /** Null if the list gives no number for the network. */
  readonly network: Pressure | null;
  readonly memoryOverload: MemoryOverload;
  readonly classes: readonly (ClassSlowdown & { readonly count: number; readonly nested: number; readonly total: number })[];
  /** Over all machines. */
  readonly slowdown: number;
  /** Waiting for a CPU, as a part of the time in which a machine wants one. */
  readonly ready: number;
}

export interface Lattices {
  readonly fine: { readonly size: number; readonly table: Float64Array };
  readonly coarse: { readonly size: number; readonly table: Float64Array };
}

export const lattices = (): Lattices => ({ fine: { size: 1024, table: roots(1024) }, coarse: { size: 256, table: roots(256) } });

/** Time over time without a second layer, alone: each kind of time by its own tax. */
function nestedFactor(guest: GuestClass, { tax }: Scenario['secondLayer']): number {
  const { disk, network } = guest.waits;
  return (1 - disk - network) / (1 - tax.cpu.value) + disk / (1 - tax.disk.value) + network / (1 - tax.network.value);
}

/** Working sets fit into this many MB of the fullest instance. */
export const memoryLeftMb = ({ scenario, type }: Setting): number =>
  type.memoryGb * 1024 * (1 - scenario.headroom) - scenario.secondLayer.driverMemoryMb - scenario.secondLayer.hypervisorMemoryMb;

export function contentionOf(setting: Setting, { fine, coarse }: Lattices): Contention {
  const { scenario, type, load, supply } = setting;
  const memory = memoryLeftMb(setting);
  const network = type.networkMbps === null ? null : type.networkMbps * (1 - scenario.secondLayer.tax.network.value);
  const slow = slowdowns(load, supply, load.classes.length > 1 || load.classes.some((it) => it.block > 0) ? coarse : fine);
  const classes = load.classes.map((it, index) => {
    const guest = scenario.guests.find((candidate) => candidate.name === it.name);
    const nested = guest === undefined ? 1 : nestedFactor(guest, scenario.secondLayer);
    const own = slow[index] ?? { name: it.name, mean: 1, byHour: [] };
    const waits = guest === undefined ? 0 : guest.waits.disk + guest.waits.network;
    // Waiting for a CPU stretches the CPU part of the time only.
    return { ...own, count: it.count, nested, total: nested + (own.mean - 1) * (1 - waits) };
  });
  const count = classes.reduce((sum, it) => sum + it.count, 0);
  const slowdown = classes.reduce((sum, it) => sum + it.count * it.mean, 0) / count;
  return {
    cpu: pressureOf(load, wantsThreads, guestThreads(supply), fine),
    memory: pressureOf(load, wantsMemory, memory, fine),
    network: network === null ? null : pressureOf(load, wantsNetwork, network, fine),
    memoryOverload: memoryOverload(load, memory, coarse),
    classes,
    slowdown,
    ready: 1 - 1 / slowdown,
  };
}

/** What contention depends on, as text: two scenarios with the same key have the same contention. */
export function contentionKey({ scenario, type, supply, perInstance }: Setting): string {
  const { driverMemoryMb, hypervisorMemoryMb, tax } = scenario.secondLayer;
  const layer = [driverMemoryMb, hypervisorMemoryMb, tax.cpu.value, tax.disk.value, tax.network.value, scenario.headroom];
  const guests = scenario.guests.map(({ cpuUnits: _, diskGb: __, egressGbPerMonth: ___, count: ____, ...guest }) => guest);
  return JSON.stringify([supply, type.memoryGb, type.networkMbps, perInstance, layer, guests]);
}
