/** A disk whose failures a person hears of: the guest only sees an error of the device. */
import { attempt, type Refusal } from '../base/refusal.ts';
import type { BlockStore } from '../seams/plugs.ts';

type Closable = BlockStore & { close(): void };

/** @param failed called when a request fails, and not again for the same reason before one of its kind has worked */
export function reportingDisk(disk: Closable, failed: (refusal: Refusal) => void): Closable {
  /** Codes of failures that were told, by kind of request. */
  const told = new Map<string, string>();
  const watch = <T>(kind: string, action: () => T): T => {
    const outcome = attempt(action);
    if ('result' in outcome) {
      told.delete(kind);
      return outcome.result;
    }
    const { refusal } = outcome;
    if (told.get(kind) !== refusal.code) failed(refusal);
    told.set(kind, refusal.code);
    throw refusal;
  };
  return {
    sectors: disk.sectors,
    readOnly: disk.readOnly,
    read: (offset, length) => watch('read', () => disk.read(offset, length)),
    write: (offset, bytes) => watch('write', () => disk.write(offset, bytes)),
    flush: () => watch('flush', () => disk.flush()),
    ...(disk.discard && { discard: (offset: number, length: number) => watch('discard', () => disk.discard?.(offset, length)) }),
    close: () => disk.close(),
  };
}
