/** The bare computer: hardware that stands on nothing. Its CPUs take turns in one thread, in a fixed order. */
import type { Cycles } from '../seams/addresses.ts';
import type { Board, BoardHost, Outcome } from '../seams/board.ts';
import type { AddressRange, Computer, CpuidResult, HostMachine, Virtualization } from '../seams/machine.ts';
import { computer } from './computer.ts';
import { type Cores, sharedCores } from './cores.ts';
import type { Processor } from './wiring.ts';

export interface BareSpec {
  readonly ram: readonly AddressRange[];
  readonly cpus: number;
  /** Undefined: every CPU is a core of its own. */
  readonly cores?: Cores | undefined;
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

/**
 * Cycles of one turn when several CPUs take turns. Who waits for another CPU waits for its turn, which is cheap as long as it
 * says so by PAUSE; and at each turn the host's caches meet another guest.
 */
const TURN = 100_000;
const TURN_ALONE = 50_000_000;

export function bare(hardware: Processor & Pick<Virtualization, 'createMemory'>, spec: BareSpec): BareComputer {
  const shared = spec.cores === undefined ? undefined : sharedCores(hardware, spec.cpus, spec.cores);
  const processor = shared?.processor ?? hardware;
  const memory = hardware.createMemory(spec.ram);
  const own = computer(processor, {
    memory,
    cpus: spec.cpus,
    frequency: spec.frequency,
    cpuid: spec.cpuid,
    board: spec.board,
  });
  const machine: HostMachine = {
    ...own.machine,
    virtualization: {
      createMemory: (ram) => hardware.createMemory(ram),
      createVirtualContext: (contextSpec) => processor.createVirtualContext(contextSpec),
      run: (context, cycles) => processor.run(context, cycles),
      createComputer: (rented) => computer(processor, rented),
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
        shared?.begin(end - clock);
        for (const cpu of indexes) {
          shared?.select(cpu);
          own.runCpu(cpu, end);
        }
        clock = end;
      }
      return own.ended ? { kind: 'ended', outcome: own.ended } : { kind: 'time' };
    },
  };
}
