/** Dots in memory as the screen that a window shows: what changed since it was last looked at. */
import type { Screen } from './desk.ts';

export interface Dots {
  readonly width: number;
  readonly height: number;
  /** Rows without gaps: blue, green, red, unused. */
  pixels(): Uint8Array;
}

const BYTES_PER_DOT = 4;

/** @param input where keys and pointer of the person go */
export function surfaceScreen(dots: Dots, input: Pick<Screen, 'key' | 'pointer'>): Screen {
  const { width, height } = dots;
  const pitch = width * BYTES_PER_DOT;
  let shown: Uint8Array | undefined;
  return {
    width,
    height,
    changes: () => {
      const now = dots.pixels();
      const [from, end] = differentRows(shown, now, pitch);
      shown = now;
      if (from === end) return undefined;
      return { from, count: end - from, pixels: toRgba(now.subarray(from * pitch, end * pitch)) };
    },
    key: (code, down) => input.key(code, down),
    pointer: (x, y, buttons, wheel) => input.pointer(x, y, buttons, wheel),
  };
}

/** First row that differs, and the one behind the last. */
function differentRows(before: Uint8Array | undefined, now: Uint8Array, pitch: number): [number, number] {
  const rows = now.length / pitch;
  const differs = (row: number): boolean => {
    if (before === undefined) return true;
    const end = (row + 1) * pitch;
    for (let at = row * pitch; at < end; at++) if (before[at] !== now[at]) return true;
    return false;
  };
  let from = 0;
  while (from < rows && !differs(from)) from++;
  let end = rows;
  while (end > from && !differs(end - 1)) end--;
  return [from, end];
}

/** Blue, green, red, unused to red, green, blue, opaque. */
function toRgba(bytes: Uint8Array): Uint8ClampedArray {
  const dots = new Uint8ClampedArray(bytes.length);
  for (let at = 0; at < bytes.length; at += BYTES_PER_DOT) {
    dots[at] = bytes[at + 2] ?? 0;
    dots[at + 1] = bytes[at + 1] ?? 0;
    dots[at + 2] = bytes[at] ?? 0;
    dots[at + 3] = 0xff;
  }
  return dots;
}
