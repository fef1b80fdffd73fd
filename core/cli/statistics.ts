/** What `--stats` writes: how a run ended, how long it took, and what was counted. */
import type { Bootable } from '../worlds/machines.ts';
import type { End } from './drive.ts';

export interface RunFacts {
  readonly machine: string;
  readonly end: End;
  readonly exitStatus: number;
  readonly wallSeconds: number;
}

export function runStatistics(machine: Bootable, facts: RunFacts): Record<string, unknown> {
  const { machine: name, end, exitStatus, wallSeconds } = facts;
  const counted = machine.statistics();
  return {
    machine: name,
    outcome: end.kind,
    exitStatus,
    wallSeconds,
    virtualSeconds: machine.now() / machine.frequency,
    mips: counted.instructions / wallSeconds / 1e6,
    ...counted,
  };
}
