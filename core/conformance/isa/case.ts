/** One test of instruction semantics: the state before, the code, and the state after; same layout as native.c. */

/** Room for a program, its closing INT3s included. */
export const CODE_BYTES = 128;
export const CODE_ADDRESS = 0x1000_0000;
/** Two pages; the window that is filled and compared byte by byte straddles their boundary. */
export const DATA_BYTES = 8192;
export const DATA_ADDRESS = 0x2000_0000;
export const WINDOW_BYTES = 1024;
export const WINDOW_ADDRESS = DATA_ADDRESS + (DATA_BYTES - WINDOW_BYTES) / 2;

/** Offsets in `struct state` of native.c. */
export const State = { gpr: 0, rip: 128, rflags: 136, signal: 144, error: 152, vector: 160, address: 168, fx: 176 } as const;
export const FX_BYTES = 512;
export const STATE_BYTES = State.fx + FX_BYTES;
export const CASE_BYTES = STATE_BYTES + CODE_BYTES + WINDOW_BYTES;
export const ANSWER_BYTES = STATE_BYTES + WINDOW_BYTES + 8;

/** A program and the state it starts from. */
export interface Case {
  /** `struct state`; only registers, rip, rflags and the FXSAVE image are read. */
  readonly state: Uint8Array;
  readonly code: Uint8Array;
  readonly window: Uint8Array;
  /** The instructions, for people. */
  readonly text: string;
  /** Status flags that the program leaves undefined, as RFLAGS bits. */
  readonly undefinedFlags: number;
  /** Instructions up to and including INT3, when no fault comes in between. */
  readonly instructions: number;
}

/** The state after a program ended by a trap: `struct state`, the window, and a hash of all data. */
export interface Answer {
  readonly state: Uint8Array;
  readonly window: Uint8Array;
  readonly hash: number;
}

/** FNV-1a over 32-bit words, as native.c computes it. */
export function hashWords(bytes: Uint8Array): number {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2);
  let value = 0x811c_9dc5;
  for (const word of words) value = Math.imul(value ^ word, 0x0100_0193);
  return value >>> 0;
}
