/** Small price lists in every format that can be imported, each with one type and something that cannot be used. */

export interface PriceFile {
  readonly file: string;
  readonly text: string;
  /** As the report names it. */
  readonly format: string;
  readonly type: string;
  /** What is said of the part that cannot be used. */
  readonly refused: RegExp;
}

const attributes = {
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
  networkPerformance: 'Moderate',
};
const product = (sku: string, instanceType: string, vcpu: string): object => ({
  sku,
  productFamily: 'Compute Instance',
  attributes: { ...attributes, instanceType, vcpu },
});
const offer = (sku: string): object => ({
  [`${sku}.JRTCKXETXF`]: {
    sku,
    termAttributes: {},
    priceDimensions: { a: { unit: 'Hrs', pricePerUnit: { USD: '0.1000000000' } } },
  },
});

const CSV_HEAD = [
  'SKU',
  'TermType',
  'Unit',
  'PricePerUnit',
  'Currency',
  'LeaseContractLength',
  'PurchaseOption',
  'OfferingClass',
  'Product Family',
  'Location',
  'Region Code',
  'Instance Type',
  'Instance Family',
  'vCPU',
  'Memory',
  'Storage',
  'Network Performance',
  'Tenancy',
  'Operating System',
  'Pre Installed S/W',
  'CapacityStatus',
  'ECU',
] as const;
const csvRow = (sku: string, price: string, type: string): string =>
  [
    sku,
    'OnDemand',
    'Hrs',
    price,
    'USD',
    '',
    '',
    '',
    'Compute Instance',
    'US East (N. Virginia)',
    'us-east-1',
    type,
    'General purpose',
    '2',
    '8 GiB',
    'EBS only',
    'Moderate',
    'Shared',
    'Linux',
    'NA',
    'Used',
    '6.5',
  ]
    .map((it) => `"${it}"`)
    .join(',');

export const PRICE_FILES: readonly PriceFile[] = [
  {
    file: 'own list.csv',
    text: 'type,cpu_units,threads,memory_gb,model,price_per_hour\nbig,16,16,64,on-demand,0.8\nbroken,1,1,much,on-demand,0.1\n',
    format: 'own price list, CSV',
    type: 'big',
    refused: /memoryGb/,
  },
  {
    file: 'offer.json',
    text: JSON.stringify(
      {
        formatVersion: 'v1.0',
        offerCode: 'AmazonEC2',
        publicationDate: '2026-10-01T00:00:00Z',
        products: { A: product('A', 'm4.large', '2'), B: product('B', 'm4.odd', 'several') },
        terms: { OnDemand: { A: offer('A'), B: offer('B') }, Reserved: {} },
      },
      null,
      1,
    ),
    format: 'AWS price-list offer file, JSON',
    type: 'm4.large',
    refused: /m4\.odd/,
  },
  {
    file: 'offer.csv',
    text: `"FormatVersion","v1.0"\n"Publication Date","2026-10-01T00:00:00Z"\n"OfferCode","AmazonEC2"\n${CSV_HEAD.map((it) => `"${it}"`).join(',')}\n${csvRow('A', '0.1', 'm4.large')}\n${csvRow('B', 'free', 'm4.odd')}\n`,
    format: 'AWS price-list offer file, CSV',
    type: 'm4.large',
    refused: /m4\.odd|free/,
  },
  {
    file: 'instances.json',
    text: JSON.stringify([
      {
        instance_type: 'm4.large',
        family: 'General purpose',
        vCPU: 2,
        memory: 8,
        ECU: 6.5,
        network_performance: 'Moderate',
        pricing: { 'us-east-1': { linux: { ondemand: '0.1' } } },
      },
      { instance_type: 'm4.odd', vCPU: 'several', memory: 8, pricing: { 'us-east-1': { linux: { ondemand: '0.1' } } } },
    ]),
    format: 'ec2instances.info instances.json',
    type: 'm4.large',
    refused: /entry 1: vCPU/,
  },
];
