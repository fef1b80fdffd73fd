/** The shipped catalogues are valid, sourced and hold the papers' figures; a damaged one is refused with the place of the damage. */
import { describe, expect, it } from 'vitest';
import { asCatalogue, parseCatalogue, sourceOf, typeOf } from './catalogue.ts';
import { hourlyPrice, priceOf, reservedBreakEven } from './price.ts';
import { toDecimal } from './rational.ts';
import { CATALOGUES, catalogueOf, catalogueText } from './testing/catalogues.ts';

describe('shipped catalogues', () => {
  it.each(CATALOGUES)('%s is valid, and every figure has a source with a date', (id) => {
    const catalogue = catalogueOf(id);
    expect(catalogue.id).toBe(id);
    expect(catalogue.types.length).toBeGreaterThan(12);
    for (const type of catalogue.types) {
      for (const { source } of [type, ...type.prices]) expect(sourceOf(catalogue, source).date).toMatch(/^20\d\d-/);
    }
  });

  it.each(['ec2-xen', 'gce-kvm'] as const)('%s has on-demand, reserved and spot prices to choose from', (id) => {
    const { types } = catalogueOf(id);
    for (const model of ['on-demand', 'reserved', 'spot']) {
      expect(types.filter((type) => type.prices.some((price) => price.model === model)).length).toBeGreaterThan(30);
    }
  });

  it('holds the two rows of the paper', () => {
    const catalogue = catalogueOf('ec2-2012');
    const small = typeOf(catalogue, 'm1.small');
    const cluster = typeOf(catalogue, 'cc1.4xlarge');
    expect([small.cpu.units, small.memoryGb, small.diskGb, small.prices[0]?.perHour]).toEqual([1, 1.7, 160, '0.085']);
    expect([cluster.cpu.units, cluster.memoryGb, cluster.diskGb, cluster.prices[0]?.perHour]).toEqual([33.5, 23, 1690, '1.60']);
  });
});

describe('refusals', () => {
  const text = catalogueText('ec2-2012');
  const without = (change: (it: ReturnType<typeof JSON.parse>) => void): (() => unknown) => {
    const copy = JSON.parse(text);
    change(copy);
    return () => asCatalogue(copy);
  };

  it.each([
    [
      'a negative price',
      (it: { types: { prices: { perHour: string }[] }[] }) => Object.assign(it.types[0]?.prices[0] ?? {}, { perHour: '-1' }),
      /types\.0\.prices\.0\.perHour/,
    ],
    [
      'a price that is a number',
      (it: { types: { prices: object[] }[] }) => Object.assign(it.types[0]?.prices[0] ?? {}, { perHour: 0.02 }),
      /types\.0\.prices\.0\.perHour/,
    ],
    [
      'no memory',
      (it: { types: { memoryGb: number }[] }) => Object.assign(it.types[1] ?? {}, { memoryGb: 0 }),
      /types\.1\.memoryGb/,
    ],
    ['an unlisted source', (it: { types: object[] }) => Object.assign(it.types[0] ?? {}, { source: 'hearsay' }), /hearsay/],
    ['two types of a name', (it: { types: object[] }) => it.types.push(it.types[0] ?? {}), /two types called t1\.micro/],
    ['an unknown field', (it: object) => Object.assign(it, { discount: 1 }), /discount/],
  ])('refuses %s', (_name, change, message) => {
    expect(without(change as never)).toThrow(message);
  });

  it('refuses text that is not JSON, an unknown type and an unknown price', () => {
    expect(() => parseCatalogue('{')).toThrow(/not JSON/);
    const catalogue = catalogueOf('ec2-2012');
    expect(() => typeOf(catalogue, 'm1.tiny')).toThrow(/no type m1\.tiny/);
    expect(() => priceOf(typeOf(catalogue, 'm1.small'), { model: 'spot' })).toThrow(/not offered spot/);
  });
});

describe('prices', () => {
  const catalogue = catalogueOf('ec2-2012');
  const cluster = typeOf(catalogue, 'cc1.4xlarge');

  it('spreads an upfront payment over the hours that run', () => {
    // 4290 / 8760 + 0.56 = 1.049726...; at half the hours 4290 / 4380 + 0.56 = 1.539452...
    const choice = { model: 'reserved', termYears: 1, option: 'standard' } as const;
    expect(toDecimal(hourlyPrice(catalogue, cluster, choice).perRunningHour, 6)).toBe('1.049726');
    expect(toDecimal(hourlyPrice(catalogue, cluster, choice, 0.5).perRunningHour, 6)).toBe('1.539452');
  });

  it('knows from which use on a reservation pays', () => {
    // (4290 / 8760) / (1.60 - 0.56) = 0.470890
    const share = reservedBreakEven(cluster, { model: 'reserved', termYears: 1, option: 'standard' });
    expect(share && toDecimal(share, 6)).toBe('0.47089');
  });

  it('explains itself', () => {
    const { figure } = hourlyPrice(catalogue, cluster, { model: 'on-demand' });
    expect(figure.value).toBe(1.6);
    expect(figure.inputs[0]?.source?.title).toMatch(/Xen-Blanket/);
  });
});
