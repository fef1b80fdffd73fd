/** A short run of hostile guests; a long one is started by hand (see main.ts beside this file). */
import { expect, it } from 'vitest';
import { runHostileGuests } from './hostile-run.ts';

it.each([1, 2, 3])('the hypervisor survives hostile guests, seed %d', (seed) => {
  const report = runHostileGuests(seed, 5_000);
  expect(report.offences).toEqual([]);
  expect(report.acts).toBe(5_000);
});
