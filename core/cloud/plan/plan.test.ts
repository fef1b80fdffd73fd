/** The papers' case, and measured load on its way into a plan and beside it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkPlan, guestsFromMeasured } from '../measured.ts';
import { simpleScenario } from '../simple.ts';
import { CATALOGUES, catalogueOf } from '../testing/catalogues.ts';
import { type Plan, Planner } from './plan.ts';

const catalogues = new Map(CATALOGUES.map((id) => [id, catalogueOf(id)]));
const planner = new Planner(catalogues);
const papers = (count: number): Plan =>
  planner.plan(
    simpleScenario({ provider: 'ec2-2012', type: 'cc1.4xlarge', count, baseline: 'm1.small' }, catalogues, {
      unitOfWork: { name: 'compile', ecuSeconds: 286 },
    }),
  );
const target = JSON.parse(
  readFileSync(new URL('../../../assets/targets/oversubscription-ec2.json', import.meta.url), 'utf8'),
) as {
  rows: { count: number; seconds: number; errorBarSeconds: number; pricePerVmHour: number }[];
  claims: { id: 'ratioToBaseline' | 'saving' | 'breakEvenCount'; value: number; tolerance: number }[];
};

describe("the papers' case", () => {
  it('40 machines on a cluster instance cost 4 cents each, 47 % of a small one, and pay from 19 on', () => {
    const plan = papers(40);
    expect(plan.figures.pricePerVmHour?.exact).toBe('1/25');
    expect(plan.figures.ratioToBaseline?.exact).toBe('8/17');
    expect(plan.figures.saving?.exact).toBe('9/17');
    for (const { id, value, tolerance } of target.claims)
      expect(Math.abs((plan[id] ?? 0) - value)).toBeLessThanOrEqual(tolerance);
    expect(plan.resources.map((it) => it.timesBaseline && Number(it.timesBaseline.toFixed(2)))).toEqual([
      33.5,
      13.53,
      10.56,
      null,
    ]);
  });

  it.each([
    [10, '4/25'],
    [20, '2/25'],
    [30, '4/75'],
  ])('%d machines cost %s dollars an hour each', (count, exact) => {
    expect(papers(count).figures.pricePerVmHour?.exact).toBe(exact);
  });

  it('predicts the shape of Figure 11; the errors are printed', () => {
    const lines = target.rows.map(({ count, seconds, errorBarSeconds }) => {
      const predicted = papers(count).figures.secondsPerUnit?.value ?? 0;
      const error = predicted / seconds - 1;
      return {
        text: `${count} machines: ${predicted.toFixed(0)} s predicted, ${seconds} s published (+-${errorBarSeconds}), ${(100 * error).toFixed(0)} %`,
        error,
      };
    });
    console.log(lines.map((it) => it.text).join('\n'));
    // Nothing is fitted but the definition of the ECU and an assumed yield of 1.3; forty machines are within their error bar only.
    expect(lines.slice(0, 4).every((it) => Math.abs(it.error) < 0.15)).toBe(true);
    expect(Math.abs(lines[4]?.error ?? 1)).toBeLessThan(142 / 269);
  });

  it('takes an own list with the same figures to the same answer', () => {
    expect(papers(40).pricePerVmHour / 0.085).toBeCloseTo(0.470588, 6);
  });
});

describe('measured load', () => {
  it('becomes classes that ask for what was measured', () => {
    const trace = (phase: number): number[] => Array.from({ length: 480 }, (_, at) => ((at + phase) % 10 < 3 ? 0.8 : 0.05));
    const guests = guestsFromMeasured(
      Array.from({ length: 10 }, (_, n) => ({
        name: `vm${n}`,
        vcpus: 2,
        memoryMb: 1024,
        intervalSeconds: 60,
        cpu: trace(n % 2 === 0 ? 0 : 5),
        memory: trace(0).map((it) => it / 2),
      })),
    );
    expect(guests).toHaveLength(1);
    const plan = planner.plan({ provider: 'ec2-xen', type: 'm4.10xlarge', guests });
    expect(plan.contention.cpu.meanRatio * 40).toBeCloseTo(10 * 2 * (0.3 * 0.8 + 0.7 * 0.05), 1);
    expect(plan.scenario.guests[0]?.load.burstSeconds).toBeCloseTo(180, 0);
    expect(() => guestsFromMeasured([{ name: 'a', vcpus: 1, memoryMb: 1, intervalSeconds: 1, cpu: [0.1, 1.4] }])).toThrow(
      /0\.cpu\.1/,
    );
  });

  it('stands beside the predicted slowdown', () => {
    const plans = new Map([1, 10, 40].map((count) => [count, papers(count)]));
    const rows = checkPlan(
      plans,
      new Map([
        [10, 1.2],
        [40, 3],
      ]),
    );
    expect(rows.map((it) => [it.count, it.within])).toEqual([
      [10, true],
      [40, false],
    ]);
  });
});
