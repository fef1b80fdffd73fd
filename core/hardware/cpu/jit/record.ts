/** The interpreter's record of a decoded instruction: its layout, and reading it into an object. */
import type { Instruction, RowPlan } from './instruction.ts';

/** Typed views of the engine's memory; stale as soon as it grows, so they are made for each translation. */
export interface Views {
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
}

export const viewsOf = (buffer: ArrayBuffer): Views => ({
  u8: new Uint8Array(buffer),
  u16: new Uint16Array(buffer),
  u32: new Uint32Array(buffer),
  i32: new Int32Array(buffer),
});

/** Layout of a record; the same as `Op` of hot/state.ts, which draws it. */
export const RECORD = {
  bytes: 32,
  row: 8,
  length: 10,
  size: 11,
  reg: 12,
  rm: 13,
  base: 14,
  index: 15,
  disp: 16,
  scale: 20,
  segment: 21,
  flags: 22,
  addressSize: 23,
  immediate: 24,
} as const;

export const PREFIX = { lock: 1, rep: 2, repne: 4, addressSize: 8, rex: 16, operandSize: 32, endsBlock: 64 } as const;
/** Register numbers with a meaning of their own in `base` and `index`. */
export const NO_REGISTER = 16;
export const RIP_BASE = 17;
export const IN_MEMORY = 0xff;
/** Segment numbers from here on add nothing to an address. */
export const FLAT_SEGMENT = 6;

/** Reads the record at `address`. */
export function readInstruction(
  views: Views,
  address: number,
  at: number,
  plans: readonly RowPlan[],
  unknown: RowPlan,
): Instruction {
  const { u8, u16, i32 } = views;
  const r = RECORD;
  return {
    at,
    length: u8[address + r.length] ?? 1,
    plan: plans[u16[(address + r.row) >> 1] ?? 0] ?? unknown,
    size: u8[address + r.size] ?? 0,
    reg: u8[address + r.reg] ?? 0,
    rm: u8[address + r.rm] ?? 0,
    base: u8[address + r.base] ?? 0,
    index: u8[address + r.index] ?? 0,
    disp: i32[(address + r.disp) >> 2] ?? 0,
    scale: u8[address + r.scale] ?? 0,
    segment: u8[address + r.segment] ?? 0,
    flags: u8[address + r.flags] ?? 0,
    addressSize: u8[address + r.addressSize] ?? 0,
    low: i32[(address + r.immediate) >> 2] ?? 0,
    high: i32[(address + r.immediate + 4) >> 2] ?? 0,
    record: 0,
  };
}
