/** A price list as a shop: the types that can be rented on demand, and an instance as it is when it has been ordered. */
import { Refusal } from '../base/refusal.ts';
import type { Instance, InstanceType } from '../contract/fleet.ts';
import { type Catalogue, coresOf, typeOf } from './catalogue.ts';

/** Providers count memory in powers of two and disks in powers of ten; the planner does, too. */
const MIB_PER_GB = 1024;
const GIB_PER_DISK_GB = 1_000_000_000 / 1_073_741_824;

/** Types one can rent on demand; a type without such a price is for the planner only. */
export function offersOf(list: Catalogue): InstanceType[] {
  return list.types.flatMap((type) => {
    const price = type.prices.find((it) => it.model === 'on-demand');
    if (price === undefined) return [];
    return [
      {
        provider: list.id,
        id: type.id,
        family: type.family,
        vcpus: type.cpu.threads,
        ecu: Math.round(type.cpu.units * list.cpu.ecuPerUnit * 100) / 100,
        memoryMib: Math.round(type.memoryGb * MIB_PER_GB),
        diskGib: Math.round(type.diskGb * GIB_PER_DISK_GB),
        networkMbit: type.networkMbps ?? 0,
        pricePerHour: Number(price.perHour),
      },
    ];
  });
}

/**
 * What is known of an instance in the moment of its order.
 * @param at when, in milliseconds since 1970
 * @throws no-such-type
 */
export function ordered(
  list: Catalogue,
  typeId: string,
  what: Pick<Instance, 'id' | 'name'> & Partial<Pick<Instance, 'image' | 'tags' | 'shadowPaging'>>,
  at: number,
): Instance {
  const type = typeOf(list, typeId);
  const offer = offersOf(list).find((it) => it.id === typeId);
  if (offer === undefined)
    throw new Refusal('no-such-type', `${list.name} does not rent out ${typeId} on demand.`, 'Choose a type with such a price.');
  const { vcpus, ecu, memoryMib, diskGib, pricePerHour } = offer;
  return {
    ...what,
    provider: list.id,
    flavour: list.flavour,
    type: typeId,
    region: list.region,
    state: 'ordered',
    reason: '',
    rentedAt: at,
    readyAt: null,
    endedAt: null,
    pricePerHour,
    currency: list.currency,
    vcpus,
    ecu,
    cores: coresOf(list, type),
    memoryMib,
    diskGib,
    capacity: null,
    tags: what.tags ?? [],
    note: '',
    restarts: 0,
  };
}
