/** A wrong input gives a clear refusal, never a wrong number. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../base/refusal.ts';
import { asScenario, parseScenario, type ScenarioInput, scenarioText } from '../scenario.ts';
import { CATALOGUES, catalogueOf } from '../testing/catalogues.ts';
import { Planner } from './plan.ts';

const planner = new Planner(new Map(CATALOGUES.map((id) => [id, catalogueOf(id)])));
describe('refusals instead of wrong numbers', () => {
  const good = (): ScenarioInput => ({ provider: 'ec2-2012', type: 'cc1.4xlarge', guests: [{ count: 10, memoryMb: 1024 }] });
  const bad = fc.constantFrom<unknown>(Number.NaN, Number.POSITIVE_INFINITY, -1, 1e300, '1', null, undefined, {}, [], true, -0.5);
  const paths = [
    'guests.0.count',
    'guests.0.vcpus',
    'guests.0.memoryMb',
    'guests.0.load.mean',
    'guests.0.load.burst',
    'guests.0.load.duty',
    'guests.0.weight',
    'guests.0.correlation',
    'instances',
    'failureReserve',
    'headroom',
    'hoursPerMonth',
    'secondLayer.driverThreads',
    'secondLayer.tax.cpu.value',
    'secondLayer.driverMemoryMb',
    'simulation.seed',
    'spot.minutesLost',
    'guests.0.egressGbPerMonth',
  ];

  it('any input, wrong in any way, is refused by name or means its default', () => {
    fc.assert(
      fc.property(fc.constantFrom(...paths), bad, (path, value) => {
        const input = JSON.parse(JSON.stringify(asScenario(good())));
        const keys = path.split('.');
        const last = keys.pop() ?? '';
        const node = keys.reduce((it, key) => it[key], input);
        node[last] = value;
        try {
          const plan = planner.plan(input);
          expect(Number.isFinite(plan.pricePerVmHour) && Number.isFinite(plan.contention.slowdown)).toBe(true);
          expect(value === undefined || value === null || (typeof value === 'number' && value >= 0)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
          expect((error as Refusal).message).toContain(last);
        }
      }),
      { seed: 404, numRuns: 400 },
    );
  });

  it.each([
    ['no machine', { guests: [{ count: 0, memoryMb: 1 }] }, /at least one machine/],
    ['no guests', { guests: [] }, /guests/],
    [
      'mean above burst',
      { guests: [{ count: 1, memoryMb: 1, load: { mean: 0.5, burst: 0.4 } }] },
      /mean must not be above burst/,
    ],
    ['an unknown field', { speed: 3 }, /speed/],
    ['an unknown provider', { provider: 'nowhere' }, /no price list called nowhere/],
    ['an unknown type', { type: 'cc9' }, /no type cc9/],
    ['an unknown baseline', { baseline: { type: 'm9' } }, /no type m9/],
    ['a price that is not offered', { price: { model: 'reserved', termYears: 7 } }, /not offered reserved for 7 years/],
    ['more virtual CPUs than threads', { guests: [{ count: 1, vcpus: 64, memoryMb: 1 }] }, /64 is more than the 16 threads/],
    ['a second layer that takes everything', { secondLayer: { driverMemoryMb: 40_000 } }, /leave no memory/],
    [
      'endless interruptions',
      { price: { model: 'spot' }, spot: { interruptionsPerMonth: 1000, minutesLost: 1000 } },
      /nine tenths/,
    ],
    [
      'two classes of a name',
      {
        guests: [
          { count: 1, memoryMb: 1 },
          { count: 1, memoryMb: 1 },
        ],
      },
      /same name/,
    ],
  ])('refuses %s', (_name, change, message) => {
    expect(() => planner.plan({ ...good(), ...change })).toThrow(message);
  });

  it('refuses a file that is not JSON, and reads back what it writes', () => {
    expect(() => parseScenario('{"a":')).toThrow(/not JSON/);
    const complete = asScenario(good());
    expect(parseScenario(scenarioText(complete))).toEqual(complete);
  });
});
