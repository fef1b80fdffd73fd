/** The subject `network`: a file of 100 MiB between guests of one instance, and to a guest of another. */
import { networkJourney } from '../fleet/network.ts';
import type { Case, Subject } from './subject.ts';

const MIB = 100;

const cases: readonly Case[] = [
  {
    name: `${MIB} MiB by wget from a guest to its neighbour and to a guest in another instance, sums compared`,
    contestants: [{ name: 'blanket', run: () => networkJourney(MIB) }],
    notes: ['MiB a second of virtual time. Before, each pings the server and exchanges a line with it by nc.'],
  },
];

export const network: Subject = { summary: 'guests reach each other, in one instance and in two', cases: () => cases };
