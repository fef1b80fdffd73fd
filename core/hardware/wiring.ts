/** How a computer is wired inside: its CPUs, and what its parts ask of each other. */
import type { Cycles } from '../seams/addresses.ts';
import type { Board } from '../seams/board.ts';
import type {
  ComputerSpec,
  ExitHandlers,
  ExitReason,
  InterceptedEvent,
  Trap,
  VirtualContext,
  Virtualization,
} from '../seams/machine.ts';

/** The part of the virtualization that runs contexts. */
export type Processor = Pick<Virtualization, 'createVirtualContext' | 'run'>;

/** What leaves a context whose page tables are shadowed. */
export const SHADOWED: readonly InterceptedEvent[] = ['control-write', 'invalidate-page', 'page-tables'];

/** What one CPU of a computer is doing. */
export interface CpuState {
  readonly index: number;
  clock: Cycles;
  /** The end of the present run; an exit that makes the board want attention earlier leaves the run. */
  end: Cycles;
  /** Machine code executed HLT and nothing has woken it since. */
  idle: boolean;
  /** An external interrupt is offered by the board. */
  offered: boolean;
  /** The context that is in the engine at this moment. */
  running: VirtualContext | undefined;
}

export interface Wiring {
  readonly spec: ComputerSpec;
  readonly processor: Processor;
  readonly board: Board;
  readonly cpus: readonly CpuState[];
  /** Handlers for a context that runs on the CPU that `of` names. */
  handlers(of: () => CpuState): ExitHandlers;
  exit(cpu: number, reason: ExitReason): void;
  /** What the board is asked from now on is asked by this CPU. */
  activate(cpu: CpuState): void;
  /** Runs a context on a CPU to `until`, keeping its clock, and serves the board's events that fell due. */
  turn(cpu: CpuState, context: VirtualContext, until: Cycles): Trap;
}

/** The present time of a CPU, exact also while it is in the engine. */
export const clockOf = (cpu: CpuState): Cycles => cpu.running?.cycles ?? cpu.clock;
