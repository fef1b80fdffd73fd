/** The subject `shares`: how weights divide a processor that two machines want all of, and how far a cap holds one back. */
import { measureShares } from '../fleet/shares.ts';
import type { Case, Subject } from './subject.ts';

/** Virtual seconds. */
const SPAN = 5;

const cases: readonly Case[] = [
  {
    name: 'two machines of weight 256 and 512 at work on one processor, then one of them alone with a cap of 50',
    contestants: [{ name: 'blanket', run: () => measureShares(SPAN) }],
    bounds: [
      { quantity: 'ratio', of: 'blanket', atLeast: 1.9, atMost: 2.1 },
      { quantity: 'share', of: 'blanket', atLeast: 48, atMost: 52 },
    ],
    notes: [`Of ${SPAN} s of virtual time each.`],
  },
];

export const shares: Subject = { summary: 'weights and caps under load', cases: () => cases };
