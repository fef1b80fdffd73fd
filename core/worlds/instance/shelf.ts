/**
 * The disk of a container as its provider keeps it: the disks of its machines, each in a part of its own, and nothing between
 * them. The driver domain sees one disk and is told where a part begins, as a volume manager is.
 */
import { attempt } from '../../base/refusal.ts';
import type { BlockStore } from '../../seams/plugs.ts';

/** A part begins at a multiple of this, bytes. */
const GRAIN = 2 ** 20;
/** Address space for parts, bytes: 64 TiB, of which nothing is used but what the parts use. */
const SIZE = 2 ** 46;
const SECTOR = 512;

export interface Part {
  /** Where it begins on the disk, bytes. */
  readonly offset: number;
  /** Takes it away at once: what comes for it later finds nothing there. */
  remove(): void;
}

export interface Shelf {
  /** The container's disk. */
  readonly disk: BlockStore;
  /** Undefined: there is no gap that is large enough. */
  put(disk: BlockStore): Part | undefined;
}

interface Placed {
  readonly start: number;
  readonly end: number;
  readonly disk: BlockStore;
  /** Written since it was last flushed. */
  dirty: boolean;
}

const flush = (part: Placed): void => {
  part.disk.flush();
  part.dirty = false;
};

export function createShelf(): Shelf {
  /** By where they start. */
  let parts: Placed[] = [];

  /** Calls `use` with each part that a range meets, the range within that part, and where it lies in the whole range. */
  const meet = (
    offset: number,
    length: number,
    use: (part: Placed, offset: number, length: number, at: number) => void,
  ): void => {
    for (const part of parts) {
      const from = Math.max(offset, part.start);
      const to = Math.min(offset + length, part.end);
      if (from < to) use(part, from - part.start, to - from, from - offset);
    }
  };

  /** The first gap of so many bytes. */
  const gap = (length: number): number | undefined => {
    let start = 0;
    for (const part of parts) {
      if (part.start - start >= length) return start;
      start = Math.ceil(part.end / GRAIN) * GRAIN;
    }
    return start + length <= SIZE ? start : undefined;
  };

  return {
    disk: {
      sectors: SIZE / SECTOR,
      readOnly: false,
      read: (offset, length) => {
        const bytes = new Uint8Array(length);
        meet(offset, length, ({ disk }, from, count, at) => bytes.set(disk.read(from, count), at));
        return bytes;
      },
      write: (offset, bytes) =>
        meet(offset, bytes.length, (part, from, count, at) => {
          // The driver domain refuses this; a kernel of the container that tries finds its write without effect.
          if (part.disk.readOnly) return;
          part.disk.write(from, bytes.subarray(at, at + count));
          part.dirty = true;
        }),
      flush: () => {
        // One disk that fails keeps nothing of the others from being flushed.
        const outcomes = parts.filter(({ dirty }) => dirty).map((part) => attempt(() => flush(part)));
        for (const outcome of outcomes) if ('refusal' in outcome) throw outcome.refusal;
      },
      discard: (offset, length) =>
        meet(offset, length, ({ disk }, from, count) => {
          if (!disk.readOnly) disk.discard?.(from, count);
        }),
    },
    put: (disk) => {
      const length = disk.sectors * SECTOR;
      const start = gap(length);
      if (start === undefined) return undefined;
      const placed: Placed = { start, end: start + length, disk, dirty: false };
      parts = [...parts, placed].sort((a, b) => a.start - b.start);
      return {
        offset: start,
        remove: () => {
          parts = parts.filter((part) => part !== placed);
        },
      };
    },
  };
}
