/** The surface a worker calls: plain data in and out, steps that can be stopped. */
import { expect, it } from 'vitest';
import { plannerAnswers } from './answers.ts';
import { asScenario } from './scenario.ts';
import { catalogueOf } from './testing/catalogues.ts';

const answers = plannerAnswers(new Map([['ec2-2012', catalogueOf('ec2-2012')]]));
const scenario = {
  provider: 'ec2-2012',
  type: 'cc1.4xlarge',
  guests: [{ count: 30, memoryMb: 700, load: { mean: 0.4, burstSeconds: 5 } }],
  baseline: { type: 'm1.small' },
};

it('answers survive the way to another process', () => {
  const plan = answers.evaluate(structuredClone(scenario));
  expect(structuredClone(plan)).toEqual(plan);
  expect(JSON.parse(JSON.stringify(plan)).pricePerVmHour).toBe(plan.pricePerVmHour);
  expect(asScenario(plan.scenario)).toEqual(plan.scenario);
});

it('refines towards the closed form, step by step', () => {
  const closed = answers.evaluate(scenario).contention.slowdown;
  let last = 0;
  let steps = 0;
  for (const simulated of answers.refine(scenario)) {
    steps += 1;
    if (simulated === undefined) continue;
    last = simulated.classes[0]?.mean ?? 0;
    if (simulated.ready && (simulated.classes[0]?.bursts ?? 0) > 20_000) break;
  }
  expect(steps).toBeGreaterThan(1);
  expect(Math.abs(last / closed - 1)).toBeLessThan(0.03);
});

it('has the rows of every picture, in many small steps', () => {
  const steps = answers.pictures(scenario, [1, 10]);
  let count = 0;
  for (let step = steps.next(); ; step = steps.next(), count += 1) {
    if (step.done !== true) continue;
    const { curve, heat, hours, bars } = step.value;
    expect([curve.length, heat.length, hours.length]).toEqual([2, 81, 24]);
    expect(bars.price.length).toBeGreaterThan(3);
    expect(count).toBe(2 + 81 + bars.price.length + bars.slowdown.length);
    break;
  }
  expect([...answers.pareto(scenario, undefined, [1, 10])].at(-1)?.candidates.length).toBeGreaterThan(10);
  expect([...answers.sweep(scenario, { axes: [{ path: 'count', values: [1, 2, 3] }] }, 2)].map((it) => it.done)).toEqual([2, 3]);
});

it('takes what is known better of the instance: eight plain processors in place of sixteen threads', () => {
  const plan = answers.evaluate({ ...scenario, cpu: { threads: 8, smtYield: 1 }, guests: [{ count: 40, memoryMb: 100 }] });
  expect(plan.contention.slowdown).toBe(5);
});
