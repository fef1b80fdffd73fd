/** Charges are per started period, shares add up to one and amounts to the charge, exactly. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apportionCharge, type Span } from './apportion.ts';
import { chargeOf, type Lease, nanoText } from './billing.ts';
import { compare, ONE, sum } from './rational.ts';
import { type Bill, statementCsv, statementOf } from './statement.ts';
import { catalogueOf } from './testing/catalogues.ts';

const old = catalogueOf('ec2-2012');
const modern = catalogueOf('ec2-xen');
const HOUR = 3_600_000;

const lease = (type: string, endMs: number, startMs = 0): Lease => ({
  instance: 'i1',
  type,
  choice: { model: 'on-demand' },
  startMs,
  endMs,
});

describe('charges', () => {
  it.each([
    [0, '0.00'],
    [1, '1.60'],
    [HOUR, '1.60'],
    [HOUR + 1, '3.20'],
    [40 * HOUR, '64.00'],
  ])('by the started hour: %d ms cost %s', (ms, amount) => {
    expect(nanoText(chargeOf(old, lease('cc1.4xlarge', ms)).usage)).toBe(
      `${Number(amount).toString().includes('.') ? Number(amount) : `${Number(amount)}.`}`.padEnd(amount.length, '0'),
    );
  });

  it.each([
    [1, 60n],
    [60_000, 60n],
    [60_001, 61n],
    [3_600_500, 3601n],
  ])('by the started second with a minimum of a minute: %d ms are %d periods', (ms, periods) => {
    expect(chargeOf(modern, lease('m4.large', ms)).periods).toBe(periods);
  });

  it.each([
    ['backwards', { startMs: 5, endMs: 4 }],
    ['with a fraction', { startMs: 0.5, endMs: 4 }],
    ['negative', { startMs: -1, endMs: 4 }],
    ['not a number', { startMs: Number.NaN, endMs: 4 }],
    ['endless', { startMs: 0, endMs: Number.POSITIVE_INFINITY }],
  ])('refuses a lease that is %s', (_name, times) => {
    expect(() => chargeOf(old, { ...lease('m1.small', 1), ...times })).toThrow(/usage record is not valid/);
  });
});

const span = fc.record({
  machine: fc.constantFrom('a', 'b', 'c', 'd'),
  fromMs: fc.integer({ min: 0, max: 5 * HOUR }),
  toMs: fc.integer({ min: 0, max: 5 * HOUR }),
  cpuUnits: fc.double({ min: 0, max: 60, noNaN: true }),
  memoryMb: fc.integer({ min: 0, max: 40_000 }),
});
const spans = fc
  .array(span, { maxLength: 12 })
  .map((list) => list.map((it) => ({ ...it, fromMs: Math.min(it.fromMs, it.toMs), toMs: Math.max(it.fromMs, it.toMs) })));

describe('apportioning', () => {
  const capacity = { cpuUnits: 33.5, memoryMb: 23 * 1024 };

  it('shares add up to one and amounts to the charge, whatever was reserved', () => {
    fc.assert(
      fc.property(spans, fc.integer({ min: 1, max: 5 * HOUR }), fc.boolean(), (list, endMs, shareIdle) => {
        const charge = chargeOf(old, lease('cc1.4xlarge', endMs));
        const rows = apportionCharge(charge, list, capacity, shareIdle);
        expect(compare(sum(rows.map((row) => row.share)), ONE)).toBe(0);
        expect(rows.reduce((all, row) => all + row.amount, 0n)).toBe(charge.usage);
        for (const row of rows) expect(row.share.n >= 0n && row.amount >= 0n).toBe(true);
      }),
      { seed: 20120410, numRuns: 200 },
    );
  });

  it('keeps idle as its own row, and hands it out when asked to', () => {
    const charge = chargeOf(old, lease('cc1.4xlarge', 10 * HOUR));
    const half = [{ machine: 'a', fromMs: 0, toMs: 10 * HOUR, cpuUnits: 16.75, memoryMb: 11.5 * 1024 }];
    const [a, idle] = apportionCharge(charge, half, capacity);
    expect([a?.share, idle?.share]).toEqual([
      { n: 1n, d: 2n },
      { n: 1n, d: 2n },
    ]);
    const [all, none] = apportionCharge(charge, half, capacity, true);
    expect([all?.share, none?.amount]).toEqual([ONE, 0n]);
  });

  it('divides by what is reserved when more is reserved than there is', () => {
    const charge = chargeOf(old, lease('cc1.4xlarge', HOUR));
    const forty = Array.from({ length: 40 }, (_, index) => ({
      machine: `vm${index}`,
      fromMs: 0,
      toMs: HOUR,
      cpuUnits: 1,
      memoryMb: 1740,
    }));
    const rows = apportionCharge(charge, forty, capacity);
    expect(nanoText(rows[0]?.amount ?? 0n)).toBe('0.04');
    expect(rows.at(-1)).toMatchObject({ part: 'idle', amount: 0n });
  });
});

describe('statement', () => {
  it('is CSV whose instance rows equal the sum of their parts', () => {
    const leases = [lease('cc1.4xlarge', 3 * HOUR - 5), { ...lease('m1.small', 90_000), instance: 'i2' }];
    const reservation = [
      { machine: 'i1.1', fromMs: 0, toMs: HOUR, cpuUnits: 3, memoryMb: 2048 },
      { machine: 'dom0', part: 'own' as const, fromMs: 0, toMs: 3 * HOUR, cpuUnits: 1, memoryMb: 1024 },
    ];
    const bill = (index: number, spans: readonly Span[]): Bill => ({
      currency: 'USD',
      charge: chargeOf(old, leases[index] ?? expect.unreachable()),
      capacity: { cpuUnits: 33.5, memoryMb: 23 * 1024 },
      spans,
      names: new Map([
        ['i1', 'big'],
        ['i1.1', 'web, first'],
      ]),
    });
    const rows = [...statementOf(bill(0, reservation)), ...statementOf(bill(1, []))];
    const parts = rows.filter((row) => row.instance === 'i1' && row.kind !== 'instance');
    expect(parts.map((row) => row.kind)).toEqual(['machine', 'own', 'idle']);
    expect(parts.reduce((all, row) => all + row.amount, 0n)).toBe(4_800_000_000n);
    const charged = rows.filter((row) => row.kind === 'instance').reduce((all, row) => all + row.amount, 0n);
    expect(nanoText(charged)).toBe('4.885');
    const lines = statementCsv(rows).split('\r\n');
    expect(lines[1]).toBe('instance,i1,,big,cc1.4xlarge,0,10799.995,2.999999,3,,4.80,USD');
    expect(lines[2]).toMatch(/^machine,i1,i1\.1,"web, first",cc1\.4xlarge,0,10799\.995,2\.999999,,[\d.]+,[\d.]+,USD$/);
  });
});
