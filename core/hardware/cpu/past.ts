/** What a CPU did last, for a person who looks at a crash: the rings that the interpreter keeps in the state block. */
import type { VirtualContext } from '../../seams/machine.ts';
import { engineContext } from './context.ts';
import { Offset } from './gen/offsets.ts';

/** An exception, or a fault that came while one was delivered. */
export interface PastEvent {
  readonly vector: number;
  readonly errorCode: number | undefined;
  readonly rip: bigint;
  /** CR2 at that time: the address, for a page fault. */
  readonly address: bigint;
}

export interface Past {
  /** Where the last blocks of code began that were entered by the run loop, oldest first. */
  readonly blocks: readonly bigint[];
  /** The last exceptions, oldest first. */
  readonly events: readonly PastEvent[];
}

const BLOCKS = 16;
const EVENTS = 8;
const HAS_ERROR = 0x100n;

export function pastOf(memory: ArrayBuffer, outer: VirtualContext): Past {
  const { block } = engineContext(outer);
  const view = new DataView(memory, block);
  const ring = <T>(count: number, length: number, at: (slot: number) => T): T[] =>
    Array.from({ length: Math.min(count, length) }, (_, i) => at((Math.max(count - length, 0) + i) % length));
  return {
    blocks: ring(view.getUint32(Offset.trailCount, true), BLOCKS, (slot) => view.getBigUint64(Offset.trail + 8 * slot, true)),
    events: ring(view.getUint32(Offset.eventCount, true), EVENTS, (slot) => {
      const what = view.getBigUint64(Offset.eventWhat + 8 * slot, true);
      return {
        vector: Number(what & 0xffn),
        errorCode: (what & HAS_ERROR) === 0n ? undefined : Number(what >> 32n),
        rip: view.getBigUint64(Offset.eventAt + 8 * slot, true),
        address: view.getBigUint64(Offset.eventAddress + 8 * slot, true),
      };
    }),
  };
}
