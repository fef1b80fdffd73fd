/** Small price lists in every format that can be imported, each with one type and something that cannot be used. */
import { csvOffer, offerCsv, offerJson, onDemand, product } from '../core/cloud/testing/aws-offers.ts';

export interface PriceFile {
  readonly file: string;
  readonly text: string;
  /** As the report names it. */
  readonly format: string;
  readonly type: string;
  /** A fortieth of its price, as the planner shows it for forty machines. */
  readonly each: string;
  /** What is said of the part that cannot be used. */
  readonly refused: RegExp;
}

export const PRICE_FILES: readonly PriceFile[] = [
  {
    file: 'own list.csv',
    text: 'type,cpu_units,threads,memory_gb,model,price_per_hour\nbig,16,16,64,on-demand,0.8\nbroken,1,1,much,on-demand,0.1\n',
    format: 'own price list, CSV',
    type: 'big',
    each: '$0.0200',
    refused: /memoryGb/,
  },
  {
    file: 'offer.json',
    text: offerJson(
      [product('A', 'm4.large'), product('B', 'm4.odd', { vcpu: 'several' })],
      [onDemand('A', '0.1000000000'), onDemand('B', '0.1')],
    ),
    format: 'AWS price-list offer file, JSON',
    type: 'm4.large',
    each: '$0.0025',
    refused: /m4\.odd/,
  },
  {
    file: 'offer.csv',
    text: offerCsv([csvOffer('J1', 'Hrs', '0.1'), csvOffer('J2', 'Hrs', 'free', 'm4.odd')]),
    format: 'AWS price-list offer file, CSV',
    type: 'm4.large',
    each: '$0.0025',
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
    each: '$0.0025',
    refused: /entry 1: vCPU/,
  },
];
