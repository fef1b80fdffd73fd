/** A disk in memory that logs what is done to it, for tests. */
import type { BlockStore } from '../plugs.ts';

const SECTOR = 512;

export interface MemoryDisk {
  readonly content: Uint8Array;
  /** Every write, flush and discard in its order; the numbers are bytes. */
  readonly log: readonly string[];
  readonly store: BlockStore;
}

/** @param changes what the disk says or does otherwise */
export const memoryDisk = (sectors: number, changes: Partial<BlockStore> = {}): MemoryDisk => {
  const content = new Uint8Array(sectors * SECTOR);
  const log: string[] = [];
  const store: BlockStore = {
    sectors,
    readOnly: false,
    read: (offset, length) => content.slice(offset, offset + length),
    write: (offset, bytes) => {
      log.push(`write ${offset} ${bytes.length}`);
      content.set(bytes, offset);
    },
    flush: () => void log.push('flush'),
    discard: (offset, length) => void log.push(`discard ${offset} ${length}`),
    ...changes,
  };
  return { content, log, store };
};
