/** The paravirtual interface on real (emulated) hardware: a kernel of a few hundred instructions tours it, with and without translation. */
import { describe, expect, it } from 'vitest';
import { audit } from '../../hypervisors/xen/audit.ts';
import { pvWorld } from '../../worlds/pv.ts';
import { smallWorld } from '../small-world.ts';
import { runTours } from './tours.ts';

/** Runs `domains` of them at once; what each printed, and how it ended. */
const tour = (cpus: number, domains: number, translation: boolean) => {
  const printed = new Map<number, string>();
  const world = pvWorld(
    smallWorld({
      memoryBytes: 128 * 2 ** 20,
      cpus,
      emergency: (domain, bytes) => printed.set(domain, (printed.get(domain) ?? '') + String.fromCharCode(...bytes)),
      ...(translation ? {} : { engine: { translation: false } }),
    }),
  );
  const ends = runTours(world, domains);
  return { printed: [...printed.values()], ends, offences: audit(world.xen), instructions: world.now() };
};

describe('a tour of the paravirtual interface', () => {
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
