/** The planner as a whole: the papers' case, laws that hold for every scenario, clear refusals, and its speed. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../base/refusal.ts';
import { checkPlan, guestsFromMeasured } from '../measured.ts';
import { fraction, fromNumber, sum, toNumber } from '../rational.ts';
import { asScenario, parseScenario, type ScenarioInput, scenarioText } from '../scenario.ts';
import { simpleScenario } from '../simple.ts';
import { Simulation } from '../simulation/simulation.ts';
import { CATALOGUES, catalogueOf } from '../testing/catalogues.ts';
import { curve, guestByHour, heatMap, pressureByHour } from './charts.ts';
import { costOf, partsOf } from './cost.ts';
import { countsUpTo, pareto } from './pareto.ts';
import { type Plan, Planner } from './plan.ts';
import { sensitivity } from './sensitivity.ts';
import { sweep } from './sweep.ts';
import { withCount, withValue } from './vary.ts';

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

const load = fc
  .record({ burst: fc.double({ min: 0.05, max: 1, noNaN: true }), part: fc.double({ min: 0.02, max: 1, noNaN: true }) })
  .map((it) => ({ mean: it.burst * it.part, burst: it.burst }));
const guest = fc.record({
  count: fc.integer({ min: 1, max: 60 }),
  vcpus: fc.integer({ min: 1, max: 4 }),
  memoryMb: fc.integer({ min: 64, max: 4096 }),
  load,
  egressGbPerMonth: fc.integer({ min: 0, max: 50 }),
  correlation: fc.constantFrom(0, 0, 0.2),
  weight: fc.constantFrom(256, 512),
});
const scenario = fc
  .record({
    guests: fc.array(guest, { minLength: 1, maxLength: 3 }),
    type: fc.constantFrom('m4.4xlarge', 'c4.8xlarge', 'r4.8xlarge'),
    model: fc.constantFrom('on-demand', 'reserved', 'spot'),
    instances: fc.integer({ min: 1, max: 4 }),
  })
  .map(
    ({ guests, type, model, instances }): ScenarioInput => ({
      provider: 'ec2-xen',
      type,
      instances,
      price: { model } as ScenarioInput['price'],
      guests: guests.map((it, index) => ({ ...it, name: `g${index}` })),
      baseline: { type: 't2.small' },
    }),
  );

describe('laws', () => {
  it('price falls and slowdown does not with count', () => {
    fc.assert(
      fc.property(scenario, fc.integer({ min: 1, max: 80 }), (input, count) => {
        const one = asScenario({
          ...input,
          guests: input.guests.slice(0, 1).map((it) => ({ ...it, egressGbPerMonth: 0, correlation: 0 })),
          instances: 1,
        });
        const [few, many] = [planner.plan(withCount(one, count)), planner.plan(withCount(one, count + 1))];
        expect(many.pricePerVmHour).toBeLessThan(few.pricePerVmHour);
        expect(many.contention.slowdown).toBeGreaterThanOrEqual(few.contention.slowdown - 1e-6);
      }),
      { seed: 47, numRuns: 60 },
    );
  });

  it('the parts of the price add up to it exactly, and shares to one', () => {
    fc.assert(
      fc.property(scenario, (input) => {
        const setting = planner.setting(input);
        const cost = costOf(setting);
        const plan = planner.planOf(setting);
        const parts = partsOf(setting, cost, { cpu: plan.contention.cpu.meanRatio, memory: plan.resources[1]?.ratio ?? 0 });
        expect(sum(parts.map((it) => it.perHour))).toEqual(cost.total);
        expect(parts.every((it) => it.perHour.n >= 0n)).toBe(true);
        expect(plan.parts.reduce((all, it) => all + it.share, 0)).toBeCloseTo(1, 12);
        expect(toNumber(sum([cost.perMachine]))).toBeCloseTo(toNumber(cost.total) / plan.count, 12);
      }),
      { seed: 53, numRuns: 60 },
    );
  });

  it('every number of a plan is finite, every probability one, every figure explained', () => {
    fc.assert(
      fc.property(scenario, (input) => {
        const plan = planner.plan(input);
        const walk = (value: unknown): void => {
          if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
          else if (typeof value === 'object' && value !== null) Object.values(value).forEach(walk);
        };
        walk(plan);
        const { cpu, memory, memoryOverload, classes } = plan.contention;
        for (const it of [cpu.overload, memory.overload, memoryOverload.probability]) expect(it >= 0 && it <= 1).toBe(true);
        expect(cpu.p50 <= cpu.p95 && cpu.p95 <= cpu.p99).toBe(true);
        expect(classes.every((it) => it.mean >= 1 && it.total >= it.nested)).toBe(true);
        for (const it of Object.values(plan.figures)) expect(it.formula.length > 3 && it.inputs.length > 0).toBe(true);
      }),
      { seed: 59, numRuns: 60 },
    );
  });

  it('a machine more or less than the break-even count is on either side of the baseline', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('m4.4xlarge', 'm4.10xlarge', 'c4.8xlarge', 'r4.4xlarge'),
        fc.constantFrom('t2.micro', 't2.small', 't2.medium', 'm4.large'),
        (type, baseline) => {
          const at = (count: number): Plan =>
            planner.plan(simpleScenario({ provider: 'ec2-xen', type, count, baseline }, catalogues));
          const even = at(1).breakEvenCount ?? 0;
          expect(at(even).ratioToBaseline).toBeLessThanOrEqual(1);
          if (even > 1) expect(at(even - 1).ratioToBaseline).toBeGreaterThan(1);
        },
      ),
      { seed: 61, numRuns: 16 },
    );
  });
});

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

const thousand = asScenario({
  provider: 'gce-kvm',
  type: 'c3-standard-176',
  instances: 2,
  guests: [
    {
      name: 'web',
      count: 600,
      memoryMb: 1024,
      load: { mean: 0.1, burst: 0.8 },
      hourly: Array.from({ length: 24 }, (_, h) => 1 + Math.min(h, 24 - h) / 6),
      correlation: 0.05,
      workingSet: { idle: 0.4 },
    },
    {
      name: 'batch',
      count: 300,
      vcpus: 2,
      memoryMb: 2048,
      load: { mean: 0.2 },
      hourly: Array.from({ length: 24 }, (_, h) => (h < 6 ? 3 : 1)),
    },
    { name: 'idle', count: 100, memoryMb: 512, load: { mean: 0.01 } },
  ],
  baseline: { type: 'e2-small' },
});

/** Processor milliseconds of this process: the machine that runs the tests may be busy with other things. */
const spent = (work: () => void): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

