/**
 * XZ streams and LZMA-alone files, unpacked in memory.
 *
 * XZ: stream header, blocks (header, LZMA2 chunks, padding, check), index, footer. Filters supported are LZMA2 alone or
 * after x86 BCJ, which is what kernels use. Checks: CRC32 is verified, others are skipped over.
 * Source: The .xz File Format 1.2.0 (2023); LZMA2 chunk control bytes as in XZ Embedded's documentation.
 */
import { readU32 } from '../../../base/bytes.ts';
import { undoX86Branches } from './bcj-x86.ts';
import { crc32 } from './crc32.ts';
import { sound } from './damaged.ts';
import { LzmaDecoder } from './lzma.ts';

const FILTER_X86 = 0x04;
const FILTER_LZMA2 = 0x21;
const CHECK_CRC32 = 1;
/** Bytes of the check by its kind. */
const CHECK_SIZES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

/** Expands the first stream of `input`; `size` is the exact size of the result. */
export function unpackXz(input: Uint8Array, size: number): Uint8Array {
  sound(input.length >= 24 && input[0] === 0xfd && readU32(input, 8) === crc32(input.subarray(6, 8)), 'the XZ header is damaged');
  const check = (input[7] ?? 0) & 15;
  const output = new Uint8Array(size);
  let at = 12;
  let written = 0;
  while (input[at] !== 0) {
    sound(at < input.length, 'the XZ stream ends too early');
    const header = blockHeader(input, at);
    const block = output.subarray(written);
    const data = lzma2(input.subarray(header.end), block);
    if (header.x86) undoX86Branches(block.subarray(0, data.written));
    const dataEnd = header.end + data.consumed;
    const checkAt = dataEnd + ((4 - ((dataEnd - at) & 3)) & 3);
    if (check === CHECK_CRC32) {
      sound(readU32(input, checkAt) === crc32(block.subarray(0, data.written)), 'the checksum of the unpacked data is wrong');
    }
    written += data.written;
    at = checkAt + (CHECK_SIZES[check] ?? 0);
  }
  sound(written === size, `the XZ stream gives ${written} bytes, not ${size}`);
  return output;
}

function blockHeader(input: Uint8Array, at: number): { end: number; x86: boolean } {
  const end = at + ((input[at] ?? 0) + 1) * 4;
  sound(end <= input.length && readU32(input, end - 4) === crc32(input.subarray(at, end - 4)), 'an XZ block header is damaged');
  const flags = input[at + 1] ?? 0;
  let field = at + 2;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; shift < 49; shift += 7) {
      const byte = input[field++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return Number.POSITIVE_INFINITY;
  };
  if ((flags & 0x40) !== 0) number(); // compressed size
  if ((flags & 0x80) !== 0) number(); // uncompressed size
  const filters: number[] = [];
  for (let i = 0; i <= (flags & 3); i++) {
    filters.push(number());
    const properties = number();
    sound(field + properties <= end, 'an XZ block header is damaged');
    field += properties;
  }
  const known = filters.join() === `${FILTER_LZMA2}` || filters.join() === `${FILTER_X86},${FILTER_LZMA2}`;
  sound(known, `the XZ filters ${filters.join(', ')} are not known`);
  return { end, x86: filters.length === 2 };
}

/**
 * A sequence of chunks. Control byte: 0 end; 1 stored, dictionary reset; 2 stored; from 0x80 on LZMA, whose bits 5-6 say
 * what is reset: nothing, state, state and properties, all and the dictionary.
 */
function lzma2(input: Uint8Array, output: Uint8Array): { written: number; consumed: number } {
  const decoder = new LzmaDecoder(output);
  let at = 0;
  for (;;) {
    sound(at < input.length, 'the LZMA2 data end too early');
    const control = input[at++] ?? 0;
    if (control === 0) return { written: decoder.written, consumed: at };
    if (control >= 0xe0 || control === 1) decoder.resetDictionary();
    const low = ((input[at] ?? 0) << 8) + (input[at + 1] ?? 0) + 1;
    at += 2;
    if (control < 0x80) {
      sound(control <= 2 && at + low <= input.length, 'an LZMA2 chunk is damaged');
      decoder.store(input.subarray(at, at + low));
      at += low;
      continue;
    }
    const packed = ((input[at] ?? 0) << 8) + (input[at + 1] ?? 0) + 1;
    at += 2;
    if (control >= 0xc0) decoder.setProperties(input[at++] ?? 0xff);
    if (control >= 0xa0) decoder.resetState();
    sound(at + packed <= input.length, 'the LZMA2 data end too early');
    decoder.decode(input.subarray(at, at + packed), ((control & 0x1f) << 16) + low);
    at += packed;
  }
}

/** Expands an LZMA-alone file: properties, dictionary size, result size (or all ones and an end marker), data. */
export function unpackLzmaAlone(input: Uint8Array, size: number): Uint8Array {
  const output = new Uint8Array(size);
  const decoder = new LzmaDecoder(output);
  decoder.setProperties(input[0] ?? 0xff);
  decoder.resetState();
  decoder.decode(input.subarray(13), size);
  sound(decoder.written === size, `the LZMA stream gives ${decoder.written} bytes, not ${size}`);
  return output;
}
