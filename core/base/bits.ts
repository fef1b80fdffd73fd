/** Bit fields and alignment. */

/** The largest multiple of `alignment` (a power of two, up to 2^31) that is not above `value`. */
export const alignDown = (value: number, alignment: number): number => value - (value % alignment);

/** The smallest multiple of `alignment` that is not below `value`. */
export const alignUp = (value: number, alignment: number): number => alignDown(value + alignment - 1, alignment);

/** Hexadecimal with 0x and at least `digits` digits. */
export const hex = (value: number | bigint, digits = 1): string => `0x${value.toString(16).padStart(digits, '0')}`;
