/** Where things go in the memory of the computer: RAM ranges, what is taken already, and the next free place. */
import { alignDown, alignUp } from '../../base/bits.ts';
import type { MachineMemory } from '../../seams/machine.ts';

export interface Range {
  readonly start: number;
  readonly length: number;
}

const FRAME = 4096;
const overlaps = (a: Range, b: Range): boolean => a.start < b.start + b.length && b.start < a.start + a.length;

/** Free space within RAM. Ranges handed out or claimed never overlap. */
export class Space {
  private readonly taken: Range[] = [];

  constructor(private readonly ram: readonly Range[]) {}

  /** Takes a range at a fixed address. */
  claim(range: Range): 'taken' | 'no memory there' | 'in use' {
    if (range.length === 0) return 'taken';
    const inside = this.ram.some((ram) => range.start >= ram.start && range.start + range.length <= ram.start + ram.length);
    if (!inside) return 'no memory there';
    if (this.taken.some((other) => overlaps(other, range))) return 'in use';
    this.taken.push(range);
    return 'taken';
  }

  /** The lowest free, page-aligned place from `from` on. */
  above(length: number, from: number): number | undefined {
    const starts = [
      from,
      ...this.ram.map((ram) => Math.max(ram.start, from)),
      ...this.taken.map((other) => other.start + other.length),
    ];
    const places = starts.map((start) => alignUp(start, FRAME)).filter((start) => start >= from);
    return places.sort((a, b) => a - b).find((start) => this.claim({ start, length }) === 'taken');
  }

  /** The highest free, page-aligned place that ends at or before `limit`. */
  below(length: number, limit: number): number | undefined {
    const ends = [...this.ram.map((ram) => Math.min(ram.start + ram.length, limit)), ...this.taken.map((other) => other.start)];
    const places = ends.filter((end) => end <= limit && end >= length).map((end) => alignDown(end - length, FRAME));
    return places.sort((a, b) => b - a).find((start) => this.claim({ start, length }) === 'taken');
  }
}

/** Writes bytes into fresh memory, leaving out frames of zeroes: they cost nothing as long as nobody touches them. */
export function writeSparsely(memory: MachineMemory, address: number, bytes: Uint8Array): void {
  let at = 0;
  while (at < bytes.length) {
    const end = Math.min(bytes.length, at + FRAME - ((address + at) % FRAME));
    const piece = bytes.subarray(at, end);
    if (!isZero(piece)) memory.write(address + at, piece);
    at = end;
  }
}

/** A kernel has tens of megabytes: a function called for each byte would take a tenth of a second. */
function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) if (bytes[at] !== 0) return false;
  return true;
}
