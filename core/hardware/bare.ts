/** The bare computer: hardware that stands on nothing. Its CPUs take turns in one thread, in a fixed order. */
import type { Cycles } from '../seams/addresses.ts';
import type { Board, BoardHost, Outcome } from '../seams/board.ts';
import type { AddressRange, Computer, CpuidResult, HostMachine, Virtualization } from '../seams/machine.ts';
import { computer, type Processor } from './computer.ts';

export interface BareSpec {
  readonly ram: readonly AddressRange[];
  readonly cpus: number;
  /** Cycles per second. */
  readonly frequency: number;
  cpuid(cpu: number, leaf: number, subleaf: number): CpuidResult;
  readonly board: (host: BoardHost) => Board;
}

/** What came of running: the computer ended, the time given is over, or nothing but input from outside can wake it. */
export type Progress = { kind: 'ended'; outcome: Outcome } | { kind: 'time' } | { kind: 'asleep' };

export interface BareComputer {
  readonly machine: HostMachine;
  readonly computer: Computer;
  /** The clock of the CPU that is furthest behind. */
  now(): Cycles;
  run(until: Cycles): Progress;
}

/** Cycles of one turn when several CPUs take turns: short, since who waits for another CPU waits for its turn. */
const TURN = 20_000;
const TURN_ALONE = 50_000_000;

export function bare(virtualization: Processor & Pick<Virtualization, 'createMemory'>, spec: BareSpec): BareComputer {
  const memory = virtualization.createMemory(spec.ram);
  const own = computer(virtualization, {
    memory,
    cpus: spec.cpus,
    frequency: spec.frequency,
    cpuid: spec.cpuid,
    board: spec.board,
  });
  const machine: HostMachine = {
    ...own.machine,
    virtualization: {
      createMemory: (ram) => virtualization.createMemory(ram),
      createVirtualContext: (contextSpec) => virtualization.createVirtualContext(contextSpec),
      run: (context, cycles) => virtualization.run(context, cycles),
      createComputer: (rented) => computer(virtualization, rented),
    },
  };
  const indexes = Array.from({ length: spec.cpus }, (_, index) => index);
  const turn = spec.cpus === 1 ? TURN_ALONE : TURN;
  let clock: Cycles = 0;

  return {
    machine,
    computer: own,
    now: () => clock,
    run: (until) => {
      while (clock < until) {
        const next = Math.min(...indexes.map((cpu) => own.nextWork(cpu)));
        if (own.ended) return { kind: 'ended', outcome: own.ended };
        if (next === Number.POSITIVE_INFINITY) return { kind: 'asleep' };
        const end = Math.min(until, Math.max(next, clock) + turn);
        for (const cpu of indexes) own.runCpu(cpu, end);
        clock = end;
      }
      return own.ended ? { kind: 'ended', outcome: own.ended } : { kind: 'time' };
    },
  };
}
