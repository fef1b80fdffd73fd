/** Imports instances.json of ec2instances.info: an array of types, each with prices by region and operating system. */
import * as z from 'zod';
import type { Price } from '../catalogue.ts';
import { ECU_PER_VCPU } from './aws-product.ts';
import type { Chunks } from './csv.ts';
import { type About, coresOf, fromFile, Gatherer, type Intake, type Progress } from './intake.ts';
import { JsonParts, type Part } from './json-parts.ts';
import { networkMbps, priceText } from './values.ts';

/** Only what is read; the site adds fields from time to time. Older files print the price itself in place of the record. */
const entry = z.object({
  instance_type: z.string().min(1),
  pretty_name: z.string().optional(),
  family: z.string().optional(),
  vCPU: z.number(),
  ECU: z.union([z.number(), z.string()]).optional(),
  base_performance: z.number().nullish(),
  memory: z.number(),
  storage: z.object({ devices: z.number(), size: z.number() }).nullish(),
  network_performance: z.string().nullish(),
  pricing: z.record(z.string(), z.record(z.string(), z.unknown())),
});

const linuxPrice = z.object({
  ondemand: z.union([z.string(), z.number()]).optional(),
  reserved: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  spot_avg: z.union([z.string(), z.number()]).optional(),
  pct_interrupt: z.string().nullish(),
});

type Entry = z.output<typeof entry>;

/** ECU as printed; a burstable type's baseline; 3.25 for each vCPU where the list prints neither. */
function unitsOf(it: Entry): number {
  if (typeof it.ECU === 'number' && it.ECU > 0) return it.ECU;
  const base = it.base_performance;
  return (typeof base === 'number' && base > 0 ? Math.min(base, it.vCPU) : it.vCPU) * ECU_PER_VCPU;
}

/** "<5%", "5-10%", ">20%" → the upper end of the band, 0.3 for the open one; undefined for words that are none. */
function interruptions(text: string | null | undefined): number | undefined {
  if (text?.startsWith('>')) return 0.3;
  const end = /(\d+)%$/.exec(text ?? '')?.[1];
  return end === undefined ? undefined : Number(end) / 100;
}

/** yrTerm1Standard.noUpfront → one year, nothing upfront; the site prints effective hourly rates, so others are passed over. */
const RESERVED = /^yrTerm(\d)Standard\.noUpfront$/;

function pricesOf(raw: unknown): Price[] {
  const plain = priceText(raw);
  if (plain !== undefined) return [{ model: 'on-demand', perHour: plain, ...fromFile }];
  const result = linuxPrice.safeParse(raw);
  if (!result.success) return [];
  const prices: Price[] = [];
  const { ondemand, reserved = {}, spot_avg, pct_interrupt } = result.data;
  const perHour = priceText(ondemand);
  if (perHour !== undefined) prices.push({ model: 'on-demand', perHour, ...fromFile });
  for (const [key, value] of Object.entries(reserved)) {
    const years = RESERVED.exec(key)?.[1];
    const rate = priceText(value);
    if (years !== undefined && rate !== undefined) {
      prices.push({
        model: 'reserved',
        termYears: Number(years),
        option: 'no-upfront',
        upfront: '0',
        perHour: rate,
        billedAlways: true,
        ...fromFile,
      });
    }
  }
  const average = priceText(spot_avg);
  const rate = interruptions(pct_interrupt);
  if (average !== undefined)
    prices.push({ model: 'spot', perHour: average, ...(rate === undefined ? {} : { interruptionsPerMonth: rate }), ...fromFile });
  return prices;
}

function take(gatherer: Gatherer, part: Part, region: string): void {
  gatherer.entries += 1;
  let value: unknown;
  try {
    value = JSON.parse(part.text);
  } catch (error) {
    gatherer.reject(part.line, `entry ${part.path[0]}: not JSON: ${error instanceof Error ? error.message : String(error)}`);
    return;
  }
  const result = entry.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    gatherer.reject(part.line, `entry ${part.path[0]}: ${issue?.path.map(String).join('.')} ${issue?.message}`);
    return;
  }
  const it = result.data;
  const linux = it.pricing[region]?.linux;
  if (linux === undefined) {
    gatherer.passedOver += 1;
    return;
  }
  const prices = pricesOf(linux);
  if (prices.length === 0) {
    gatherer.reject(part.line, `${it.instance_type}: no readable Linux price in ${region}`);
    return;
  }
  const accepted = gatherer.type(part.line, {
    id: it.instance_type,
    title: it.pretty_name ?? it.instance_type,
    family: it.family ?? 'Other',
    cpu: { units: unitsOf(it), threads: it.vCPU, cores: coresOf(it.vCPU) },
    memoryGb: it.memory,
    diskGb: it.storage ? it.storage.devices * it.storage.size : 0,
    networkMbps: networkMbps(it.network_performance ?? ''),
  });
  if (accepted) for (const price of prices) gatherer.price(part.line, it.instance_type, price);
}

/** Reads the whole stream, as {@link Gatherer.gather} does. */
export async function importEc2Instances(
  chunks: Chunks,
  about: About,
  onProgress?: (progress: Progress) => void,
): Promise<Intake> {
  const parts = new JsonParts((path) => (path.length === 0 ? 'enter' : 'whole'));
  const gatherer = new Gatherer();
  await gatherer.gather(chunks, onProgress, (chunk) => {
    for (const part of parts.read(chunk)) take(gatherer, part, about.region);
  });
  parts.end();
  const source = { title: 'ec2instances.info, instances.json', date: about.date, confidence: 'read' as const };
  return gatherer.finish(about, source, { unit: 'ECU', ecuPerUnit: 1 }, 'USD');
}
