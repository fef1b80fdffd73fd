/** How fast the planner answers, in processor time, and that long work goes in steps. */
import { describe, expect, it } from 'vitest';
import { asScenario } from '../scenario.ts';
import { Simulation } from '../simulation/simulation.ts';
import { CATALOGUES, catalogueOf } from '../testing/catalogues.ts';
import { THOUSAND as thousand } from '../testing/scenarios.ts';
import { Planner } from './plan.ts';
import { sweep } from './sweep.ts';
import { withValue } from './vary.ts';

const planner = new Planner(new Map(CATALOGUES.map((id) => [id, catalogueOf(id)])));
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
    console.log(`1,000 machines: ${times[0]?.toFixed(1)} ms at least, ${times[2]?.toFixed(1)} ms in the median`);
    // Whatever shares the caches and the core makes it longer, and nothing makes it shorter.
    expect(times[0]).toBeLessThan(100);
    const priced = (['spot', 'reserved'] as const).map((model) =>
      spent(() => {
        planner.plan({ ...withValue(thousand, 'guests.0.load.mean', 0.15), price: { model } });
      }),
    );
    expect(Math.min(...priced)).toBeLessThan(50);
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
