/**
 * LZ4 legacy frames, as kernels are packed: a magic number, then blocks that each expand to at most 8 MiB.
 *
 * Block format: token (literal length, match length), literals, 16-bit offset; lengths of 15 continue in bytes of 255.
 * Source: LZ4 frame format 1.6.4 (legacy frame) and LZ4 block format.
 */
import { readU32 } from '../../../base/bytes.ts';
import { sound } from './damaged.ts';

const MAGIC = 0x184c_2102;
const BLOCK = 8 << 20;

/** Expands `input`; `size` is the exact size of the result, known from outside. */
export function unpackLz4Legacy(input: Uint8Array, size: number): Uint8Array {
  const output = new Uint8Array(size);
  sound(readU32(input, 0) === MAGIC, 'the LZ4 magic number is missing');
  let at = 4;
  let written = 0;
  while (at + 4 <= input.length && written < size) {
    const length = readU32(input, at);
    at += 4;
    if (length === MAGIC) continue; // concatenated frames
    sound(length > 0 && at + length <= input.length, 'an LZ4 block ends behind the file');
    written = block(input.subarray(at, at + length), output, written, Math.min(size, written + BLOCK));
    at += length;
  }
  sound(written === size, `the LZ4 stream gives ${written} bytes, not ${size}`);
  return output;
}

/** @returns the position behind the last byte written. */
function block(input: Uint8Array, output: Uint8Array, start: number, limit: number): number {
  let from = 0;
  let to = start;
  const extend = (length: number): number => {
    let sum = length;
    if (length !== 15) return sum;
    for (;;) {
      const byte = input[from++];
      sound(byte !== undefined, 'an LZ4 length ends behind its block');
      sum += byte;
      if (byte !== 255) return sum;
    }
  };
  while (from < input.length) {
    const token = input[from++] ?? 0;
    const literals = extend(token >> 4);
    sound(from + literals <= input.length && to + literals <= limit, 'LZ4 literals do not fit');
    output.set(input.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    if (from === input.length) break; // the last sequence has no match
    const offset = (input[from] ?? 0) | ((input[from + 1] ?? 0) << 8);
    from += 2;
    const length = extend(token & 15) + 4;
    sound(offset !== 0 && offset <= to - start && to + length <= limit, 'an LZ4 match points outside its block');
    if (offset >= length) output.copyWithin(to, to - offset, to - offset + length);
    else for (let i = 0; i < length; i++) output[to + i] = output[to + i - offset] as number;
    to += length;
  }
  return to;
}
