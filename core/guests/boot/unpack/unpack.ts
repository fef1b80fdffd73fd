/**
 * One function for every format a kernel is packed in.
 *
 * XZ, LZMA and LZ4 are decoded here. gzip and zstd come from the host, which has a fast decoder for them.
 */
import { PAYLOAD_MAGICS } from '../../../abi/boot/linux.table.ts';
import { DamagedStream } from './damaged.ts';
import { unpackLz4Legacy } from './lz4.ts';
import { unpackLzmaAlone, unpackXz } from './xz.ts';

export type PackFormat = (typeof PAYLOAD_MAGICS)[number]['format'];

/** Decoders that the host brings. Each expands the first stream of its input and throws when it is damaged. */
export interface Codecs {
  gzip(bytes: Uint8Array): Uint8Array;
  zstd(bytes: Uint8Array): Uint8Array;
  /** May answer from an earlier call with the same bytes. */
  remembered?(bytes: Uint8Array, unpack: () => Uint8Array): Uint8Array;
}

export function packFormat(bytes: Uint8Array): PackFormat | undefined {
  return PAYLOAD_MAGICS.find(({ magic }) => magic.every((byte, at) => bytes[at] === byte))?.format;
}

export type Unpacked =
  | { kind: 'unpacked'; bytes: Uint8Array }
  /** bzip2 and LZO: rare enough to leave to the guest's own decompressor. */
  | { kind: 'unsupported'; format: string }
  | { kind: 'damaged'; reason: string };

/** @param size exact size of the result where the container tells it (LZ4, XZ and LZMA need it) */
export function unpack(bytes: Uint8Array, size: number, codecs: Codecs): Unpacked {
  const format = packFormat(bytes);
  const unpackers: Partial<Record<PackFormat, () => Uint8Array>> = {
    xz: () => unpackXz(bytes, size),
    lzma: () => unpackLzmaAlone(bytes, size),
    lz4: () => unpackLz4Legacy(bytes, size),
    gzip: () => codecs.gzip(bytes),
    zstd: () => codecs.zstd(bytes),
  };
  const unpacker = format === undefined ? undefined : unpackers[format];
  if (unpacker === undefined) return { kind: 'unsupported', format: format ?? 'unknown' };
  try {
    return { kind: 'unpacked', bytes: codecs.remembered?.(bytes, unpacker) ?? unpacker() };
  } catch (error) {
    // The host's decoders have their own error types; ours is DamagedStream. A Bug is neither and goes on.
    if (error instanceof DamagedStream || format === 'gzip' || format === 'zstd') {
      return { kind: 'damaged', reason: error instanceof Error ? error.message : String(error) };
    }
    throw error;
  }
}
