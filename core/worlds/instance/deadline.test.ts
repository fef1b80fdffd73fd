/** A guest has its seconds on a slow computer, too, and one whose time stands still is not waited for without end. */
import { expect, it } from 'vitest';
import { deadline } from './deadline.ts';

let [own, wall] = [5, 1000];
const clocks = { own: () => own, wall: () => wall };

it('is over when the instance has had its seconds, however long they took', () => {
  const over = deadline(30, clocks);
  own += 29;
  wall += 100_000;
  expect(over()).toBe(false);
  own += 2;
  expect(over()).toBe(true);
});

it('is over some time after the clock of the instance has stopped', () => {
  const over = deadline(30, clocks);
  wall += 299_000;
  expect(over()).toBe(false);
  wall += 2000;
  expect(over()).toBe(true);
});
