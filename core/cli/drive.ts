/**
 * Running a computer in pieces: output is written, input taken and the time limit kept in between.
 *
 * Pieces have a fixed length in virtual time, so that several CPUs take turns the same way however fast this machine is.
 * In real time the computer is not let ahead of the clock on the wall; if it falls behind, it stays behind.
 */
import type { Outcome } from '../seams/board.ts';
import type { Bootable } from '../worlds/machines.ts';
import type { Terminal } from './terminal.ts';

export type End = Outcome | { kind: 'time-out' } | { kind: 'left' } | { kind: 'stuck' };

export interface DriveOptions {
  readonly realTime: boolean;
  /** Seconds on the wall; undefined: as long as it takes. */
  readonly timeout: number | undefined;
}

/**
 * Fractions of a second of virtual time. As fast as possible, pieces are short: the time limit is kept between them, and
 * a guest that does nothing but leave the processor (ports, device registers) takes microseconds for each instruction.
 */
const PIECES_PER_SECOND = 5000;
const PIECES_PER_SECOND_REAL = 200;
/** How long the loop may hold the process before it looks at input, in milliseconds. */
const PATIENCE = 15;
const LONGEST_SLEEP = 200;

export async function drive(world: Bootable, terminal: Terminal, options: DriveOptions): Promise<End> {
  const piece = Math.ceil(world.frequency / (options.realTime ? PIECES_PER_SECOND_REAL : PIECES_PER_SECOND));
  const limit = options.timeout === undefined ? Number.POSITIVE_INFINITY : performance.now() + options.timeout * 1000;
  const pace = options.realTime ? new Pace(world.frequency) : undefined;
  let until = 0;
  for (;;) {
    const start = performance.now();
    let asleep = false;
    while (performance.now() - start < PATIENCE && !asleep) {
      if (pace !== undefined && pace.ahead(until) > 0) break;
      until += piece;
      const progress = world.run(until);
      if (progress.kind === 'ended') {
        terminal.flush();
        return progress.outcome;
      }
      asleep = progress.kind === 'asleep';
    }
    terminal.flush();
    if (terminal.left) return { kind: 'left' };
    if (performance.now() >= limit) return { kind: 'time-out' };
    if (asleep && !options.realTime) return { kind: 'stuck' };
    const sleep = asleep ? LONGEST_SLEEP : (pace?.ahead(until) ?? 0);
    if (sleep > 0) await terminal.wait(Math.min(sleep, LONGEST_SLEEP, limit - performance.now()));
    else await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Virtual time against the clock on the wall. */
class Pace {
  private origin = performance.now();

  constructor(private readonly frequency: number) {}

  /** Milliseconds by which a virtual time is ahead of the wall; a delay is forgiven by moving the origin. */
  ahead(cycles: number): number {
    const difference = (cycles / this.frequency) * 1000 - (performance.now() - this.origin);
    if (difference < -LONGEST_SLEEP) this.origin -= difference;
    return difference;
  }
}
