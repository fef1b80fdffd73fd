/** The mirror of the fleet: what the clouds remember never hides how an instance is. */
import { expect, it } from 'vitest';
import { ordered } from '../core/cloud/offers.ts';
import { catalogueOf } from '../core/cloud/testing/catalogues.ts';
import type { Instance } from '../core/contract/fleet.ts';
import { FleetMirror } from './fleet.ts';

const rented = (change: Partial<Instance>): Instance => ({
  ...ordered(catalogueOf('gce-kvm'), 'e2-highcpu-2', { id: 'i1', name: 'weaver' }, 0),
  ...change,
});

it('an instance that had a process comes back; one that was only ordered is ordered', () => {
  for (const [remembered, shown] of [
    ['blanket', 'starting'],
    ['saved', 'starting'],
    ['lost', 'starting'],
    ['ordered', 'ordered'],
    ['failed', 'failed'],
  ] as const) {
    const mirror = new FleetMirror();
    mirror.rented(rented({ state: remembered }));
    expect(mirror.instance('i1')?.state).toBe(shown);
  }
});

it('takes from clouds that were away what is rented, and keeps what its process told meanwhile', () => {
  const mirror = new FleetMirror();
  mirror.rented(rented({ state: 'ordered' }));
  mirror.change('i1', { state: 'blanket', restarts: 2 });
  const fact = mirror.rented(rented({ state: 'laying', note: 'mine' }));
  expect(fact.fact).toMatchObject({ instance: { state: 'blanket', restarts: 2, note: 'mine' } });
});
