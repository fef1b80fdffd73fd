/** Offer files of AWS, as small as a test needs them. */

const ATTRIBUTES = {
  instanceType: 'm4.large',
  instanceFamily: 'General purpose',
  location: 'US East (N. Virginia)',
  regionCode: 'us-east-1',
  operatingSystem: 'Linux',
  tenancy: 'Shared',
  preInstalledSw: 'NA',
  capacitystatus: 'Used',
  vcpu: '2',
  memory: '8 GiB',
  ecu: '6.5',
  storage: 'EBS only',
  networkPerformance: 'Up to 10 Gigabit',
};

/** A key of the file and what stands under it. */
export type Entry = [key: string, value: object];

/** @param more attributes that differ */
export const product = (sku: string, instanceType: string, more: object = {}): Entry => [
  sku,
  { sku, productFamily: 'Compute Instance', attributes: { ...ATTRIBUTES, instanceType, ...more } },
];

export const onDemand = (sku: string, usd: string): Entry => [
  sku,
  { [`${sku}.JRTCKXETXF`]: { sku, termAttributes: {}, priceDimensions: { a: { unit: 'Hrs', pricePerUnit: { USD: usd } } } } },
];

export const offerJson = (products: readonly Entry[], terms: readonly Entry[], reserved: readonly Entry[] = []): string =>
  JSON.stringify(
    {
      formatVersion: 'v1.0',
      disclaimer: 'a "quoted \\ word"',
      offerCode: 'AmazonEC2',
      publicationDate: '2026-10-01T00:00:00Z',
      products: Object.fromEntries(products),
      terms: { OnDemand: Object.fromEntries(terms), Reserved: Object.fromEntries(reserved) },
    },
    null,
    1,
  );

const CSV_HEADER =
  'SKU,OfferTermCode,RateCode,TermType,PriceDescription,EffectiveDate,Unit,PricePerUnit,Currency,LeaseContractLength,PurchaseOption,OfferingClass,Product Family,Location,Region Code,Instance Type,Instance Family,vCPU,Memory,ECU,Storage,Network Performance,Tenancy,Operating System,Pre Installed S/W,CapacityStatus';

/** One line of the CSV; a term whose code begins with J is on demand, any other is for three years. */
export const csvOffer = (term: string, unit: string, price: string, type = 'm4.large'): string =>
  `A1,${term},R,${term.startsWith('J') ? 'OnDemand' : 'Reserved'},"$${price}, per ""hour""",2026-10-01,${unit},${price},USD,${term.startsWith('J') ? ',,' : '3yr,All Upfront,standard'},Compute Instance,US East (N. Virginia),us-east-1,${type},General purpose,2,8 GiB,6.5,2 x 80 SSD,10 Gigabit,Shared,Linux,NA,Used`;

export const offerCsv = (lines: readonly string[]): string =>
  `"FormatVersion","v1.0"\n"Disclaimer","prices, ""as is"""\n"Publication Date","2026-10-01T00:00:00Z"\n"Version","1"\n"OfferCode","AmazonEC2"\n${[CSV_HEADER, ...lines].map((line) => `${line}\n`).join('')}`;
