/** Decoders that the host brings for packed kernels, and a store for what takes long to unpack. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decompress } from 'fzstd';
import { sha256, writeWhole } from './files.ts';

export interface HostCodecs {
  gzip(bytes: Uint8Array): Uint8Array;
  zstd(bytes: Uint8Array): Uint8Array;
  /** The result of an earlier call with the same bytes, or that of `unpack`, which is kept if it took long. */
  remembered(bytes: Uint8Array, unpack: () => Uint8Array): Uint8Array;
}

/** No kernel is larger; a damaged gzip file may claim anything. */
const LARGEST = 2 ** 30;
/** Keeping a result costs about as long as unpacking at this speed. */
const WORTH_KEEPING_MS = 500;
const DIGEST_BYTES = 64;

export function hostCodecs(folder: string): HostCodecs {
  return {
    gzip: (bytes) => gunzipSync(bytes, { maxOutputLength: LARGEST }),
    zstd: (bytes) => decompress(bytes),
    remembered: (bytes, unpack) => {
      const path = join(folder, 'cache', 'unpacked', sha256(bytes));
      const kept = readKept(path);
      if (kept !== undefined) return kept;
      const start = performance.now();
      const result = unpack();
      if (performance.now() - start > WORTH_KEEPING_MS) keep(path, result);
      return result;
    },
  };
}

/** The file is the result followed by its own checksum; one that does not fit is thrown away. */
function readKept(path: string): Uint8Array | undefined {
  try {
    const file = readFileSync(path);
    const bytes = file.subarray(0, -DIGEST_BYTES);
    if (sha256(bytes) === file.subarray(-DIGEST_BYTES).toString('latin1')) return bytes;
    rmSync(path);
  } catch {
    // Not there, or not readable: unpacking again always works.
  }
  return undefined;
}

function keep(path: string, bytes: Uint8Array): void {
  try {
    writeWhole(path, Buffer.concat([bytes, Buffer.from(sha256(bytes), 'latin1')]));
  } catch {
    // A full or read-only disk only makes the next start slower.
  }
}
