/** A console line between a guest and whoever shows it; it outlives the guest, so a reboot keeps its readers. */
import type { ByteStream } from '../../seams/plugs.ts';

export interface Pipe {
  /** The end that the guest's console is connected to. */
  readonly guest: ByteStream;
  /** The end of the person. */
  readonly person: ByteStream;
}

/** Output kept until somebody listens. */
const MOST_KEPT = 256 * 1024;

export function createPipe(): Pipe {
  const toPerson = oneWay();
  const toGuest = oneWay();
  return {
    guest: { write: toPerson.write, onData: toGuest.listen },
    person: { write: toGuest.write, onData: toPerson.listen },
  };
}

function oneWay(): { write(bytes: Uint8Array): void; listen(listener: (bytes: Uint8Array) => void): void } {
  let listener: ((bytes: Uint8Array) => void) | undefined;
  let kept: Uint8Array[] = [];
  let size = 0;
  return {
    write: (bytes) => {
      if (listener) listener(bytes);
      else if (size < MOST_KEPT) {
        kept.push(bytes.slice());
        size += bytes.length;
      }
    },
    listen: (to) => {
      listener = to;
      for (const bytes of kept) to(bytes);
      kept = [];
      size = 0;
    },
  };
}
