/** A guest on a Blanket whose provider has no nested paging: it does the same, and its page tables cost exits. */
import { describe, expect, it } from 'vitest';
import { blanketWorld } from '../../worlds/blanket.ts';
import { kvmOutfit } from '../../worlds/outfit.ts';
import { runTours } from '../pv-machine/tours.ts';
import { smallWorld } from '../small-world.ts';

const OF_TABLES = ['page-fault', 'table-write', 'control-write', 'invalidate-page'] as const;

const tour = (shadowPaging: boolean) => {
  let console = '';
  const emergency = (_domain: number, bytes: Uint8Array): void => {
    console += new TextDecoder().decode(bytes);
  };
  const world = blanketWorld({ ...smallWorld({ emergency }), outfit: kvmOutfit, shadowPaging });
  const ends = runTours(world, 1);
  const { ledger } = world.instance;
  return {
    ends,
    console,
    nested: ledger.of('second-level-fault').count,
    tables: OF_TABLES.map((reason) => ledger.of(reason).count),
    // The cycles of exits are the time of who makes them.
    busy: world.xen.busy,
  };
};

describe('a guest on a Blanket without nested paging below', () => {
  it('does what it does with nested paging, for more exits and more time', () => {
    const [nested, shadowed] = [tour(false), tour(true)];
    expect([shadowed.ends, shadowed.console]).toEqual([nested.ends, nested.console]);
    expect(nested.ends).toEqual(['poweroff']);
    expect(nested.tables).toEqual([0, 0, 0, 0]);
    expect(shadowed.nested).toBe(0);
    for (const [index, reason] of OF_TABLES.entries()) expect([reason, shadowed.tables[index]]).not.toEqual([reason, 0]);
    expect(shadowed.busy).toBeGreaterThan(nested.busy);
  });
});
