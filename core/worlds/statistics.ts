/** What was counted while a kernel ran as machine code: by the engine, by the board, by the translator. */
import type { PcStatistics } from '../devices/boards/pc.ts';
import type { BareWorld } from './bare.ts';

/** Named counts, ready to be written as JSON. */
export interface Statistics {
  readonly instructions: number;
  readonly [name: string]: unknown;
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** Accesses by device, of those that were accessed at all. */
export const usedDevices = (devices: PcStatistics['devices']): PcStatistics['devices'] =>
  Object.fromEntries(Object.entries(devices).filter(([, count]) => count.reads + count.writes > 0));

export function codeStatistics(world: BareWorld): Statistics {
  const cpus = world.counters();
  const instructions = sum(cpus.map((cpu) => cpu.instructions));
  const exceptions: Record<string, number> = {};
  for (const cpu of cpus)
    for (const [vector, count] of Object.entries(cpu.exceptions)) exceptions[vector] = (exceptions[vector] ?? 0) + count;
  const translated = sum(cpus.map((cpu) => cpu.translated));
  const { devices, unclaimed } = world.statistics();
  return {
    protocol: world.protocol,
    instructions,
    virtualSeconds: Math.max(...world.computer.contexts.map((context) => context.cycles)) / world.frequency,
    counters: {
      instructionsByCpu: cpus.map((cpu) => cpu.instructions),
      tlbMisses: sum(cpus.map((cpu) => cpu.tlbMisses)),
      tlbFlushes: sum(cpus.map((cpu) => cpu.tlbFlushes)),
      interrupts: sum(cpus.map((cpu) => cpu.interrupts)),
      exceptions,
      systemCalls: sum(cpus.map((cpu) => cpu.systemCalls)),
      decoded: sum(cpus.map((cpu) => cpu.decoded)),
      codeWrites: sum(cpus.map((cpu) => cpu.codeWrites)),
      devices: usedDevices(devices),
      unclaimed: {
        ports: Object.fromEntries(unclaimed.ports.map(([port, count]) => [`0x${port.toString(16)}`, count])),
        memory: Object.fromEntries(unclaimed.memory.map(([address, count]) => [`0x${address.toString(16)}`, count])),
        msrs: Object.fromEntries(unclaimed.msrs.map(([msr, count]) => [`0x${msr.toString(16)}`, count])),
      },
      missingInstructions: world.engine.missingRows(),
      memoryFrames: world.engine.usedFrames,
      jit: { ...world.engine.translator?.counts, retired: translated },
      share: {
        interpreted: instructions === 0 ? 0 : 1 - translated / instructions,
        translated: instructions === 0 ? 0 : translated / instructions,
      },
    },
  };
}
