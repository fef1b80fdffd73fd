/** Laws that hold for every scenario: what rises, what falls, what adds up. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sum, toNumber } from '../rational.ts';
import { asScenario, type ScenarioInput } from '../scenario.ts';
import { simpleScenario } from '../simple.ts';
import { Simulation } from '../simulation/simulation.ts';
import { CATALOGUES, catalogueOf } from '../testing/catalogues.ts';
import { costOf, partsOf } from './cost.ts';
import { type Plan, Planner } from './plan.ts';
import { withCount } from './vary.ts';

const catalogues = new Map(CATALOGUES.map((id) => [id, catalogueOf(id)]));
const planner = new Planner(catalogues);
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

  it('the simulation converges to the closed form, whatever the machines', () => {
    fc.assert(
      fc.property(
        fc.record({
          count: fc.integer({ min: 2, max: 40 }),
          mean: fc.double({ min: 0.1, max: 0.6, noNaN: true }),
          burstSeconds: fc.double({ min: 2, max: 20, noNaN: true }),
          seed: fc.integer({ min: 1, max: 1000 }),
        }),
        ({ count, mean, burstSeconds, seed }) => {
          const setting = planner.setting({
            provider: 'ec2-xen',
            type: 'm4.4xlarge',
            guests: [{ count, memoryMb: 512, load: { mean, burstSeconds } }],
            simulation: { seed },
          });
          const closed = planner.contention(setting).slowdown;
          const simulated = new Simulation(setting).runFor(6000).classes[0]?.mean ?? 0;
          expect(Math.abs(simulated / closed - 1)).toBeLessThan(0.05);
        },
      ),
      { seed: 67, numRuns: 8 },
    );
  });

  it('the same seed gives the same answer on every machine', () => {
    const setting = planner.setting({
      provider: 'ec2-2012',
      type: 'cc1.4xlarge',
      guests: [{ count: 40, memoryMb: 544, load: { mean: 0.25, burstSeconds: 5 } }],
      simulation: { seed: 2012 },
    });
    const { classes, cpu } = new Simulation(setting).runFor(500);
    const [only] = classes;
    // Every digit: the simulation uses only operations that IEEE 754 rounds in one way.
    expect([only?.bursts, only?.mean, only?.p95, cpu.p95, cpu.overload]).toEqual([
      930, 1.3378836627377815, 1.7000776188228859, 0.9377289377289377, 0.012334358860947024,
    ]);
  });
});
