/** A list with one entry moved keeps the others in their order. */
import { expect, it } from 'vitest';
import { moved } from './moved.ts';

it('puts an entry in the place of another, to either side', () => {
  expect(moved(['a', 'b', 'c', 'd'], 0, 2)).toEqual(['b', 'c', 'a', 'd']);
  expect(moved(['a', 'b', 'c', 'd'], 3, 1)).toEqual(['a', 'd', 'b', 'c']);
});

it('stops at the ends and leaves a list alone that has no such entry', () => {
  expect(moved(['a', 'b'], 0, 9)).toEqual(['b', 'a']);
  expect(moved(['a', 'b'], 1, -4)).toEqual(['b', 'a']);
  expect(moved(['a', 'b'], -1, 0)).toEqual(['a', 'b']);
});
