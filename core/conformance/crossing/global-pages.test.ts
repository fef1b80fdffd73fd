/** What it costs a nested Xen to keep its translations global: two exits for every change of domain, and none without. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { blanketWorld } from '../../worlds/blanket.ts';
import { kvmOutfit } from '../../worlds/outfit.ts';
import { TOUR_KERNEL } from '../pv-machine/tour-kernel.ts';

const WASM = fileURLToPath(new URL('../../hardware/cpu/hot/build/hot.wasm', import.meta.url));
const MIB = 2 ** 20;

/** Two domains on one CPU of a rented machine until both have ended: writes of CR4 that the provider saw, and the time it took. */
const twoDomains = (globalPages: boolean): { writes: number; ends: string[]; cycles: number } => {
  const world = blanketWorld({
    wasm: new Uint8Array(readFileSync(WASM)),
    memoryBytes: 64 * MIB,
    cpus: 1,
    frequency: 1e9,
    epoch: 0,
    emergency: () => {},
    outfit: kvmOutfit,
    globalPages,
  });
  const { toolstack } = world.domain0;
  const ends: string[] = [];
  toolstack.onEnd((_domain, reason) => ends.push(reason));
  const shape = { pages: 2048, maximumPages: 2048, vcpus: 1, weight: 256, cap: 0, affinity: undefined, commandLine: '' };
  for (const index of [0, 1]) {
    const made = toolstack.create({
      spec: { ...shape, name: `tour-${index}`, uuid: new Uint8Array(16).fill(index), kernel: TOUR_KERNEL, ramdisk: undefined },
      onlineVcpus: 1,
      console: { write: () => {}, onData: () => {} },
    });
    if (typeof made === 'string') expect.unreachable(made);
    else made.control.unpause();
  }
  for (let turn = 0; turn < 100 && ends.length < 2; turn++) world.run(world.now() + MIB);
  return {
    writes: world.instance.ledger.entries()['control-write']?.count ?? 0,
    ends,
    cycles: world.xen.busy,
  };
};

describe.skipIf(!existsSync(WASM))('a nested Xen', () => {
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
