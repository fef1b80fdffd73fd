/** A guest has booted when it was busy and then is not; a pause before that is none. */
import { expect, it } from 'vitest';
import type { Guest } from './guest.ts';
import { Settling } from './settling.ts';

/** Asks ten times a second while the guest uses that share of a processor in each second. */
function settledAt(shares: readonly number[]): number | undefined {
  let used = 0;
  const guest = {
    get domain() {
      return { control: { statistics: { vcpus: [{ time: [used * 1e9, 0, 0, 0] }] } } };
    },
  } as unknown as Guest;
  const settling = new Settling(guest);
  for (let tick = 0; tick < shares.length * 10; tick++) {
    if (settling.settled(tick / 10)) return tick / 10;
    used += (shares[Math.floor(tick / 10)] ?? 0) / 10;
  }
  return undefined;
}

it('waits for a second of idleness after the work', () => {
  expect(settledAt([1, 1, 0.6, 0.05, 0])).toBe(4);
});

it('does not take the beginning for the end', () => {
  expect(settledAt([0, 0, 0.5, 0.9, 0.9])).toBeUndefined();
});

it('says no as long as the guest works', () => {
  expect(settledAt([1, 1, 1, 0.3, 0.3, 0.3])).toBeUndefined();
});
