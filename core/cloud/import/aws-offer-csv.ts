/**
 * Imports the AWS price-list offer file in CSV: five lines about the file, a header, then one line for each rate. A reserved
 * offer has its hourly and its one-time part on two lines, which need not be neighbours: they are joined by their offer.
 */
import { Refusal } from '../../base/refusal.ts';
import { addProduct, ECU_PER_VCPU, type Product, priceOfOffer, type Rate, wanted } from './aws-product.ts';
import { type Chunks, CsvReader, type Record } from './csv.ts';
import { type About, Gatherer, type Intake, type Progress } from './intake.ts';

const NEEDED = [
  'SKU',
  'TermType',
  'Unit',
  'PricePerUnit',
  'Currency',
  'Instance Type',
  'vCPU',
  'Memory',
  'Operating System',
  'Tenancy',
] as const;
/** The header is looked for in the first lines only; a file without it is another kind of file. */
const HEADER_WITHIN = 20;

interface Offer {
  readonly id: string;
  readonly line: number;
  readonly term: 'OnDemand' | 'Reserved';
  readonly lease: { readonly years: string; readonly option: string; readonly class: string };
  readonly rates: Rate[];
}

class Reader {
  readonly gatherer = new Gatherer();
  readonly #region: string;
  readonly #columns = new Map<string, number>();
  readonly #offers = new Map<string, Offer>();
  currency = '';
  date = '';

  constructor(region: string) {
    this.#region = region;
  }

  take(record: Record): void {
    if (this.#columns.size === 0) this.#preamble(record);
    else this.#rate(record);
  }

  #preamble(record: Record): void {
    const first = record.fields[0]?.replace(/^\ufeff/, '');
    if (first === 'Publication Date') this.date = (record.fields[1] ?? '').slice(0, 10);
    if (first === 'SKU') {
      for (const [index, name] of record.fields.entries()) this.#columns.set(name.replace(/^\ufeff/, ''), index);
      const missing = NEEDED.filter((name) => !this.#columns.has(name));
      if (missing.length > 0)
        throw new Refusal(
          'prices-unreadable',
          `The header on line ${record.line} lacks ${missing.join(', ')}.`,
          'Use the offer file of AmazonEC2.',
        );
    } else if (record.line > HEADER_WITHIN) {
      throw new Refusal(
        'prices-unreadable',
        `There is no header that begins with SKU in the first ${HEADER_WITHIN} lines.`,
        'Use the offer file as AWS publishes it.',
      );
    }
  }

  #rate(record: Record): void {
    this.gatherer.entries += 1;
    const cell = (name: string): string => record.fields[this.#columns.get(name) ?? -1] ?? '';
    if (record.fields.length < this.#columns.size) {
      this.gatherer.reject(record.line, `${record.fields.length} fields where the header has ${this.#columns.size}`);
      return;
    }
    const product = productOf(cell);
    const term = cell('TermType');
    if (!wanted(product, this.#region) || (term !== 'OnDemand' && term !== 'Reserved')) {
      this.gatherer.passedOver += 1;
      return;
    }
    if (this.currency === '') this.currency = cell('Currency');
    if (cell('Currency') !== this.currency) {
      this.gatherer.reject(record.line, `${product.instanceType}: ${cell('Currency')} in a list of ${this.currency}`);
      return;
    }
    if (!addProduct(this.gatherer, record.line, product)) return;
    const key = `${cell('SKU')}.${cell('OfferTermCode')}.${term}`;
    const lease = { years: cell('LeaseContractLength'), option: cell('PurchaseOption'), class: cell('OfferingClass') };
    const offer = this.#offers.get(key) ?? { id: product.instanceType, line: record.line, term, lease, rates: [] };
    offer.rates.push({ unit: cell('Unit'), price: cell('PricePerUnit') });
    this.#offers.set(key, offer);
  }

  /** Joins the lines of each offer; only after the last line. */
  join(): void {
    if (this.#columns.size === 0)
      throw new Refusal(
        'prices-unreadable',
        'The file ends before a header that begins with SKU.',
        'Use the offer file as AWS publishes it.',
      );
    for (const { id, line, term, lease, rates } of this.#offers.values()) {
      const price = priceOfOffer(term, rates, lease);
      if (typeof price === 'string') this.gatherer.reject(line, `${id}: ${price}`);
      else this.gatherer.price(line, id, price);
    }
  }
}

function productOf(cell: (name: string) => string): Product {
  return {
    instanceType: cell('Instance Type'),
    family: cell('Instance Family'),
    region: [cell('Location'), cell('Region Code')],
    operatingSystem: cell('Operating System'),
    tenancy: cell('Tenancy'),
    software: cell('Pre Installed S/W'),
    capacity: cell('CapacityStatus'),
    vcpu: cell('vCPU'),
    memory: cell('Memory'),
    ecu: cell('ECU'),
    storage: cell('Storage'),
    network: cell('Network Performance'),
  };
}

/** Reads the whole stream, as {@link Gatherer.gather} does. */
export async function importAwsOfferCsv(
  chunks: Chunks,
  about: About,
  onProgress?: (progress: Progress) => void,
): Promise<Intake> {
  const csv = new CsvReader();
  const reader = new Reader(about.region);
  const { gatherer } = reader;
  await gatherer.gather(chunks, onProgress, (chunk) => {
    for (const record of csv.read(chunk)) reader.take(record);
  });
  for (const record of csv.end()) reader.take(record);
  reader.join();
  const date = /^\d{4}-\d{2}-\d{2}$/.test(reader.date) ? reader.date : about.date;
  const source = {
    title: `AWS price-list offer file, CSV; ${ECU_PER_VCPU} ECU per vCPU where it prints none`,
    date,
    confidence: 'read' as const,
  };
  return gatherer.finish(about, source, { unit: 'ECU', ecuPerUnit: 1 }, reader.currency || 'USD');
}
