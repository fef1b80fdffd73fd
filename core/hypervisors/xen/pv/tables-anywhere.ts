/** Page tables between places: entries by machine frame become entries by pseudo-physical frame, and back. */
import { HypervisorSpace, Pte } from '../../../abi/xen/memory.table.ts';
import { frameOf } from './entry.ts';
import type { TableLevel } from './pages.ts';

/** Translates the frames of all present entries in place; -1 from `translate` ends it. @returns the index that failed, or -1 */
export const translateTable = (words: Uint32Array, level: TableLevel, translate: (frame: number) => number): number => {
  for (let index = 0; index < 512; index++) {
    if (level === 4 && index >= HypervisorSpace.FIRST_SLOT && index <= HypervisorSpace.LAST_SLOT) {
      words[2 * index] = 0;
      words[2 * index + 1] = 0;
      continue;
    }
    const low = words[2 * index] ?? 0;
    if ((low & Pte.PRESENT) === 0) continue;
    const high = words[2 * index + 1] ?? 0;
    const frame = translate(frameOf(low, high));
    if (frame === -1) return index;
    words[2 * index] = ((low & 0xfff) | ((frame % 0x10_0000) << 12)) >>> 0;
    words[2 * index + 1] = ((high & ~Pte.HIGH_FRAME) | Math.floor(frame / 0x10_0000)) >>> 0;
  }
  return -1;
};
