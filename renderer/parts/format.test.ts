/** Numbers as people read them. */
import { expect, it } from 'vitest';
import { csvOf } from './csv.ts';
import { byteRate, bytes, duration, memory, money, percent, ratio } from './format.ts';
import { cut } from './patches.tsx';

it.each([
  [money(1.6), '$1.60'],
  [money(0.04), '$0.0400'],
  [money(0.175), '$0.175'],
  [money(1168, 'USD', 2), '$1,168.00'],
  [money(3, 'CHF'), '3.00 CHF'],
  [bytes(0), '0 B'],
  [bytes(999), '999 B'],
  [bytes(1500), '1.5 KB'],
  [bytes(123_456_789), '123 MB'],
  [memory(512), '512 MiB'],
  [memory(2048), '2 GiB'],
  [memory(21_934), '21.4 GiB'],
  [memory(0.25), '256 KiB'],
  [memory(2 ** 21), '2,048 GiB'],
  [byteRate(0), '0 B/s'],
  [percent(1597), '1,597 %'],
  [percent(0), '0 %'],
  [percent(3.14), '3.1 %'],
  [percent(99.6), '100 %'],
  [duration(42), '42 s'],
  [duration(600), '10 min'],
  [duration(100_000), '27 h 47 min'],
  [ratio(5, 2), '2.50:1'],
])('%s', (said, expected) => {
  expect(said).toBe(expected);
});

it('quotes what needs quoting and disarms formulas', () => {
  expect(new TextDecoder().decode(csvOf([['a,b', 'say "x"', '=SUM(A1)', -5]]))).toBe('"a,b","say ""x""",\'=SUM(A1),-5\r\n');
});

it('cuts a cloth without loss or overlap', () => {
  const parts = cut([1, 2, 3, 4, 5, 6], { x: 0, y: 0, width: 210, height: 100 });
  expect(parts.reduce((sum, it) => sum + it.width * it.height, 0)).toBeCloseTo(21_000);
  expect(parts.map((it) => Math.round((it.width * it.height) / 1000))).toEqual([1, 2, 3, 4, 5, 6]);
});
