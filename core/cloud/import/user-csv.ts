/** Imports a person's own price list: CSV with the header below, one line for each price of each type. */
import { Refusal } from '../../base/refusal.ts';
import type { Price } from '../catalogue.ts';
import { type Chunks, CsvReader, type Record } from './csv.ts';
import { type About, fromFile, Gatherer, type Intake, type Progress } from './intake.ts';
import { numberIn, priceText } from './values.ts';

/** Columns that must be there; any order, further columns are ignored. */
export const REQUIRED_COLUMNS = ['type', 'cpu_units', 'threads', 'memory_gb', 'model', 'price_per_hour'] as const;
/** Columns that may be there, with what is taken if they are not. */
export const OPTIONAL_COLUMNS = {
  title: 'the type',
  family: 'Imported',
  cores: 'half the threads',
  disk_gb: '0',
  network_mbps: 'unknown',
  upfront: '0',
  term_years: '1',
  option: 'standard',
  interruptions_per_month: 'unknown',
  cpu_unit: 'vCPU',
  ecu_per_unit: '1',
  currency: 'USD',
} as const;

type Columns = Readonly<{ [name: string]: number | undefined }>;

function columnsOf(header: Record): Columns {
  const columns: { [name: string]: number } = {};
  header.fields.forEach((field, index) => {
    columns[
      field
        .replace(/^\ufeff/, '')
        .trim()
        .toLowerCase()
        .replaceAll(' ', '_')
    ] = index;
  });
  const missing = REQUIRED_COLUMNS.filter((name) => columns[name] === undefined);
  if (missing.length > 0) {
    throw new Refusal(
      'prices-unreadable',
      `The header lacks ${missing.join(', ')}.`,
      `The first line must name the columns: ${REQUIRED_COLUMNS.join(',')}.`,
    );
  }
  return columns;
}

/** A cell that is a number, null if empty, NaN if it is something else. */
const numeric = (text: string): number | null =>
  text.trim() === '' ? null : /^[\d.,]+$/.test(text.trim()) ? (numberIn(text) ?? Number.NaN) : Number.NaN;

class Reader {
  readonly gatherer = new Gatherer();
  #columns: Columns | undefined;
  unit = 'vCPU';
  ecuPerUnit = 1;
  currency = '';

  take(record: Record): void {
    if (this.#columns === undefined) {
      this.#columns = columnsOf(record);
      return;
    }
    this.gatherer.entries += 1;
    const columns = this.#columns;
    const cell = (name: string): string => record.fields[columns[name] ?? -1]?.trim() ?? '';
    const id = cell('type');
    if (id === '') {
      this.gatherer.reject(record.line, 'no type');
      return;
    }
    const threads = numeric(cell('threads')) ?? Number.NaN;
    const accepted = this.gatherer.type(record.line, {
      id,
      title: cell('title') || id,
      family: cell('family') || 'Imported',
      cpu: {
        units: numeric(cell('cpu_units')) ?? Number.NaN,
        threads,
        cores: numeric(cell('cores')) ?? Math.max(1, Math.floor(threads / 2)),
      },
      memoryGb: numeric(cell('memory_gb')) ?? Number.NaN,
      diskGb: numeric(cell('disk_gb')) ?? 0,
      networkMbps: numeric(cell('network_mbps')),
    });
    if (!accepted) return;
    this.#price(record.line, id, cell);
  }

  #price(line: number, id: string, cell: (name: string) => string): void {
    const currency = cell('currency') || 'USD';
    if (this.currency === '') {
      this.currency = currency;
      this.unit = cell('cpu_unit') || 'vCPU';
      this.ecuPerUnit = numeric(cell('ecu_per_unit')) ?? 1;
    }
    if (currency !== this.currency) {
      this.gatherer.reject(line, `${id}: ${currency} in a list of ${this.currency}`);
      return;
    }
    const perHour = priceText(cell('price_per_hour'));
    if (perHour === undefined) {
      this.gatherer.reject(line, `${id}: price_per_hour is not a decimal: ${cell('price_per_hour') || '(empty)'}`);
      return;
    }
    const price = priceFrom(cell, perHour);
    if (typeof price === 'string') {
      this.gatherer.reject(line, `${id}: ${price}`);
      return;
    }
    this.gatherer.price(line, id, price);
  }
}

function priceFrom(cell: (name: string) => string, perHour: string): Price | string {
  const model = cell('model').toLowerCase();
  if (model === 'on-demand') return { model, perHour, ...fromFile };
  if (model === 'spot') {
    const rate = numeric(cell('interruptions_per_month'));
    if (Number.isNaN(rate)) return 'interruptions_per_month is not a number';
    return rate === null ? { model, perHour, ...fromFile } : { model, perHour, interruptionsPerMonth: rate, ...fromFile };
  }
  if (model !== 'reserved') return `model must be on-demand, reserved or spot, not ${cell('model') || '(empty)'}`;
  const upfront = priceText(cell('upfront') || '0');
  const termYears = numeric(cell('term_years')) ?? 1;
  if (upfront === undefined) return `upfront is not a decimal: ${cell('upfront')}`;
  return { model, termYears, option: cell('option') || 'standard', upfront, perHour, billedAlways: true, ...fromFile };
}

/** Reads the whole stream, as {@link Gatherer.gather} does. */
export async function importUserCsv(chunks: Chunks, about: About, onProgress?: (progress: Progress) => void): Promise<Intake> {
  const csv = new CsvReader();
  const reader = new Reader();
  const { gatherer } = reader;
  await gatherer.gather(chunks, onProgress, (chunk) => {
    for (const record of csv.read(chunk)) reader.take(record);
  });
  for (const record of csv.end()) reader.take(record);
  const source = { title: `Own price list: ${about.name}`, date: about.date, confidence: 'user' as const };
  return gatherer.finish(about, source, { unit: reader.unit, ecuPerUnit: reader.ecuPerUnit }, reader.currency || 'USD');
}
