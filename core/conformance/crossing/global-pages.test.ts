/** What it costs a nested Xen to keep its translations global: two exits for every change of domain, and none without. */
import { describe, expect, it } from 'vitest';
import { blanketWorld } from '../../worlds/blanket.ts';
import { kvmOutfit } from '../../worlds/outfit.ts';
import { runTours } from '../pv-machine/tours.ts';
import { smallWorld } from '../small-world.ts';

/** Two domains on one CPU of a rented machine until both have ended: writes of CR4 that the provider saw, and the time it took. */
const twoDomains = (globalPages: boolean) => {
  const world = blanketWorld({ ...smallWorld({ globalPages }), outfit: kvmOutfit });
  const ends = runTours(world, 2);
  return { ends, writes: world.instance.ledger.of('control-write').count, cycles: world.xen.busy };
};

describe('a nested Xen', () => {
  it('writes CR4 twice for every change of domain if its translations are global, else never', () => {
    const [without, global] = [twoDomains(false), twoDomains(true)];
    expect([without.ends, global.ends]).toEqual([
      ['poweroff', 'poweroff'],
      ['poweroff', 'poweroff'],
    ]);
    expect(without.writes).toBe(0);
    expect(global.writes).toBeGreaterThan(0);
    expect(global.writes % 2).toBe(0);
    expect(global.cycles).toBeGreaterThan(without.cycles);
  });
});
