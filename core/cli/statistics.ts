/** What `--stats` writes: how a run ended, how long it took, and what was counted. */
import type { Bootable } from '../worlds/machines.ts';
import type { End } from './drive.ts';

export interface RunFacts {
  readonly machine: string;
  readonly end: End;
  readonly exitStatus: number;
  readonly wallSeconds: number;
  /** Processor time of the whole process meanwhile, WebAssembly compiler threads too. */
  readonly cpuSeconds: number;
}

export function runStatistics(machine: Bootable, facts: RunFacts): Record<string, unknown> {
  const { machine: name, end, exitStatus, wallSeconds, cpuSeconds } = facts;
  const counted = machine.statistics();
  return {
    machine: name,
    outcome: end.kind,
    exitStatus,
    wallSeconds,
    cpuSeconds,
    virtualSeconds: machine.now() / machine.frequency,
    mips: counted.instructions / wallSeconds / 1e6,
    peakResidentBytes: process.resourceUsage().maxRSS * 1024,
    ...counted,
  };
}
