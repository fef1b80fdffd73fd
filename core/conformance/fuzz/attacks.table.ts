/** The classes of attack, how often each is chosen, and what belongs to it. */
import { calls } from './attacks/calls.ts';
import { events } from './attacks/events.ts';
import { grants } from './attacks/grants.ts';
import { mappings, pageTables } from './attacks/page-tables.ts';
import { changingRings, rings } from './attacks/rings.ts';
import { screens } from './attacks/screens.ts';
import { storeMessages } from './attacks/store.ts';
import { traps } from './attacks/traps.ts';
import type { Act } from './hostile-guest.ts';

export interface AttackClass {
  readonly name: string;
  /** Out of the sum of all. */
  readonly weight: number;
  readonly acts: readonly Act[];
}

export const ATTACKS: readonly AttackClass[] = [
  { name: 'hypercalls', weight: 4, acts: calls },
  { name: 'traps and descriptors', weight: 3, acts: traps },
  { name: 'page-table type confusion', weight: 9, acts: pageTables },
  { name: 'linear and superpage mappings', weight: 2, acts: mappings },
  { name: 'grant reference reuse', weight: 6, acts: grants },
  { name: 'event-port abuse', weight: 5, acts: events },
  { name: 'ring index runaway', weight: 2, acts: rings },
  { name: 'framebuffers of others', weight: 1, acts: screens },
  { name: 'change between check and use, rings', weight: 1, acts: changingRings },
  { name: 'change between check and use, calls', weight: 3, acts: [...calls, ...pageTables, ...grants].map((act): Act => (guest) => guest.whileChanging(() => act(guest))) },
  { name: 'xenstore permission escapes', weight: 2, acts: storeMessages },
];
