/** The six status flags as sets: which of them an instruction looks at, and which it replaces. */

/** By their bits in RFLAGS (SDM vol. 1, figure 3-8). */
export const Status = { carry: 1, parity: 4, adjust: 0x10, zero: 0x40, sign: 0x80, overflow: 0x800 } as const;
export const ALL_STATUS = 0x8d5;

export interface FlagUse {
  readonly reads: number;
  /** Those it replaces whatever they were; it may as well keep the others. */
  readonly writes: number;
}

export const REPLACES_ALL: FlagUse = { reads: 0, writes: ALL_STATUS };

/** What a pair of condition codes looks at; the lowest bit of a code only negates (SDM vol. 1, appendix B). */
const READ_BY_CONDITION: readonly number[] = [
  Status.overflow,
  Status.carry,
  Status.zero,
  Status.carry | Status.zero,
  Status.sign,
  Status.parity,
  Status.sign | Status.overflow,
  Status.sign | Status.overflow | Status.zero,
];

/** @param cc condition code, 0-15 */
export const readsCondition = (cc: number): FlagUse => ({ reads: READ_BY_CONDITION[cc >> 1] ?? ALL_STATUS, writes: 0 });

/** Flags that matter before an instruction, given those that matter behind it. */
export const liveBefore = (use: FlagUse | undefined, after: number): number =>
  use === undefined ? after : (after & ~use.writes) | use.reads;
