/**
 * Imports the AWS price-list offer file in JSON. Its products come before its terms, so one pass in bounded memory will do:
 * what is kept is one short record for each wanted product.
 */
import { Refusal } from '../../base/refusal.ts';
import { addProduct, ECU_PER_VCPU, type Product, priceOfOffer, type Rate, wanted } from './aws-product.ts';
import type { Chunks } from './csv.ts';
import { type About, Gatherer, type Intake, type Progress } from './intake.ts';
import { JsonParts, type Part, type Policy } from './json-parts.ts';

const TERMS = ['OnDemand', 'Reserved'] as const;

const policy: Policy = (path) => {
  const [top = '', second = ''] = path;
  if (path.length === 0) return 'enter';
  if (path.length === 1)
    return top === 'products' || top === 'terms'
      ? 'enter'
      : top === 'publicationDate' || top === 'formatVersion'
        ? 'whole'
        : 'skip';
  if (path.length === 2) return top === 'products' ? 'whole' : TERMS.some((it) => it === second) ? 'enter' : 'skip';
  return 'whole';
};

type Bag = { readonly [key: string]: unknown };
const bag = (value: unknown): Bag => (typeof value === 'object' && value !== null ? (value as Bag) : {});
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** JSON of one entry, or the reason why it is none. */
function parsed(part: Part): { value: unknown } | { reason: string } {
  try {
    return { value: JSON.parse(part.text) };
  } catch (error) {
    return { reason: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function productOf(value: unknown): Product {
  const attributes = bag(bag(value).attributes);
  const it = (name: string): string => text(attributes[name]);
  return {
    instanceType: it('instanceType'),
    family: it('instanceFamily'),
    region: [it('location'), it('regionCode')],
    operatingSystem: it('operatingSystem'),
    tenancy: it('tenancy'),
    software: it('preInstalledSw'),
    capacity: it('capacitystatus'),
    vcpu: it('vcpu'),
    memory: it('memory'),
    ecu: it('ecu'),
    storage: it('storage'),
    network: it('networkPerformance'),
  };
}

class Reader {
  readonly gatherer = new Gatherer();
  readonly #region: string;
  readonly #typeOfSku = new Map<string, string>();
  #products = false;
  currency = '';
  date = '';

  constructor(region: string) {
    this.#region = region;
  }

  take(part: Part): void {
    const [top, second, sku = ''] = part.path;
    const result = parsed(part);
    if (top === 'products') this.#products = true;
    else if (top === 'publicationDate') this.date = 'value' in result ? text(result.value).slice(0, 10) : '';
    if (top !== 'products' && top !== 'terms') return;
    this.gatherer.entries += 1;
    if ('reason' in result) this.gatherer.reject(part.line, `${part.path.join('/')}: ${result.reason}`);
    else if (top === 'products') this.#product(part, result.value);
    else this.#offers(part, second === 'Reserved' ? 'Reserved' : 'OnDemand', { sku, value: result.value });
  }

  #product(part: Part, value: unknown): void {
    const product = productOf(value);
    if (!wanted(product, this.#region)) this.gatherer.passedOver += 1;
    else if (addProduct(this.gatherer, part.line, product)) this.#typeOfSku.set(part.path[1] ?? '', product.instanceType);
  }

  #offers(part: Part, term: 'OnDemand' | 'Reserved', { sku, value }: { sku: string; value: unknown }): void {
    if (!this.#products) {
      throw new Refusal(
        'prices-unreadable',
        `The terms come before the products (line ${part.line}).`,
        'Use the offer file as AWS publishes it; its products come first.',
      );
    }
    const id = this.#typeOfSku.get(sku);
    if (id === undefined) {
      this.gatherer.passedOver += 1;
      return;
    }
    for (const offer of Object.values(bag(value))) {
      const rates = this.#rates(bag(offer).priceDimensions);
      const lease = bag(bag(offer).termAttributes);
      const price = priceOfOffer(term, rates, {
        years: text(lease.LeaseContractLength),
        option: text(lease.PurchaseOption),
        class: text(lease.OfferingClass),
      });
      if (typeof price === 'string') this.gatherer.reject(part.line, `${id}: ${price}`);
      else this.gatherer.price(part.line, id, price);
    }
  }

  #rates(dimensions: unknown): Rate[] {
    return Object.values(bag(dimensions)).map((it) => {
      const [currency = '', price = ''] = Object.entries(bag(bag(it).pricePerUnit))[0] ?? [];
      if (this.currency === '') this.currency = currency;
      return { unit: text(bag(it).unit), price: currency === this.currency ? text(price) : '' };
    });
  }
}

/** Reads the whole stream, as {@link Gatherer.gather} does. */
export async function importAwsOfferJson(
  chunks: Chunks,
  about: About,
  onProgress?: (progress: Progress) => void,
): Promise<Intake> {
  const parts = new JsonParts(policy);
  const reader = new Reader(about.region);
  const { gatherer } = reader;
  await gatherer.gather(chunks, onProgress, (chunk) => {
    for (const part of parts.read(chunk)) reader.take(part);
  });
  parts.end();
  const date = /^\d{4}-\d{2}-\d{2}$/.test(reader.date) ? reader.date : about.date;
  const source = {
    title: `AWS price-list offer file, JSON; ${ECU_PER_VCPU} ECU per vCPU where it prints none`,
    date,
    confidence: 'read' as const,
  };
  return gatherer.finish(about, source, { unit: 'ECU', ecuPerUnit: 1 }, reader.currency || 'USD');
}
