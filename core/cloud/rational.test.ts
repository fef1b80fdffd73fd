/** Fractions agree with whole-number arithmetic, decimals survive a round trip, parts add up. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  add,
  apportion,
  ceiling,
  compare,
  divide,
  fraction,
  fromNumber,
  multiply,
  parseDecimal,
  subtract,
  sum,
  toDecimal,
  toNumber,
} from './rational.ts';

const seed = { seed: 85_160, numRuns: 300 };
const some = fc.tuple(fc.bigInt(-(10n ** 20n), 10n ** 20n), fc.bigInt(1n, 10n ** 12n)).map(([n, d]) => fraction(n, d));

it('adds, multiplies and goes back', () => {
  fc.assert(
    fc.property(some, some, (a, b) => {
      expect(compare(subtract(add(a, b), b), a)).toBe(0);
      if (b.n !== 0n) expect(compare(divide(multiply(a, b), b), a)).toBe(0);
      expect(ceiling(a) - 1n < a.n / a.d + 1n && compare(fraction(ceiling(a)), a) >= 0).toBe(true);
    }),
    seed,
  );
});

it('reads and prints decimals exactly', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 15n), fc.integer({ min: 0, max: 12 }), (digits, places) => {
      const value = fraction(digits, 10n ** BigInt(places));
      expect(parseDecimal(toDecimal(value, places))).toEqual(value);
    }),
    seed,
  );
  expect(['0.085', '1.6e-3', '', 'x', '1.', '.5', '1e999', '--1', 'NaN'].map((text) => parseDecimal(text) !== undefined)).toEqual(
    [true, true, false, false, false, false, false, false, false],
  );
  expect([toDecimal(fraction(1n, 8n), 2), toDecimal(fraction(3n, 8n), 2), toDecimal(fraction(-1n, 3n), 3)]).toEqual([
    '0.12',
    '0.38',
    '-0.333',
  ]);
});

it('turns into the nearest double and back', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e20, max: 1e20 }), (value) => {
      if (Math.abs(value) < 1e-20) return;
      expect(Math.abs(toNumber(fromNumber(value)) - value)).toBeLessThanOrEqual(Math.abs(value) * 1e-15);
    }),
    seed,
  );
});

it('splits whole units so that the parts add up', () => {
  fc.assert(
    fc.property(
      fc.bigInt(0n, 10n ** 18n),
      fc.array(
        some.map((it) => (it.n < 0n ? fraction(-it.n, it.d) : it)),
        { minLength: 1, maxLength: 20 },
      ),
      (total, weights) => {
        const parts = apportion(total, weights);
        expect(parts.reduce((a, b) => a + b, 0n)).toBe(sum(weights).n === 0n ? 0n : total);
      },
    ),
    seed,
  );
});