describe('speed', () => {
  it('a slider moves within 100 ms with 1,000 machines in three classes over the day', () => {
    planner.plan(thousand);
    const move = (mean: number): number =>
      spent(() => {
        planner.plan(withValue(thousand, 'guests.0.load.mean', mean));
      });
    const times = [0.11, 0.12, 0.13, 0.14, 0.15].map(move).sort((a, b) => a - b);
    console.log(`1,000 machines: ${times[2]?.toFixed(1)} ms in the median, ${times[4]?.toFixed(1)} ms at most`);
    expect(times[2]).toBeLessThan(100);
    const priced = spent(() => {
      planner.plan({ ...withValue(thousand, 'guests.0.load.mean', 0.15), price: { model: 'spot' } });
    });
    expect(priced).toBeLessThan(50);
  });

  it('10,000 scenarios are swept with progress, and can be stopped', () => {
    const base = asScenario({
      provider: 'ec2-xen',
      type: 'm4.10xlarge',
      guests: [{ count: 10, memoryMb: 1024, load: { mean: 0.3 } }],
      baseline: { type: 't2.small' },
    });
    const axes = [
      { path: 'count', values: Array.from({ length: 100 }, (_, n) => n + 1) },
      { path: 'guests.0.load.mean', values: Array.from({ length: 100 }, (_, n) => (n + 1) / 100) },
    ];
    let [rows, steps] = [0, 0];
    const ms = spent(() => {
      for (const progress of sweep(planner, base, { axes }, 100)) {
        rows += progress.rows.length;
        steps += 1;
        expect(progress.done).toBe(rows);
      }
    });
    console.log(`10,000 scenarios: ${(ms / 1000).toFixed(1)} s`);
    expect([rows, steps]).toEqual([10_000, 100]);
    const stopped = sweep(planner, base, { axes }, 10);
    expect(stopped.next().value?.done).toBe(10);
    stopped.return();
    expect(stopped.next().done).toBe(true);
  });

  it('a refused scenario of a sweep is a row with its reason', () => {
    const base = asScenario({ provider: 'ec2-xen', type: 'm4.large', guests: [{ count: 1, memoryMb: 1024 }] });
    const [progress] = [...sweep(planner, base, { axes: [{ path: 'guests.0.vcpus', values: [1, 2, 64] }] })];
    expect(progress?.rows.map((it) => it.refusal)).toEqual([null, null, expect.stringMatching(/64 is more than the 2 threads/)]);
  });
});

