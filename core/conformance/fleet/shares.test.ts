/** Weights and caps as real guests at work get them, in virtual time. */
import { expect, it } from 'vitest';
import { measureShares } from './shares.ts';

/** Virtual seconds: some thirty periods of the scheduler. */
const SPAN = 1;

it('gives 1:2 for weights 256 and 512, and half a processor for a cap of 50', { timeout: 300_000 }, async () => {
  const { ratio, share } = await measureShares(SPAN);
  expect(ratio).toBeGreaterThan(1.9);
  expect(ratio).toBeLessThan(2.1);
  expect(share).toBeGreaterThan(48);
  expect(share).toBeLessThan(52);
});
