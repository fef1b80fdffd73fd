/** The price lists that come with the program, as the window sees them. */
import ec2Old from '../../../assets/catalogues/ec2-2012.json' with { type: 'json' };
import ec2Xen from '../../../assets/catalogues/ec2-xen.json' with { type: 'json' };
import gceKvm from '../../../assets/catalogues/gce-kvm.json' with { type: 'json' };
import { asCatalogue, type Catalogue } from '../../../core/cloud/catalogue.ts';
import type { InstanceType, Provider } from '../../../core/contract/fleet.ts';

const MIB_PER_GB = 1_000_000_000 / 1_048_576;
const GIB_PER_GB = 1_000_000_000 / 1_073_741_824;

export const builtInLists = (): Catalogue[] => [ec2Old, ec2Xen, gceKvm].map(asCatalogue);

export function asProvider(list: Catalogue, rentable: boolean): Provider {
  const dated = list.types[0]?.prices[0]?.source;
  const source = dated === undefined ? undefined : list.sources[dated];
  return {
    id: list.id,
    name: list.name,
    flavour: list.flavour,
    region: list.region,
    currency: list.currency,
    source: source?.title ?? list.note ?? '',
    priceDate: list.date,
    billing: list.billing.perSeconds >= 3600 ? 'hour' : 'second',
    rentable,
  };
}

/** Types one can rent on demand; a type without such a price is for the planner only. */
export function asTypes(list: Catalogue): InstanceType[] {
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
        diskGib: Math.round(type.diskGb * GIB_PER_GB),
        networkMbit: type.networkMbps ?? 0,
        pricePerHour: Number(price.perHour),
      },
    ];
  });
}