describe('series', () => {
  const base = simpleScenario({ provider: 'ec2-2012', type: 'cc1.4xlarge', count: 40, baseline: 'm1.small' }, catalogues);

  it('a curve crosses the baseline at the break-even count', () => {
    const points = curve(planner, base, countsUpTo(40));
    const first = points.find((it) => (it.ratioToBaseline ?? 2) <= 1);
    expect(first?.count).toBeGreaterThanOrEqual(19);
    expect(points.filter((it) => it.count < 19).every((it) => (it.ratioToBaseline ?? 0) > 1)).toBe(true);
  });

  it('many machines share better than few at the same ratio', () => {
    const busy = withValue(base, 'guests.0.load.mean', 0.3);
    const cells = heatMap(planner, busy, [2, 4], [4, 64]);
    const p95 = (ratio: number, count: number): number =>
      cells.find((it) => it.ratio === ratio && it.count === count)?.cpuP95 ?? 0;
    expect(p95(2, 64)).toBeLessThan(p95(2, 4));
    expect(p95(4, 64)).toBeGreaterThan(p95(2, 64));
  });

  it('hours of the day add up to the mean', () => {
    const cells = guestByHour(planner, thousand).filter((it) => it.guest === 'batch');
    expect(cells.reduce((all, it) => all + it.threads, 0) / 24).toBeCloseTo(150 * 2 * 0.2, 9);
    expect(pressureByHour(planner, thousand)).toHaveLength(24);
  });

  it('the tornado has the widest bar first, the front nothing beaten', () => {
    const bars = sensitivity(planner, thousand, 'pricePerVmHour');
    expect(bars[0]?.swing).toBeGreaterThan(0);
    expect(bars.map((it) => it.swing)).toEqual([...bars].map((it) => it.swing).sort((a, b) => b - a));
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

describe('simulation of a plan', () => {
  it('agrees with the closed form and repeats itself', () => {
    const setting = planner.setting({
      provider: 'ec2-xen',
      type: 'm4.4xlarge',
      guests: [{ count: 30, memoryMb: 2600, workingSet: { idle: 0.5 }, load: { mean: 0.35, burstSeconds: 10 } }],
      simulation: { seed: 881 },
    });
    const closed = planner.contention(setting);
    const it = new Simulation(setting).runFor(4000);
    expect(it).toEqual(new Simulation(setting).runFor(4000));
    expect(Math.abs((it.classes[0]?.mean ?? 0) / (closed.classes[0]?.mean ?? 1) - 1)).toBeLessThan(0.02);
    expect(Math.abs(it.cpu.overload - closed.cpu.overload)).toBeLessThan(0.02);
    expect(Math.abs((it.memoryOverload.transientShare ?? 0) - (closed.memoryOverload.transientShare ?? 0))).toBeLessThan(0.05);
    expect(it.classes[0]?.curve.at(-1)?.share).toBeCloseTo(1, 9);
  });

  it('gets better step by step without blocking', () => {
    const simulation = new Simulation(planner.setting(thousand));
    planner.plan(thousand);
    let worst = 0;
    for (let step = 0; step < 8; step += 1)
      worst = Math.max(
        worst,
        spent(() => simulation.step(100_000)),
      );
    console.log(`a step of the simulation: ${worst.toFixed(0)} ms at most`);
    expect(worst).toBeLessThan(500);
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
    expect(fraction(1n, 2n)).toEqual(fromNumber(0.5));
  });
});
