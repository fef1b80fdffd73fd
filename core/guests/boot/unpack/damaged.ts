/** A compressed stream that cannot be right: raised deep inside a decoder, turned into a refusal by the caller. */

export class DamagedStream extends Error {
  override readonly name = 'DamagedStream';
}

export function sound(condition: boolean, what: string): asserts condition {
  if (!condition) throw new DamagedStream(what);
}
