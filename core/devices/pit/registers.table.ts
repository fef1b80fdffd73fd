/** The 8254 interval timer. Source: Intel 8254 data sheet, order number 231164-005. */

/** Input clock: a third of the colour burst frequency times four thirds. */
export const PIT_HERTZ = 1_193_182;
export const PIT_PORTS = { counters: 0x40, control: 0x61 } as const;
export const CONTROL_WORD = { counterShift: 6, accessShift: 4, modeShift: 1, bcd: 0x01, readBack: 3 } as const;
/** Bits of the read-back command; zero selects. */
export const READ_BACK = { noCount: 0x20, noStatus: 0x10 } as const;
export const STATUS = { output: 0x80, nullCount: 0x40 } as const;
/** System control port B. Source: IBM PC AT Technical Reference, 1984. */
export const PORT_B = { gate2: 0x01, speaker: 0x02, refresh: 0x10, output2: 0x20 } as const;
