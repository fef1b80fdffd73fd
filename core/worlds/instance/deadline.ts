/** How long a guest is waited for: in its own time, which a busy computer makes slow. */

/** How many times slower than the wall an instance's own time may be; beyond that it stands still. */
const SLOWEST = 10;

export interface Clocks {
  /** Virtual seconds of the instance. */
  own(): number;
  /** Milliseconds of the clock on the wall. */
  wall(): number;
}

/** @returns whether so many seconds are over from now on */
export function deadline(seconds: number, { own, wall }: Clocks): () => boolean {
  const limit = own() + seconds;
  const longest = wall() + seconds * 1000 * SLOWEST;
  return () => own() > limit || wall() > longest;
}
