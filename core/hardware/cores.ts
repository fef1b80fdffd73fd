/**
 * Cores with several threads (SMT): beside a busy neighbour a thread does less in the same time.
 *
 * Threads that share a core are `count` apart, as firmware numbers them: the first `count` CPUs are on cores of their own.
 * What a thread loses is charged to whatever context it runs, so no layer above sees anything but slower instructions.
 * Left out: cycles that a hypervisor of ours charges for its own work pass at full speed.
 */
import type { Cycles } from '../seams/addresses.ts';
import type { Trap, VirtualContext } from '../seams/machine.ts';
import type { Processor } from './wiring.ts';

export interface Cores {
  readonly count: number;
  /** What a core does with all its threads busy, as a multiple of what it does with one. */
  readonly yield: number;
}

export interface SharedCores {
  readonly processor: Processor;
  /** A turn of so many cycles begins for all threads. */
  begin(length: Cycles): void;
  /** What runs from now on runs on this thread. */
  select(thread: number): void;
}

/** `processor`, on whose cores `threads` threads take turns. */
export function sharedCores(processor: Processor, threads: number, cores: Cores): SharedCores {
  const neighbours = Array.from({ length: threads }, (_, thread) =>
    Array.from({ length: threads }, (_each, other) => other).filter(
      (other) => other !== thread && other % cores.count === thread % cores.count,
    ),
  );
  /** Cycles that each thread was in a context, in this turn; and as a part of the last one. */
  const used = new Float64Array(threads);
  const busy = new Float64Array(threads);
  let current = 0;
  let turn: Cycles = 1;

  const speedOf = (thread: number): number => {
    const beside = neighbours[thread] ?? [];
    if (beside.length === 0) return 1;
    const others = beside.reduce((sum, other) => sum + (busy[other] ?? 0), 0);
    return (1 + (others / beside.length) * (cores.yield - 1)) / (1 + others);
  };

  const run = (context: VirtualContext, cycles: Cycles): Trap => {
    const speed = speedOf(current);
    const before = context.cycles;
    const trap = processor.run(context, Math.max(1, Math.floor(cycles * speed)));
    if (speed < 1) context.charge(Math.round((context.cycles - before) * (1 / speed - 1)));
    used[current] = (used[current] ?? 0) + context.cycles - before;
    return trap;
  };

  return {
    processor: { createVirtualContext: (spec) => processor.createVirtualContext(spec), run },
    begin: (length) => {
      for (let thread = 0; thread < threads; thread++) busy[thread] = Math.min(1, (used[thread] ?? 0) / turn);
      used.fill(0);
      turn = length;
    },
    select: (thread) => {
      current = thread;
    },
  };
}
