/** A short run of hostile guests; a long one is started by hand (`npm run fuzz`). */
import { expect, it } from 'vitest';
import { ATTACKS } from './attacks.table.ts';
import { runHostileGuests } from './hostile-run.ts';

it.each([1, 2, 3])('hostile guests are refused or crash, and nobody else notices, seed %d', (seed) => {
  const report = runHostileGuests(seed, 5_000);
  expect(report.offences).toEqual([]);
  expect(report.acts).toBe(5_000);
  expect([...report.classes.keys()].sort()).toEqual(ATTACKS.map(({ name }) => name).sort());
});
