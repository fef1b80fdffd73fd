/** Contestants take turns; medians, ratios and bounds are of what they reported. */
import { describe, expect, it } from 'vitest';
import { resultText } from './report.ts';
import { compete, median } from './rounds.ts';
import type { Case } from './subject.ts';

const contest = (): { what: Case; order: string[] } => {
  const order: string[] = [];
  const contestant = (name: string, walls: number[]) => ({
    name,
    run: () => {
      order.push(name);
      return { wall: walls.shift() ?? Number.NaN };
    },
  });
  const contestants = [contestant('ours', [4, 9, 5]), contestant('theirs', [2, 1, 3])];
  return { order, what: { name: 'case', contestants } };
};

describe('a competition', () => {
  it('lets the contestants take turns', async () => {
    const { what, order } = contest();
    await compete(what, 3, () => undefined);
    expect(order).toEqual(['ours', 'theirs', 'ours', 'theirs', 'ours', 'theirs']);
  });

  it('judges the ratio of medians', async () => {
    const bounds = [
      { quantity: 'wall', of: 'ours', against: 'theirs', atMost: 2.5 },
      { quantity: 'wall', of: 'ours', against: 'theirs', atMost: 2.4 },
      { quantity: 'wall', of: 'ours', atLeast: 5 },
    ] as const;
    const { verdicts } = await compete({ ...contest().what, bounds }, 3, () => undefined);
    expect(verdicts.map(({ value, holds }) => [value, holds])).toEqual([
      [2.5, true],
      [2.5, false],
      [5, true],
    ]);
  });

  it('lets no bound hold on what was not measured', async () => {
    const bounds = [{ quantity: 'speed', of: 'ours', atMost: 1 }] as const;
    const { verdicts } = await compete({ ...contest().what, bounds }, 1, () => undefined);
    expect(verdicts[0]?.holds).toBe(false);
  });

  it('is told with the ratio of the first to each other', async () => {
    const { what } = contest();
    const text = resultText(await compete({ ...what, notes: ['a note'] }, 3, () => undefined));
    expect(text).toContain('ours/theirs');
    expect(text).toMatch(/wall +s +5\.00 +2\.00 +2\.50/);
    expect(text).toContain('note: a note');
  });
});

describe('the median', () => {
  it('is the middle, or half way between the two in the middle', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
  });
});
