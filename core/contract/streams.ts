/**
 * What runs over a port. Bytes are batched; the reader acknowledges what it has shown, and a writer that is too far ahead
 * keeps only the newest bytes, so one loud console never delays another.
 */
import type { Readings } from './gauges.ts';

export type StreamOpen =
  | { kind: 'readings'; instance: string }
  | { kind: 'console'; unit: string; line: 'serial' | 'boot' }
  | { kind: 'screen'; unit: string };

/** From the process to the window. */
export type FromConsole =
  /**
   * `skipped` bytes were dropped before these because the reader was too slow. `past`: they were written before this reader
   * came, so a terminal answers none of the questions in them.
   */
  { type: 'bytes'; bytes: Uint8Array; skipped: number; past: boolean } | { type: 'ended'; reason: string };

/** From the window to the process. */
export type ToConsole =
  | { type: 'keys'; bytes: Uint8Array }
  | { type: 'shown'; bytes: number }
  | { type: 'size'; columns: number; rows: number };

export type FromReadings = { type: 'readings'; readings: Readings };

/** A screen sends whole rows that changed; pixels are RGBA. A mode empties the picture. */
export type FromScreen =
  | { type: 'mode'; width: number; height: number }
  | { type: 'rows'; from: number; count: number; pixels: Uint8ClampedArray };
export type ToScreen =
  | { type: 'shown' }
  /** By position (W3C UI Events code). */
  | { type: 'key'; code: string; down: boolean }
  /** In dots of the screen; `buttons` as in DOM events, `wheel` notches downwards. */
  | { type: 'pointer'; x: number; y: number; buttons: number; wheel: number };

/** Bytes a console may be ahead of its reader. */
export const CONSOLE_AHEAD = 512 * 1024;
/** Bytes a console remembers for a reader that comes later. */
export const CONSOLE_KEPT = 1024 * 1024;
