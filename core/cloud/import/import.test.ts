/** Importers: each format read as printed, bad rows listed with line and reason, any cutting of the stream alike, memory bounded. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvOffer, type Entry, offerCsv, offerJson, onDemand, product } from '../testing/aws-offers.ts';
import { CsvReader } from './csv.ts';
import { importPrices } from './detect.ts';
import type { About } from './intake.ts';
import { JsonParts } from './json-parts.ts';

const about: About = { id: 'mine', name: 'Mine', flavour: 'kvm', region: 'us-east-1', date: '2026-11-24' };

/** Cuts a text into chunks at the given places. */
const cut = (text: string, size: number): string[] =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, index) => text.slice(index * size, (index + 1) * size));

const USER = `type,cpu_units,threads,memory_gb,disk_gb,model,price_per_hour,upfront,term_years
"big, one",64,64,256,1000,on-demand,2.5,,
"big, one",64,64,256,1000,reserved,1.1,3000,3
small,1,1,2,20,on-demand,0.05,,
bad,1,1,nothing,20,on-demand,0.05,,
worse,1,1,2,20,on-demand,-3,,
small,1,1,2,20,on-demand,0.06,,
odd,1,1,2,20,rented,0.06,,
`;

describe('own CSV', () => {
  it('takes good rows and lists the others with line and reason', async () => {
    const intake = await importPrices(cut(USER, 7), about);
    expect(intake.format).toBe('user-csv');
    expect(intake.catalogue.types.map((type) => [type.id, type.prices.length])).toEqual([
      ['big, one', 2],
      ['small', 1],
    ]);
    expect(intake.rejected.map((it) => it.line)).toEqual([5, 6, 7, 8, 0, 0]);
    expect(intake.rejected[0]?.reason).toMatch(/memoryGb/);
    expect(intake.rejected[1]?.reason).toMatch(/price_per_hour is not a decimal: -3/);
    expect(intake.rejected[2]?.reason).toMatch(/second on-demand price/);
  });

  it.each([
    ['an empty file', '', /none of the price lists/],
    ['another kind of file', 'PK\u0003\u0004', /none of the price lists/],
    ['a header without memory', 'type,model,price_per_hour\n', /lacks cpu_units, threads, memory_gb/],
    ['no usable row', 'type,cpu_units,threads,memory_gb,model,price_per_hour\na,0,0,0,on-demand,1\n', /no usable instance type/],
    ['a quotation mark that is not closed', `${USER}"x`, /never closed/],
  ])('refuses %s', async (_name, text, message) => {
    await expect(importPrices([text], about)).rejects.toThrow(message);
  });
});

describe('AWS offer file, JSON', () => {
  const reserved: Entry = [
    'A1',
    {
      'A1.HU7G6KETJZ': {
        termAttributes: { LeaseContractLength: '1yr', OfferingClass: 'standard', PurchaseOption: 'Partial Upfront' },
        priceDimensions: {
          a: { unit: 'Hrs', pricePerUnit: { USD: '0.029' } },
          b: { unit: 'Quantity', pricePerUnit: { USD: '258' } },
        },
      },
    },
  ];
  const text = offerJson(
    [
      product('A1', 'm4.large'),
      product('B2', 'm4.large', { operatingSystem: 'Windows' }),
      product('C3', 'x9.huge', { memory: 'lots' }),
      product('D4', 'm4.xlarge', { regionCode: 'eu-west-1', location: '' }),
    ],
    [onDemand('A1', '0.1000000000'), onDemand('B2', '0.19'), onDemand('C3', '9')],
    [reserved],
  );

  it('joins products and terms, and passes over what is not wanted', async () => {
    for (const size of [1, 13, 1000, text.length]) {
      const intake = await importPrices(cut(text, size), about);
      expect(intake.format).toBe('aws-offer-json');
      expect(intake.catalogue.date).toBe('2026-10-01');
      expect(intake.catalogue.types.map((type) => type.id)).toEqual(['m4.large']);
      expect(intake.catalogue.types[0]?.prices).toMatchObject([
        { model: 'on-demand', perHour: '0.1000000000' },
        { model: 'reserved', termYears: 1, option: 'partial-upfront-standard', upfront: '258', perHour: '0.029' },
      ]);
      expect(intake.rejected).toHaveLength(1);
      expect(intake.rejected[0]?.reason).toMatch(/x9\.huge: memoryGb/);
      expect(text.split('\n')[(intake.rejected[0]?.line ?? 0) - 1]).toMatch(/"C3"/);
    }
  });

  it('goes on after a damaged entry, and refuses a file that is cut off', async () => {
    const damaged = text.replace('"x9.huge"', '"x9.huge');
    const broken = text.replace('"ecu": "6.5"', '"ecu": 6.5.5');
    await expect(importPrices([damaged], about)).rejects.toThrow(/line/);
    await expect(importPrices([text.slice(0, -40)], about)).rejects.toThrow(/ends in the middle/);
    await expect(importPrices([broken], about)).rejects.toThrow(/no usable instance type/);
  });

  it('reads hundreds of megabytes in bounded memory, with progress, and can be cancelled', async () => {
    let longest = 0;
    let calls = 0;
    const filler = product('Z', 't.small', { operatingSystem: 'SUSE', note: 'x'.repeat(600) })[1];
    function* big(megabytes: number): Generator<string> {
      yield '{"formatVersion":"v1.0","publicationDate":"2026-10-01T00:00:00Z","products":{';
      const block = Array.from({ length: 1000 }, (_, index) => `"S${index}":${JSON.stringify(filler)}`).join(',\n');
      for (let sent = 0; sent < megabytes * 1e6; sent += block.length) yield `${block},\n`;
      yield `"A1":${JSON.stringify(product('A1', 'm4.large')[1])}},"terms":{"OnDemand":{`;
      for (let sent = 0; sent < megabytes * 2e5; sent += 400_000)
        yield `${Array.from({ length: 2000 }, (_, index) => `"T${index}":${JSON.stringify(onDemand('T', '1')[1])}`).join(',')},`;
      yield `"A1":${JSON.stringify(onDemand('A1', '0.1')[1])}},"Reserved":{}}}`;
    }
    const intake = await importPrices(big(250), about, (progress) => {
      calls += 1;
      if (calls % 40 === 0) longest = Math.max(longest, process.memoryUsage().heapUsed);
      expect(progress.charactersRead).toBeGreaterThan(0);
    });
    expect(intake.catalogue.types.map((type) => type.id)).toEqual(['m4.large']);
    expect(intake.passedOver).toBeGreaterThan(100_000);
    expect(longest).toBeLessThan(400e6);
    const stop = importPrices(big(250), about, (progress) => {
      if (progress.charactersRead > 1e6) throw new Error('stopped');
    });
    await expect(stop).rejects.toThrow('stopped');
  });
});

