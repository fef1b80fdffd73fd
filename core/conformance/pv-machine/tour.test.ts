/** The paravirtual interface on real (emulated) hardware: a kernel of a few hundred instructions tours it, with and without translation. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { audit } from '../../hypervisors/xen/audit.ts';
import { pvWorld } from '../../worlds/pv.ts';
import { TOUR_KERNEL } from './tour-kernel.ts';

const WASM = fileURLToPath(new URL('../../hardware/cpu/hot/build/hot.wasm', import.meta.url));
const MIB = 2 ** 20;

/** Runs `domains` of them at once; what each printed, and how it ended. */
const tour = (
  cpus: number,
  domains: number,
  translation: boolean,
): { printed: string[]; ends: string[]; offences: string[]; instructions: number } => {
  const printed = new Map<number, string>();
  const world = pvWorld({
    wasm: new Uint8Array(readFileSync(WASM)),
    memoryBytes: 128 * MIB,
    cpus,
    frequency: 1e9,
    epoch: 0,
    emergency: (domain, bytes) => printed.set(domain, (printed.get(domain) ?? '') + String.fromCharCode(...bytes)),
    ...(translation ? {} : { engine: { translation: false as const } }),
  });
  const { toolstack } = world.domain0;
  const ends: string[] = [];
  toolstack.onEnd((domain, reason) => ends.push(domain.control.crashReason ?? reason));
  const shape = { pages: 2048, maximumPages: 2048, vcpus: 1, weight: 256, cap: 0, affinity: undefined, commandLine: '' };
  const made = Array.from({ length: domains }, (_, index) =>
    toolstack.create({
      spec: { ...shape, name: `tour-${index}`, uuid: new Uint8Array(16).fill(index), kernel: TOUR_KERNEL, ramdisk: undefined },
      onlineVcpus: 1,
      console: { write: () => {}, onData: () => {} },
    }),
  );
  for (const domain of made) if (typeof domain !== 'string') domain.control.unpause();
  for (let turn = 0; turn < 100 && ends.length < domains; turn++) world.run(world.now() + 1_000_000);
  return { printed: [...printed.values()], ends, offences: audit(world.xen), instructions: world.now() };
};

describe.skipIf(!existsSync(WASM))('a tour of the paravirtual interface', () => {
  it.each([true, false])('comes to its end (translation: %s)', (translation) => {
    const result = tour(1, 1, translation);
    expect([result.printed, result.ends]).toEqual([['abcdef'], ['poweroff']]);
    expect(result.offences).toEqual([]);
  });

  it('is the same for several domains on several CPUs', () => {
    const result = tour(2, 5, true);
    expect(result.printed).toEqual(Array.from({ length: 5 }, () => 'abcdef'));
    expect(result.ends).toHaveLength(5);
    expect(result.offences).toEqual([]);
  });

  it('takes the same time in both ways of running, and every time', () => {
    expect(tour(1, 2, true).instructions).toBe(tour(1, 2, false).instructions);
  });
});
