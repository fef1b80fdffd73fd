/** What is built to check a plan, and how measured is put beside predicted. */
import { describe, expect, it } from 'vitest';
import { checkRows, countsToCheck, plannedCheck } from './check.ts';
import { Planner } from './plan/plan.ts';
import { asScenario } from './scenario.ts';
import { catalogueOf } from './testing/catalogues.ts';

const planner = new Planner(new Map([['ec2-2012', catalogueOf('ec2-2012')]]));
const papers = asScenario({
  provider: 'ec2-2012',
  type: 'cc1.4xlarge',
  guests: [{ count: 40, memoryMb: 544, load: { mean: 0.25 }, correlation: 0.2 }],
});

describe('the check of a plan', () => {
  it('looks at one machine and at each quarter of the plan', () => {
    expect(countsToCheck(papers)).toEqual([1, 10, 20, 30, 40]);
    expect(countsToCheck({ ...papers, instances: 20 })).toEqual([1, 2]);
  });

  it('builds the instance of the price list, with machines that are always busy', () => {
    const { partition, plans } = plannedCheck(planner, papers, [40, 1, 10, 10]);
    expect(partition).toEqual({
      flavour: 'xen',
      threads: 16,
      cores: 8,
      smtYield: 1.3,
      memoryMb: 23 * 1024,
      classes: [{ name: 'guest', vcpus: 1, memoryMb: 544, weight: 256, capPercent: 0 }],
      points: [[1], [10], [40]],
    });
    // All busy: as many share what the cores yield.
    expect(plans.get(1)?.contention.slowdown).toBe(1);
    expect(plans.get(40)?.contention.slowdown).toBeCloseTo(40 / 10.4, 9);
  });

  it('keeps the mix of classes at every count', () => {
    const mixed = asScenario({
      provider: 'ec2-2012',
      type: 'cc1.4xlarge',
      guests: [
        { name: 'web', count: 30, memoryMb: 512, weight: 512 },
        { name: 'batch', count: 10, memoryMb: 512, capPercent: 50 },
      ],
    });
    expect(plannedCheck(planner, mixed, [4, 40]).partition.points).toEqual([
      [3, 1],
      [30, 10],
    ]);
  });

  it('makes machines smaller where they do not fit beside the one they are cloned from', () => {
    const memory = (memoryMb: number, counts: readonly number[]): (number | undefined)[] => {
      const guests = papers.guests.map((guest) => ({ ...guest, memoryMb }));
      return plannedCheck(planner, { ...papers, guests }, counts).partition.classes.map((it) => it.memoryMb);
    };
    const room = 23 * 1024 - 512 - 128;
    expect(memory(1740.8, [1, 40])).toEqual([Math.floor(room / 41)]);
    expect(memory(1740.8, [1, 10])).toEqual([1740.8]);
    expect(() => memory(1740.8, [1, 400])).toThrow(/room for 57 MB/);
  });

  it('says of each count how far off the prediction is', () => {
    const { plans } = plannedCheck(planner, papers, [1, 40]);
    const rows = checkRows(plans, [
      { machines: [1], slowdowns: [1], least: 1, most: 1 },
      { machines: [40], slowdowns: [(40 / 10.4) * 1.11], least: 4, most: 5 },
    ]);
    expect(rows.map((it) => [it.count, Number(it.error.toFixed(3)), it.within, it.most])).toEqual([
      [1, 0, true, 1],
      [40, 0.11, false, 5],
    ]);
  });

  it('refuses to check nothing', () => {
    expect(() => plannedCheck(planner, papers, [])).toThrow(/no count/);
    expect(() => plannedCheck(planner, papers, [0])).toThrow(/whole number/);
  });
});
