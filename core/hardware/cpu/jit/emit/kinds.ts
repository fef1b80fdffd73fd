/** Kinds of lazy flags: the same numbers as `Kind` of hot/flags.ts, which says what they mean. */
export const Kind = {
  none: 0,
  add: 1,
  adc: 2,
  sub: 3,
  sbb: 4,
  logic: 5,
  inc: 6,
  dec: 7,
  other: 8,
  /** Only while a unit is written: all flags are in the state block, and CF is in L.carry as well. */
  bit: 9,
} as const;
