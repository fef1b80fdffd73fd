/** A guest on a Blanket whose provider has no nested paging: it does the same, and its page tables cost exits. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { blanketWorld } from '../../worlds/blanket.ts';
import { kvmOutfit } from '../../worlds/outfit.ts';
import { TOUR_KERNEL } from '../pv-machine/tour-kernel.ts';

const WASM = fileURLToPath(new URL('../../hardware/cpu/hot/build/hot.wasm', import.meta.url));
const MIB = 2 ** 20;
const OF_TABLES = ['page-fault', 'table-write', 'control-write', 'invalidate-page'] as const;

const tour = (shadowPaging: boolean) => {
  let console = '';
  const world = blanketWorld({
    wasm: new Uint8Array(readFileSync(WASM)),
    memoryBytes: 64 * MIB,
    cpus: 1,
    frequency: 1e9,
    epoch: 0,
    emergency: (_domain, bytes) => {
      console += new TextDecoder().decode(bytes);
    },
    outfit: kvmOutfit,
    shadowPaging,
  });
  const { toolstack } = world.domain0;
  const ends: string[] = [];
  toolstack.onEnd((_domain, reason) => ends.push(reason));
  const made = toolstack.create({
    spec: {
      ...{ pages: 2048, maximumPages: 2048, vcpus: 1, weight: 256, cap: 0, affinity: undefined, commandLine: '' },
      ...{ name: 'tour', uuid: new Uint8Array(16), kernel: TOUR_KERNEL, ramdisk: undefined },
    },
    onlineVcpus: 1,
    console: { write: () => {}, onData: () => {} },
  });
  if (typeof made === 'string') expect.unreachable(made);
  else made.control.unpause();
  for (let turn = 0; turn < 100 && ends.length === 0; turn++) world.run(world.now() + MIB);
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

describe.skipIf(!existsSync(WASM))('a guest on a Blanket without nested paging below', () => {
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
