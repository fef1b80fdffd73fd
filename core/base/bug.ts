/** Our own mistakes: they are exceptions, everything a guest or a person can cause is a value. */

/** A broken promise inside the program. Caught only at the edge of a process. */
export class Bug extends Error {
  override readonly name = 'Bug';
}

/** Throws a {@link Bug} unless `condition` holds. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Bug(message);
}

/** Ends a switch over a closed union; the compiler proves that it is never reached. */
export function unreachable(value: never): never {
  throw new Bug(`unreachable case: ${String(value)}`);
}
