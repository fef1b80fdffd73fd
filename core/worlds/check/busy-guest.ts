/** A machine that computes without end and tells on its console whenever a unit of work is done. */
import type { ByteStream } from '../../seams/plugs.ts';

/** Bytes that one unit of work hashes: some milliseconds, so that little of a window is lost at its ends. */
const UNIT_KIB = 64;
/** Names given to one run of md5sum, as a power of two: it prints a line for each, and is seldom started anew. */
const DOUBLINGS = 9;
const NEWLINE = 10;

/**
 * For the command line of the kernel: as many workers as virtual CPUs. Each hashes a file in memory over and over: system
 * calls, copies and integer arithmetic, all of it CPU time.
 */
export const busyCommand = (vcpus: number): string => {
  const doublings = Array.from({ length: DOUBLINGS }, (_, index) => index).join(' ');
  const workers = Array.from({ length: vcpus }, (_, index) => index).join(' ');
  return [
    `blanket.run="dd if=/dev/zero of=/tmp/f bs=1k count=${UNIT_KIB} 2>/dev/null; f=/tmp/f`,
    `for i in ${doublings}; do f=$f\\ $f; done`,
    `for i in ${workers}; do while :; do md5sum $f; done & done`,
    'wait"',
  ].join('; ');
};

/** The console of a busy machine: counts lines, drops their text. */
export class WorkCounter implements ByteStream {
  /** Units done since the machine began. */
  done = 0;

  write(bytes: Uint8Array): void {
    for (const byte of bytes) if (byte === NEWLINE) this.done += 1;
  }

  onData(): void {}
}
