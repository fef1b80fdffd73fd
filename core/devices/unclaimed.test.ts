/** Accesses that nobody answers are counted, however many addresses a guest tries. */
import { expect, it } from 'vitest';
import { Unclaimed } from './unclaimed.ts';

it('counts by address, and stays small under a sweep over all of them', () => {
  const unclaimed = new Unclaimed();
  for (let address = 0; address < 100_000; address++) unclaimed.note(address);
  unclaimed.note(7);
  const counted = [...unclaimed];
  expect(counted.length).toBe(4096);
  expect(counted[7]).toEqual([7, 2]);
});
