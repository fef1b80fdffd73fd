/** Two guests on the Blanket and one in an instance of another provider reach each other: ping, a line, a file. */
import { expect, it } from 'vitest';
import { networkJourney } from './network.ts';

it('carries a file whole between guests of one instance and of two', { timeout: 300_000 }, async () => {
  const { near, far } = await networkJourney(2);
  expect(near).toBeGreaterThan(0);
  expect(far).toBeGreaterThan(0);
});
