/** What `--stats` writes: how a run ended, how long it took, and what was counted. */
import type { BareWorld } from '../worlds/bare.ts';
import type { End } from './drive.ts';

export interface RunFacts {
  readonly machine: string;
  readonly end: End;
  readonly exitStatus: number;
  readonly wallSeconds: number;
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

export function runStatistics(world: BareWorld, facts: RunFacts): Record<string, unknown> {
  const cpus = world.counters();
  const instructions = sum(cpus.map((cpu) => cpu.instructions));
  const exceptions: Record<string, number> = {};
  for (const cpu of cpus)
    for (const [vector, count] of Object.entries(cpu.exceptions)) exceptions[vector] = (exceptions[vector] ?? 0) + count;
  const translated = sum(cpus.map((cpu) => cpu.translated));
  const { devices, unclaimed } = world.statistics();
  return {
    machine: facts.machine,
    protocol: world.protocol,
    outcome: facts.end.kind,
    exitStatus: facts.exitStatus,
    instructions,
    wallSeconds: facts.wallSeconds,
    virtualSeconds: world.now() / world.frequency,
    mips: instructions / facts.wallSeconds / 1e6,
    counters: {
      instructionsByCpu: cpus.map((cpu) => cpu.instructions),
      tlbMisses: sum(cpus.map((cpu) => cpu.tlbMisses)),
      tlbFlushes: sum(cpus.map((cpu) => cpu.tlbFlushes)),
      interrupts: sum(cpus.map((cpu) => cpu.interrupts)),
      exceptions,
      systemCalls: sum(cpus.map((cpu) => cpu.systemCalls)),
      decoded: sum(cpus.map((cpu) => cpu.decoded)),
      codeWrites: sum(cpus.map((cpu) => cpu.codeWrites)),
      devices: Object.fromEntries(Object.entries(devices).filter(([, count]) => count.reads + count.writes > 0)),
      unclaimed: {
        ports: Object.fromEntries(unclaimed.ports.map(([port, count]) => [`0x${port.toString(16)}`, count])),
        memory: Object.fromEntries(unclaimed.memory.map(([address, count]) => [`0x${address.toString(16)}`, count])),
        msrs: Object.fromEntries(unclaimed.msrs.map(([msr, count]) => [`0x${msr.toString(16)}`, count])),
      },
      missingInstructions: world.engine.missingRows(),
      memoryFrames: world.engine.usedFrames,
      jit: { instructions: translated, share: instructions === 0 ? 0 : translated / instructions },
    },
  };
}
