/** What counts as an instance type in an AWS offer file, whichever of its two forms it comes in. */
import type { Price } from '../catalogue.ts';
import { coresOf, fromFile, type Gatherer } from './intake.ts';
import { diskGb, networkMbps, numberIn, priceText } from './values.ts';

/** The attributes that are read, under one name for both forms. */
export interface Product {
  readonly instanceType: string;
  readonly family: string;
  readonly region: readonly string[];
  readonly operatingSystem: string;
  readonly tenancy: string;
  readonly software: string;
  readonly capacity: string;
  readonly vcpu: string;
  readonly memory: string;
  readonly ecu: string;
  readonly storage: string;
  readonly network: string;
}

/** Where the list prints no ECU (types since 2019), 3.25 for each vCPU, as in m4.large: 6.5 ECU on two. */
export const ECU_PER_VCPU = 3.25;

/** Linux without extra software, shared hardware, used capacity: what is compared with a machine of one's own. */
export function wanted(product: Product, region: string): boolean {
  return (
    product.instanceType !== '' &&
    product.region.includes(region) &&
    product.operatingSystem === 'Linux' &&
    product.tenancy === 'Shared' &&
    (product.software === 'NA' || product.software === '') &&
    (product.capacity === 'Used' || product.capacity === '')
  );
}

/** Adds the type; false if it was rejected. */
export function addProduct(gatherer: Gatherer, line: number, product: Product): boolean {
  const threads = numberIn(product.vcpu) ?? Number.NaN;
  const disk = diskGb(product.storage);
  if (disk === undefined) {
    gatherer.reject(line, `${product.instanceType}: storage is not readable: ${product.storage}`);
    return false;
  }
  return gatherer.type(line, {
    id: product.instanceType,
    title: product.instanceType,
    family: product.family || 'Other',
    cpu: { units: numberIn(product.ecu) ?? threads * ECU_PER_VCPU, threads, cores: coresOf(threads) },
    memoryGb: numberIn(product.memory) ?? Number.NaN,
    diskGb: disk,
    networkMbps: networkMbps(product.network),
  });
}

/** One row of a price: hourly, or the one-time part of a reserved offer. */
export interface Rate {
  readonly unit: string;
  readonly price: string;
}

/** The parts of one offer, put together; a sentence if they make no price. */
export function priceOfOffer(
  term: 'OnDemand' | 'Reserved',
  rates: readonly Rate[],
  lease: { years: string; option: string; class: string },
): Price | string {
  const hourly = rates.filter((it) => /^hrs?$/i.test(it.unit));
  const once = rates.filter((it) => /^quantity$/i.test(it.unit));
  if (hourly.length > 1) return 'several hourly prices in one offer';
  const perHour = hourly[0] === undefined ? (once.length > 0 ? '0' : undefined) : priceText(hourly[0].price);
  if (perHour === undefined)
    return hourly[0] === undefined ? 'no hourly price' : `price is not a decimal: ${hourly[0].price || '(empty)'}`;
  if (term === 'OnDemand') return { model: 'on-demand', perHour, ...fromFile };
  const upfront = once[0] === undefined ? '0' : priceText(once[0].price);
  const termYears = /^(\d+)\s*y/i.exec(lease.years)?.[1];
  if (upfront === undefined) return `upfront price is not a decimal: ${once[0]?.price}`;
  if (termYears === undefined) return `lease length is not in years: ${lease.years || '(empty)'}`;
  const option = `${lease.option || 'No Upfront'} ${lease.class}`.trim().toLowerCase().replaceAll(' ', '-');
  return { model: 'reserved', termYears: Number(termYears), option, upfront, perHour, billedAlways: true, ...fromFile };
}
