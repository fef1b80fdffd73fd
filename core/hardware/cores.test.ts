/** Threads that share a core: alone at full speed, together at what the core yields; the order of numbering; partly busy neighbours. */
import { expect, it } from 'vitest';
import type { ContainerSpec, VirtualContext } from '../seams/machine.ts';
import { sharedCores } from './cores.ts';
import type { Processor } from './wiring.ts';

const TURN = 20_000;
const YIELD = 1.3;

/** Runs `turns` turns of 16 threads on 8 cores, thread i busy for `part(i)` of each; instructions of each thread. */
function instructions(turns: number, part: (thread: number) => number): number[] {
  const done = new Map<VirtualContext, number>();
  const processor: Processor = {
    createVirtualContext: (_spec: ContainerSpec) => {
      const context = { cycles: 0 } as VirtualContext;
      context.charge = (cycles) => {
        context.cycles += cycles;
      };
      done.set(context, 0);
      return context;
    },
    run: (context, cycles) => {
      context.cycles += cycles;
      done.set(context, (done.get(context) ?? 0) + cycles);
      return { kind: 'budget' };
    },
  };
  const shared = sharedCores(processor, 16, { count: 8, yield: YIELD });
  const contexts = Array.from({ length: 16 }, () => shared.processor.createVirtualContext({} as ContainerSpec));
  for (let turn = 0; turn < turns; turn++) {
    shared.begin(TURN);
    for (const [thread, context] of contexts.entries()) {
      shared.select(thread);
      const wanted = Math.round(part(thread) * TURN);
      if (wanted === 0) continue;
      const end = turn * TURN + wanted;
      context.cycles = turn * TURN;
      while (context.cycles < end) shared.processor.run(context, end - context.cycles);
    }
  }
  return [...done.values()];
}

it('eight threads on eight cores run at full speed', () => {
  expect(instructions(100, (thread) => (thread < 8 ? 1 : 0)).slice(0, 8)).toEqual(Array(8).fill(100 * TURN));
});

it('all sixteen together do what eight cores yield, each the same', () => {
  const done = instructions(1000, () => 1);
  const all = done.reduce((sum, each) => sum + each, 0);
  expect(all / (1000 * TURN * 8 * YIELD)).toBeCloseTo(1, 2);
  expect(Math.max(...done) / Math.min(...done)).toBeLessThan(1.001);
});

it('the ninth and tenth thread share the cores of the first two', () => {
  const done = instructions(1000, (thread) => (thread < 10 ? 1 : 0)).map((each) => each / (1000 * TURN));
  for (const thread of [0, 1, 8, 9]) expect(done[thread]).toBeCloseTo(YIELD / 2, 2);
  for (const thread of [2, 3, 4, 5, 6, 7]) expect(done[thread]).toBe(1);
});

it('a neighbour that is busy half of the time takes half as much', () => {
  const done = instructions(1000, (thread) => (thread === 0 ? 1 : thread === 8 ? 0.5 : 0)).map((each) => each / (1000 * TURN));
  expect(done[0]).toBeCloseTo((1 + 0.5 * (YIELD - 1)) / 1.5, 2);
});
