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
  /** Linear address of the first byte of the page. */
  page: 6,
  /** Linear address of the access to check. */
  address: 7,
  // Result and operands of the last operation that set the flags.
  result: 8,
  flagLeft: 9,
  flagRight: 10,
  t: 11,
  u: 12,
  v: 13,
  carry: 14,
  /** Where control goes when the unit is left, or by an indirect jump. */
  rip: 15,
  /** The sixteen registers. */
  gpr: 16,
  /** A vector. */
  x: 32,
} as const;

/** Numbers of 32-bit, 64-bit and vector variables behind the parameters. */
export const DECLARED = { i32: 4, i64: 26, v128: 1 } as const;

/** Exports of hot.wasm that translated code calls, in import order; see hot/translated.ts and hot/flags.ts. */
export const IMPORTS = ['stepRecord', 'condition', 'materialise'] as const;
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
