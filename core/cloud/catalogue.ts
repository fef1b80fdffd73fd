/** A provider's price list: types, capacities and prices as data, every figure with its source and date. */
import * as z from 'zod';
import { Refusal } from '../base/refusal.ts';
import type { Source } from './figure.ts';
import { parseDecimal, type Rational } from './rational.ts';
import { checked, parsedJson } from './refuse.ts';

/** Money and rates are decimal strings: a price list is copied exactly or not at all. */
const decimal = z
  .string()
  .refine((text) => (parseDecimal(text)?.n ?? -1n) >= 0n, 'must be a decimal that is not negative, such as "0.085"');
const isoDate = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date such as 2012-04-10');
const source = z.strictObject({
  title: z.string().min(1),
  date: isoDate,
  confidence: z.enum(['read', 'derived', 'memory', 'measured', 'assumed', 'user']),
  where: z.string().optional(),
  note: z.string().optional(),
});
const sourced = { source: z.string().min(1) };
/** Prices and interruptions beyond this are mistakes of unit, not offers. */
const quantity = z.number().finite().positive().max(1e9);
const amount = z.number().finite().nonnegative().max(1e9);

const onDemand = z.strictObject({ model: z.literal('on-demand'), perHour: decimal, ...sourced });
const reserved = z.strictObject({
  model: z.literal('reserved'),
  termYears: z.number().int().min(1).max(10),
  option: z.string().min(1),
  upfront: decimal,
  perHour: decimal,
  /** The hourly rate is due for every hour of the term, used or not. */
  billedAlways: z.boolean().optional(),
  ...sourced,
});
const spot = z.strictObject({
  model: z.literal('spot'),
  perHour: decimal,
  interruptionsPerMonth: z.number().min(0).max(1000).optional(),
  ...sourced,
});
const price = z.discriminatedUnion('model', [onDemand, reserved, spot]);

export const instanceTypeSchema = z.strictObject({
  id: z.string().min(1).max(80),
  title: z.string().min(1),
  family: z.string().min(1),
  cpu: z.strictObject({ units: quantity, threads: z.number().int().min(1).max(4096), cores: z.number().int().min(1).max(4096) }),
  memoryGb: quantity,
  /** What comes with the instance; 0 if disks are bought apart. */
  diskGb: amount,
  /** Null where the provider prints no number. */
  networkMbps: quantity.nullable(),
  ...sourced,
  prices: z.array(price).min(1),
});

export const catalogueSchema = z.strictObject({
  format: z.literal('blanket-catalogue/1'),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'must be small letters, digits and dashes'),
  name: z.string().min(1),
  flavour: z.enum(['xen', 'kvm']),
  region: z.string().min(1),
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be a three-letter currency code'),
  date: isoDate,
  note: z.string().optional(),
  billing: z.strictObject({
    /** A started period of this length is charged whole. */
    perSeconds: z.number().int().min(1).max(86_400),
    minimumSeconds: z.number().int().min(0).max(86_400),
    hoursPerMonth: z.number().positive().max(744),
    ...sourced,
  }),
  cpu: z.strictObject({
    unit: z.string().min(1),
    /** To compare lists that use different units. */
    ecuPerUnit: quantity,
    /** What a core does with all its threads busy, as a multiple of what it does with one. */
    smtYield: z.number().min(1).max(8),
    ...sourced,
  }),
  storage: z.strictObject({ perGbMonth: decimal, ...sourced }),
  egress: z.strictObject({ perGb: decimal, ...sourced }),
  sources: z.record(z.string(), source),
  types: z.array(instanceTypeSchema),
});

export type Catalogue = z.output<typeof catalogueSchema>;
export type InstanceType = z.output<typeof instanceTypeSchema>;
export type Price = z.output<typeof price>;
export type PriceModel = Price['model'];

const WHAT = {
  code: 'catalogue-invalid',
  noun: 'The price list',
  remedy: 'Compare it with docs/planner.md, section Catalogues, and correct the named field.',
};

/** Checks what was read from a file: the schema, that every source is listed, that ids are unique, that cores fit threads. */
export function asCatalogue(input: unknown): Catalogue {
  const catalogue = checked(catalogueSchema, input, WHAT);
  const keys = [
    catalogue.billing,
    catalogue.cpu,
    catalogue.storage,
    catalogue.egress,
    ...catalogue.types,
    ...catalogue.types.flatMap((t) => t.prices),
  ];
  const unlisted = keys.find((it) => !Object.hasOwn(catalogue.sources, it.source));
  if (unlisted !== undefined)
    throw new Refusal(WHAT.code, `The price list names a source it does not list: ${unlisted.source}.`, WHAT.remedy);
  const seen = new Set<string>();
  for (const { id, cpu } of catalogue.types) {
    if (seen.has(id)) throw new Refusal(WHAT.code, `The price list has two types called ${id}.`, 'Keep one of the two.');
    if (cpu.cores > cpu.threads) throw new Refusal(WHAT.code, `Type ${id} has more cores than threads.`, WHAT.remedy);
    seen.add(id);
  }
  return catalogue;
}

/** Reads a catalogue file. */
export const parseCatalogue = (text: string): Catalogue => asCatalogue(parsedJson(text, WHAT));

/** The type of that name, or a refusal that names the nearest ones. */
export function typeOf(catalogue: Catalogue, id: string): InstanceType {
  const found = catalogue.types.find((type) => type.id === id);
  if (found !== undefined) return found;
  const family = id.split(/[.-]/)[0] ?? '';
  const near = catalogue.types.filter((type) => type.id.startsWith(family)).slice(0, 6);
  const names = (near.length > 0 ? near : catalogue.types.slice(0, 6)).map((type) => type.id).join(', ');
  throw new Refusal(
    'no-such-type',
    `${catalogue.name} has no type ${id || '(empty)'}.`,
    `Choose one of its types, such as ${names}.`,
  );
}

/** How the CPUs of a type share cores, and what a core does with all its threads busy, as a multiple of what it does with one. */
export const coresOf = (catalogue: Catalogue, { cpu }: InstanceType): { count: number; yield: number } => ({
  count: cpu.cores,
  yield: catalogue.cpu.smtYield,
});

export const sourceOf = (catalogue: Catalogue, key: string): Source => {
  const found = catalogue.sources[key];
  if (found === undefined) throw new Refusal(WHAT.code, `The price list names a source it does not list: ${key}.`, WHAT.remedy);
  return found;
};

/** A decimal of a checked catalogue as a fraction. */
export const money = (text: string): Rational => {
  const value = parseDecimal(text);
  if (value === undefined) throw new Refusal(WHAT.code, `${text} is not a decimal.`, WHAT.remedy);
  return value;
};
