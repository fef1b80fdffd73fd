/** The rows behind the pictures mean what they say. */
import { describe, expect, it } from 'vitest';
import { simpleScenario } from '../simple.ts';
import { CATALOGUES, catalogueOf } from '../testing/catalogues.ts';
import { THOUSAND as thousand } from '../testing/scenarios.ts';
import { curve, guestByHour, heatMap } from './charts.ts';
import { countsUpTo, pareto } from './pareto.ts';
import { Planner } from './plan.ts';
import { bars, widestFirst } from './sensitivity.ts';
import { withValue } from './vary.ts';

const catalogues = new Map(CATALOGUES.map((id) => [id, catalogueOf(id)]));
const planner = new Planner(catalogues);
describe('series', () => {
  const base = simpleScenario({ provider: 'ec2-2012', type: 'cc1.4xlarge', count: 40, baseline: 'm1.small' }, catalogues);

  it('a curve crosses the baseline at the break-even count', () => {
    const points = [...curve(planner, base, countsUpTo(40))];
    const first = points.find((it) => (it.ratioToBaseline ?? 2) <= 1);
    expect(first?.count).toBeGreaterThanOrEqual(19);
    expect(points.filter((it) => it.count < 19).every((it) => (it.ratioToBaseline ?? 0) > 1)).toBe(true);
  });

  it('many machines share better than few at the same ratio', () => {
    const busy = withValue(base, 'guests.0.load.mean', 0.3);
    const cells = [...heatMap(planner, busy, [2, 4], [4, 64])];
    const p95 = (ratio: number, count: number): number =>
      cells.find((it) => it.ratio === ratio && it.count === count)?.cpuP95 ?? 0;
    expect(p95(2, 64)).toBeLessThan(p95(2, 4));
    expect(p95(4, 64)).toBeGreaterThan(p95(2, 64));
  });

  it('hours of the day add up to the mean', () => {
    const cells = guestByHour(planner, thousand).filter((it) => it.guest === 'batch');
    expect(cells.reduce((all, it) => all + it.threads, 0) / 24).toBeCloseTo(150 * 2 * 0.2, 9);
  });

  it('the tornado has the widest bar first, the front nothing beaten', () => {
    const swings = widestFirst([...bars(planner, thousand, 'pricePerVmHour')]).map((it) => it.swing);
    expect(swings[0]).toBeGreaterThan(0);
    expect(swings).toEqual([...swings].sort((a, b) => b - a));
    const steps = [
      ...pareto(
        planner,
        withValue(base, 'guests.0.memoryMb', 512),
        ['m1.xlarge', 'c1.xlarge', 'cc1.4xlarge', 'cc2.8xlarge'],
        [1, 4, 16, 40],
      ),
    ];
    const all = steps.at(-1)?.candidates ?? [];
    const front = all.filter((it) => it.onFront);
    expect(front.length).toBeGreaterThan(1);
    for (const it of front)
      expect(all.some((other) => other.fits && other.pricePerVmHour < it.pricePerVmHour && other.slowdown < it.slowdown)).toBe(
        false,
      );
  });
});
