/** History keeps seconds for a while and minutes for long, with mean, low and high. */
import { expect, it } from 'vitest';
import { GaugeHistory } from './history.ts';

it('gives seconds for a short range and minutes for a long one', () => {
  const history = new GaugeHistory();
  const start = 1_800_000_000_000;
  for (let second = 0; second < 600; second++) history.add(start + second * 1000, 'i1.1', [second % 2 === 0 ? 10 : 30]);
  const now = start + 599_000;
  const short = history.read('i1.1', 'cpu', 60, now);
  expect(short.step).toBe(1000);
  expect(short.mean).toHaveLength(61);
  const long = history.read('i1.1', 'cpu', 86_400, now);
  expect(long.step).toBe(60_000);
  expect(long.mean[1]).toBeCloseTo(20, 3);
  expect([long.low[1], long.high[1]]).toEqual([10, 30]);
});

it('ends with what was measured last, not with a moment that is still to be measured', () => {
  const history = new GaugeHistory();
  for (let second = 0; second < 10; second++) history.add(second * 1000, 'i1.1', [50]);
  const { mean, low, high } = history.read('i1.1', 'cpu', 60, 10_400);
  expect([mean, low, high]).toEqual(Array.from({ length: 3 }, () => Array.from({ length: 10 }, () => 50)));
});

it('knows nothing of a machine that was never measured or was forgotten', () => {
  const history = new GaugeHistory();
  history.add(1000, 'i1.1', [1]);
  history.forget('i1.1');
  expect(history.read('i1.1', 'cpu', 60, 2000).mean).toEqual([]);
});
