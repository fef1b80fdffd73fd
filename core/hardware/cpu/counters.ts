/** What the engine counted for one context, read from its state block. */
import type { VirtualContext } from '../../seams/machine.ts';
import { engineContext } from './context.ts';
import { Offset } from './gen/offsets.ts';

export interface CpuCounters {
  readonly instructions: number;
  readonly tlbMisses: number;
  readonly tlbFlushes: number;
  readonly interrupts: number;
  readonly systemCalls: number;
  readonly decoded: number;
  readonly codeWrites: number;
  /** Instructions retired in translated code. */
  readonly translated: number;
  /** Exceptions by vector, those that happened. */
  readonly exceptions: Readonly<Record<number, number>>;
}

export function countersOf(memory: ArrayBuffer, outer: VirtualContext): CpuCounters {
  const context = engineContext(outer);
  const view = new DataView(memory);
  const count = (offset: number): number => Number(view.getBigUint64(context.block + offset, true));
  const exceptions: Record<number, number> = {};
  for (let vector = 0; vector < 32; vector++) {
    const seen = count(Offset.countException + 8 * vector);
    if (seen > 0) exceptions[vector] = seen;
  }
  return {
    instructions: outer.instructions,
    tlbMisses: count(Offset.countTlbMiss),
    tlbFlushes: count(Offset.countTlbFlush),
    interrupts: count(Offset.countInterrupt),
    systemCalls: count(Offset.countSyscall),
    decoded: count(Offset.countDecode),
    codeWrites: count(Offset.countCodeWrite),
    translated: count(Offset.countJit),
    exceptions,
  };
}
