/** What was counted while a machine ran: by the engine, its translator, the board. */
import type { PcStatistics } from '../devices/boards/pc.ts';
import type { CpuCounters } from '../hardware/cpu/counters.ts';
import type { Engine } from '../hardware/cpu/engine.ts';
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

/** What the engine counted for some of its contexts, and what its translator did for all. */
export function engineStatistics(engine: Engine, contexts: readonly CpuCounters[]): Record<string, unknown> {
  const total = (of: (counters: CpuCounters) => number): number => sum(contexts.map(of));
  const exceptions: Record<string, number> = {};
  for (const context of contexts)
    for (const [vector, count] of Object.entries(context.exceptions)) exceptions[vector] = (exceptions[vector] ?? 0) + count;
  const instructions = total((context) => context.instructions);
  const retired = total((context) => context.translated);
  const translated = instructions === 0 ? 0 : retired / instructions;
  return {
    tlbMisses: total((context) => context.tlbMisses),
    tlbFlushes: total((context) => context.tlbFlushes),
    interrupts: total((context) => context.interrupts),
    exceptions,
    systemCalls: total((context) => context.systemCalls),
    decoded: total((context) => context.decoded),
    codeWrites: total((context) => context.codeWrites),
    missingInstructions: engine.missingRows(),
    memoryFrames: engine.usedFrames,
    jit: { ...engine.translator?.counts, retired },
    share: { interpreted: 1 - translated, translated },
  };
}

export function codeStatistics(world: BareWorld): Statistics {
  const cpus = world.counters();
  const { devices, unclaimed } = world.statistics();
  return {
    protocol: world.protocol,
    instructions: sum(cpus.map((cpu) => cpu.instructions)),
    virtualSeconds: Math.max(...world.computer.contexts.map((context) => context.cycles)) / world.frequency,
    counters: {
      instructionsByCpu: cpus.map((cpu) => cpu.instructions),
      ...engineStatistics(world.engine, cpus),
      devices: usedDevices(devices),
      unclaimed: {
        ports: Object.fromEntries(unclaimed.ports.map(([port, count]) => [`0x${port.toString(16)}`, count])),
        memory: Object.fromEntries(unclaimed.memory.map(([address, count]) => [`0x${address.toString(16)}`, count])),
        msrs: Object.fromEntries(unclaimed.msrs.map(([msr, count]) => [`0x${msr.toString(16)}`, count])),
      },
    },
  };
}
