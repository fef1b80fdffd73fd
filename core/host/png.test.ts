/** PNG files that any program can open. */
import { inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { readText } from '../base/bytes.ts';
import { png } from './png.ts';

it('has a header, the rows behind their filter numbers, and an end', () => {
  const file = png(2, 2, Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 255, 10, 11, 12, 255));
  const view = new DataView(file.buffer, file.byteOffset);
  const chunks: [string, Uint8Array][] = [];
  for (let at = 8; at < file.length; at += 12 + view.getUint32(at)) {
    chunks.push([readText(file, at + 4, at + 8), file.slice(at + 8, at + 8 + view.getUint32(at))]);
  }
  expect(chunks.map(([type]) => type)).toEqual(['IHDR', 'IDAT', 'IEND']);
  expect([...(chunks[0]?.[1] ?? [])]).toEqual([0, 0, 0, 2, 0, 0, 0, 2, 8, 6, 0, 0, 0]);
  expect([...inflateSync(chunks[1]?.[1] ?? new Uint8Array(0))]).toEqual([
    0, 1, 2, 3, 255, 4, 5, 6, 255, 0, 7, 8, 9, 255, 10, 11, 12, 255,
  ]);
  // The check value of an empty end chunk, as in every PNG file.
  expect(view.getUint32(file.length - 4)).toBe(0xae42_6082);
});
