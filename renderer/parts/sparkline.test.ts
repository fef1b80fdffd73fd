/** The line of a sparkline: it ends at the right, and is the same where nobody could see a difference. */
import { expect, it, vi } from 'vitest';
import { lineOf } from './sparkline.tsx';

const KEPT = 60;
vi.mock('../desk/gauges.ts', () => ({ KEPT: 60 }));

const full = (value: (index: number) => number): number[] => Array.from({ length: KEPT }, (_, index) => value(index));

it('draws nothing of a single point', () => {
  expect(lineOf([5], 100, 59, 18)).toBe('');
});

it('ends at the right, however few points there are', () => {
  expect(lineOf([0, 100], 100, 59, 18)).toBe('M58.0 17L59.0 1');
});

it('draws stretches of one height as one stroke', () => {
  expect(
    lineOf(
      full((index) => (index < 30 ? 0 : 100)),
      100,
      59,
      18,
    ),
  ).toBe('M0.0 17L29.0 17L30.0 1L59.0 1');
});

it('does not change with what cannot be seen', () => {
  expect(
    lineOf(
      full((index) => 0.3 + (index % 2) / 10),
      100,
      59,
      18,
    ),
  ).toBe(
    lineOf(
      full(() => 0.2),
      100,
      59,
      18,
    ),
  );
});