describe('AWS offer file, CSV', () => {
  const text = offerCsv([
    csvOffer('H1', 'Quantity', '999'),
    csvOffer('J1', 'Hrs', '0.1'),
    csvOffer('H1', 'Hrs', '0'),
    'A1,J1',
    csvOffer('J2', 'Hrs', 'free', 'm4.free'),
  ]);

  it('finds the header, joins the two lines of a reserved offer, lists short lines', async () => {
    const intake = await importPrices(cut(text, 11), about);
    expect(intake.format).toBe('aws-offer-csv');
    expect(intake.catalogue.types).toHaveLength(1);
    expect(intake.catalogue.types[0]).toMatchObject({
      id: 'm4.large',
      diskGb: 160,
      networkMbps: 10_000,
      cpu: { units: 6.5, threads: 2, cores: 1 },
    });
    expect(intake.catalogue.types[0]?.prices.map((it) => it.model)).toEqual(['reserved', 'on-demand']);
    expect(intake.rejected.map((it) => it.line)).toEqual([10, 11, 0]);
  });
});

describe('ec2instances.info', () => {
  const one = (type: string, linux: object | string): object => ({
    instance_type: type,
    pretty_name: type,
    family: 'General',
    vCPU: 2,
    ECU: 'variable',
    base_performance: 0.4,
    memory: 4,
    storage: null,
    network_performance: 'Low',
    pricing: { 'us-east-1': { linux } },
  });
  const text = JSON.stringify(
    [
      one('t2.medium', {
        ondemand: '0.0464',
        reserved: { 'yrTerm1Standard.noUpfront': '0.029', 'yrTerm1Standard.allUpfront': '0.027' },
        spot_avg: '0.014',
        pct_interrupt: '5-10%',
      }),
      { instance_type: 'broken' },
      one('m1.small', '0.060'),
      one('far.away', {}),
    ],
    null,
    2,
  );

  it('reads new and old files and lists entries that lack fields', async () => {
    const intake = await importPrices(cut(text, 5), about);
    expect(intake.format).toBe('ec2-instances');
    expect(intake.catalogue.types.map((type) => type.prices.map((it) => it.model))).toEqual([
      ['on-demand', 'reserved', 'spot'],
      ['on-demand'],
    ]);
    expect(intake.catalogue.types[0]?.cpu.units).toBeCloseTo(1.3);
    expect(intake.catalogue.types[0]?.prices[2]).toMatchObject({ interruptionsPerMonth: 0.1 });
    expect(intake.rejected.map((it) => it.reason)).toEqual([
      expect.stringMatching(/entry 1: vCPU/),
      expect.stringMatching(/far\.away: no readable Linux price/),
    ]);
  });
});

describe('streams', () => {
  it('JSON parts are the same however the text is cut', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 6 }),
        fc.integer({ min: 1, max: 9 }),
        fc.option(fc.constant(2)),
        (value, size, space) => {
          const parts = new JsonParts((path) => (path.length === 0 ? 'enter' : 'whole'));
          const found: [string, unknown][] = [];
          for (const chunk of cut(JSON.stringify(value, null, space ?? undefined), size))
            for (const part of parts.read(chunk)) found.push([part.path[0] ?? '', JSON.parse(part.text)]);
          parts.end();
          expect(found).toEqual(Object.entries(JSON.parse(JSON.stringify(value))));
        },
      ),
      { seed: 335, numRuns: 400 },
    );
  });

  it('CSV records are the same however the text is cut', () => {
    const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ', 'ü') });
    fc.assert(
      fc.property(
        fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 9 }),
        (records, size) => {
          const text = records.map((fields) => fields.map((it) => `"${it.replaceAll('"', '""')}"`).join(',')).join('\r\n');
          const csv = new CsvReader();
          const found = cut(text, size).flatMap((chunk) => [...csv.read(chunk)]);
          expect([...found, ...csv.end()].map((it) => [...it.fields])).toEqual(records);
        },
      ),
      { seed: 4180, numRuns: 400 },
    );
  });
});
