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
  /** A scenario in which every input has a value of its own. */
  const complete = asScenario({
    ...good(),
    name: 'Everything',
    price: { model: 'spot', termYears: 1, option: 'heavy' },
    currency: { code: 'EUR', perCatalogueUnit: '0.9' },
    hoursPerMonth: 700,
    cpu: { threads: 16, cores: 8, smtYield: 1.3 },
    overcommit: { cpu: 8, memory: 2, disk: 2 },
    guests: [{ count: 10, memoryMb: 1024, cpuUnits: 1, hourly: Array.from({ length: 24 }, () => 1) }],
    spot: { interruptionsPerMonth: 1, minutesLost: 5 },
    baseline: { provider: 'ec2-2012', type: 'm1.small', price: {} },
    unitOfWork: { name: 'compile', ecuSeconds: 100 },
  });
  const leaves = (node: unknown, path: readonly string[] = []): string[] =>
    typeof node === 'object' && node !== null
      ? Object.entries(node).flatMap(([key, value]) => leaves(value, [...path, key]))
      : [path.join('.')];
  const paths = leaves(complete);

  it('every input there is, wrong in any way, is refused by name or means its default', () => {
    expect(paths.length).toBeGreaterThan(60);
    fc.assert(
      fc.property(fc.constantFrom(...paths), bad, (path, value) => {
        const input = JSON.parse(JSON.stringify(complete));
        const keys = path.split('.');
        const last = keys.pop() ?? '';
        const node = keys.reduce((it, key) => it[key], input);
        const before: unknown = node[last];
        node[last] = value;
        try {
          const plan = planner.plan(input);
          expect(Number.isFinite(plan.pricePerVmHour) && Number.isFinite(plan.contention.slowdown)).toBe(true);
          // What is taken is of the kind that is meant: left out, or a number that is none of the bad ones, or another word.
          expect(value === undefined || value === null || typeof value === typeof before).toBe(true);
          if (typeof value === 'number') expect(value).toBeGreaterThanOrEqual(0);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          expect(error.message.length).toBeGreaterThan(10);
          expect(error.remedy.length).toBeGreaterThan(10);
          // An element of a list is named by its place; a word that names something is named by what it says.
          expect(`${error.message} ${path}`).toMatch(new RegExp(/^\d+$/.test(last) ? 'hourly' : last, 'i'));
        }
      }),
      { seed: 404, numRuns: 1200 },
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
    expect(parseScenario(scenarioText(complete))).toEqual(complete);
  });
});
