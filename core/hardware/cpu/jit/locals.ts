/** Local variables of a translated function, and the functions it imports. */

/** Parameters first, then 32-bit, then 64-bit variables, as declared in {@link DECLARED}. */
export const L = {
  cpu: 0,
  /** Which entry to go to; elsewhere a temporary. */
  next: 1,
  /** Cycles left, less what the current path has not subtracted yet. */
  left: 2,
  /** Read table of the TLB set in use; the write table lies behind it. */
  tlb: 3,
  /** Host address of the last checked access. */
  host: 4,
  entry: 5,
  n: 6,
  m: 7,
  /** Linear address of the first byte of the page. */
  page: 8,
  /** Linear address of the access to check. */
  address: 9,
  // The lazy status flags: (kind, size) as in the state block, result, left and right operand.
  kind: 10,
  result: 11,
  flagLeft: 12,
  flagRight: 13,
  t: 14,
  u: 15,
  v: 16,
  carry: 17,
  /** Where control goes when the unit is left, or by an indirect jump. */
  rip: 18,
  /** The sixteen registers. */
  gpr: 19,
} as const;

export const PARAMETERS = 2;
/** Numbers of 32-bit and of 64-bit variables behind the parameters. */
export const DECLARED = { i32: 6, i64: 27 } as const;

/** Exports of hot.wasm that translated code calls, in import order; see hot/translated.ts. */
export const IMPORTS = ['fillRead', 'fillWrite', 'stepRecord', 'flagCondition', 'materialiseFlags'] as const;
export type ImportName = (typeof IMPORTS)[number];

/** Why a unit returns; see `enter` in hot/translated.ts. */
export const Exit = {
  /** At a boundary, anywhere. */
  onward: 0,
  /** Fewer cycles are left than the next blocks need: the interpreter uses them up. */
  short: 1,
  /** The interpreter must execute this one instruction, whatever is left. */
  precise: 2,
} as const;
