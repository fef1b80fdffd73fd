/** Tells from the first characters which kind of price list a file is, and imports it. */
import { Refusal } from '../../base/refusal.ts';
import { importAwsOfferCsv } from './aws-offer-csv.ts';
import { importAwsOfferJson } from './aws-offer-json.ts';
import type { Chunks } from './csv.ts';
import { importEc2Instances } from './ec2-instances.ts';
import type { About, Intake, Progress } from './intake.ts';
import { importUserCsv } from './user-csv.ts';

export const FORMATS = {
  'user-csv': 'own price list, CSV',
  'aws-offer-json': 'AWS price-list offer file, JSON',
  'aws-offer-csv': 'AWS price-list offer file, CSV',
  'ec2-instances': 'ec2instances.info instances.json',
} as const;

export type Format = keyof typeof FORMATS;

const IMPORTERS = {
  'user-csv': importUserCsv,
  'aws-offer-json': importAwsOfferJson,
  'aws-offer-csv': importAwsOfferCsv,
  'ec2-instances': importEc2Instances,
} as const;

/** From the beginning of the file, a thousand characters are plenty. */
function formatOf(start: string): Format {
  const text = start.replace(/^[\ufeff\s]+/, '');
  if (text.startsWith('[')) return 'ec2-instances';
  if (text.startsWith('{')) return 'aws-offer-json';
  if (/^"?(FormatVersion|SKU)"?,/.test(text)) return 'aws-offer-csv';
  const header = text.split(/\r?\n/, 1)[0]?.toLowerCase() ?? '';
  if (header.includes('type') && header.includes('price_per_hour')) return 'user-csv';
  throw new Refusal(
    'prices-unreadable',
    'The file is none of the price lists that can be imported.',
    `It must be one of: ${Object.values(FORMATS).join('; ')}.`,
  );
}

async function* after(first: string, rest: AsyncIterator<string> | Iterator<string>): AsyncGenerator<string> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** Imports a stream of any known format. The stream is read once and closed when the import ends or is refused. */
export async function importPrices(
  chunks: Chunks,
  about: About,
  onProgress?: (progress: Progress) => void,
): Promise<Intake & { format: Format }> {
  const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  let start = '';
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    start += next.value;
    if (start.length >= 4096) break;
  }
  try {
    const format = formatOf(start);
    return { ...(await IMPORTERS[format](after(start, iterator), about, onProgress)), format };
  } finally {
    await iterator.return?.();
  }
}

/** What a list from a file of this name is called. */
export const listIdFrom = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60) || 'imported';
