/** What machines draw is told as a mean over the time since it was last told. */
import { expect, it } from 'vitest';
import { GAUGES, gaugeIndex } from '../contract/gauges.ts';
import { UseMeter } from './use-meter.ts';

function row(unit: string, cpu: number, memory: number): { unit: string; values: number[] } {
  const values: number[] = GAUGES.map(() => 0);
  values[gaugeIndex.hostCpu] = cpu;
  values[gaugeIndex.memory] = memory;
  return { unit, values };
}

it('tells means of all machines four times a minute, and of none but machines', () => {
  const meter = new UseMeter('i1', 0);
  const told = Array.from({ length: 30 }, (_, second) =>
    meter.take({
      at: (second + 1) * 1000,
      virtualSeconds: second,
      // The second machine begins in the middle of the first stretch.
      rows: [row('i1', 90, 4000), row('i1.1', second % 3, 100), ...(second < 5 ? [] : [row('i1.2', 6, 30)])],
    }),
  ).filter((each) => each !== undefined);
  expect(told).toEqual([
    {
      instance: 'i1',
      from: 0,
      to: 15_000,
      machines: [
        { machine: 'i1.1', cpu: 1, memoryMib: 100 },
        { machine: 'i1.2', cpu: 4, memoryMib: 20 },
      ],
    },
    {
      instance: 'i1',
      from: 15_000,
      to: 30_000,
      machines: [
        { machine: 'i1.1', cpu: 1, memoryMib: 100 },
        { machine: 'i1.2', cpu: 6, memoryMib: 30 },
      ],
    },
  ]);
});
