/** A picture as a PNG file. Source: PNG specification, third edition (W3C, 2025), sections 5 and 11. */
import { crc32, deflateSync } from 'node:zlib';
import { concatenate, textBytes } from '../base/bytes.ts';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const BYTES_PER_DOT = 4;
/** Eight bits a channel, red green blue alpha, deflate, no filter choice, no interlace. */
const FORMAT = [8, 6, 0, 0, 0] as const;

const big32 = (value: number): Uint8Array => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);

function chunk(type: string, content: Uint8Array): Uint8Array {
  const body = concatenate([textBytes(type), content]);
  return concatenate([big32(content.length), body, big32(crc32(body))]);
}

/** @param pixels rows of RGBA from the top */
export function png(width: number, height: number, pixels: Uint8Array | Uint8ClampedArray): Uint8Array {
  const pitch = width * BYTES_PER_DOT;
  // Each row begins with the number of its filter: none.
  const rows = new Uint8Array(height * (pitch + 1));
  for (let row = 0; row < height; row++) rows.set(pixels.subarray(row * pitch, (row + 1) * pitch), row * (pitch + 1) + 1);
  return concatenate([
    SIGNATURE,
    chunk('IHDR', concatenate([big32(width), big32(height), Uint8Array.from(FORMAT)])),
    chunk('IDAT', new Uint8Array(deflateSync(rows))),
    chunk('IEND', new Uint8Array(0)),
  ]);
}
