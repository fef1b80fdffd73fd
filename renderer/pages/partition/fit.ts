/** What fits: how a plan of equal machines divides an instance, which resource binds first, and what it comes to. */
import type { Instance, InstanceType, Machine } from '../../../core/contract/fleet.ts';

export interface Shape {
  readonly count: number;
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly diskMib: number;
}

export type Resource = 'cpu' | 'memory' | 'disk';
export interface Part {
  readonly resource: Resource;
  readonly asked: number;
  readonly there: number;
  /** Asked over there. */
  readonly ratio: number;
  /** Machines of this shape that this resource alone allows. */
  readonly allows: number;
}

export interface Fit {
  readonly parts: readonly Part[];
  /** Allows the fewest. */
  readonly binding: Resource;
  readonly pricePerMachine: number;
  readonly ecuPerMachine: number;
  readonly warnings: readonly ('memory' | 'disk' | 'cpuHigh' | 'cpuExtreme' | 'tiny' | 'wide')[];
}

/** vCPUs promised per real one above which waiting is felt, and above which machines crawl. */
const FELT = 4;
const CRAWLS = 10;

export function fitOf(
  instance: Pick<Instance, 'capacity' | 'vcpus' | 'memoryMib' | 'diskGib' | 'ecu' | 'pricePerHour'>,
  there: readonly Pick<Machine, 'vcpus' | 'memoryMib' | 'disks'>[],
  shape: Shape,
): Fit {
  const capacity = instance.capacity ?? {
    cpuEcu: instance.ecu ?? instance.vcpus,
    vcpus: instance.vcpus,
    memoryMib: Math.round(instance.memoryMib * 0.96 - 512),
    diskMib: instance.diskGib * 1024,
    ownMemoryMib: 512,
    ownCpuEcu: 0,
  };
  const held = {
    cpu: there.reduce((sum, it) => sum + it.vcpus, 0),
    memory: there.reduce((sum, it) => sum + it.memoryMib, 0),
    disk: there.reduce((sum, it) => sum + it.disks.reduce((all, disk) => all + disk.sizeMib, 0), 0),
  };
  const part = (resource: Resource, each: number, room: number): Part => {
    const asked = held[resource] + each * shape.count;
    return {
      resource,
      asked,
      there: room,
      ratio: room > 0 ? asked / room : asked > 0 ? Number.POSITIVE_INFINITY : 0,
      allows: each === 0 ? Number.POSITIVE_INFINITY : Math.max(0, Math.floor((room - held[resource]) / each)),
    };
  };
  // A type without disks buys them apart: nothing of the instance is used up.
  const disks = instance.diskGib > 0 ? [part('disk', shape.diskMib, capacity.diskMib)] : [];
  const parts = [part('cpu', shape.vcpus, capacity.vcpus), part('memory', shape.memoryMib, capacity.memoryMib), ...disks];
  const hard = parts.filter((it) => it.resource !== 'cpu');
  const binding = [...hard].sort((a, b) => a.allows - b.allows)[0]?.resource ?? 'memory';
  const total = there.length + shape.count;
  const cpu = parts[0]?.ratio ?? 0;
  const warnings: Fit['warnings'][number][] = [];
  if ((parts[1]?.ratio ?? 0) > 1) warnings.push('memory');
  if ((parts[2]?.ratio ?? 0) > 1) warnings.push('disk');
  if (cpu > CRAWLS) warnings.push('cpuExtreme');
  else if (cpu > FELT) warnings.push('cpuHigh');
  if (shape.memoryMib < 64) warnings.push('tiny');
  if (shape.vcpus > capacity.vcpus) warnings.push('wide');
  return {
    parts,
    binding,
    pricePerMachine: total === 0 ? 0 : instance.pricePerHour / total,
    ecuPerMachine: Math.min(capacity.cpuEcu / Math.max(1, total), (capacity.cpuEcu / capacity.vcpus) * shape.vcpus),
    warnings,
  };
}

/** The cheapest type of the same list that has at least as much memory as one machine: what one would rent otherwise. */
export function smallest(
  types: readonly InstanceType[],
  provider: string,
  shape: Pick<Shape, 'memoryMib' | 'vcpus'>,
): InstanceType | undefined {
  return types
    .filter((it) => it.provider === provider && it.memoryMib >= shape.memoryMib * 0.98 && it.vcpus >= Math.min(1, shape.vcpus))
    .sort((a, b) => a.pricePerHour - b.pricePerHour)[0];
}

/** The even share of memory, rounded down to something people say. */
export function evenShare(instance: Pick<Instance, 'capacity' | 'memoryMib'>, held: number, count: number): number {
  const room = (instance.capacity?.memoryMib ?? instance.memoryMib * 0.96 - 512) - held;
  const each = room / Math.max(1, count);
  const step = each >= 2048 ? 256 : each >= 512 ? 64 : 16;
  return Math.max(16, Math.floor(each / step) * step);
}
