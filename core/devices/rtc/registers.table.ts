/** Registers of the MC146818 clock and of PC configuration memory. Source: Motorola MC146818A data sheet (1984); CMOS bytes: Ralf Brown's list. */

export const RTC = {
  seconds: 0x00, secondsAlarm: 0x01, minutes: 0x02, minutesAlarm: 0x03, hours: 0x04, hoursAlarm: 0x05,
  weekday: 0x06, day: 0x07, month: 0x08, year: 0x09, a: 0x0a, b: 0x0b, c: 0x0c, d: 0x0d, century: 0x32,
} as const;

export const A = { updating: 0x80, divider: 0x70, rate: 0x0f, reset: 0x26 } as const;
export const B = { set: 0x80, periodic: 0x40, alarm: 0x20, update: 0x10, binary: 0x04, hours24: 0x02, reset: 0x02 } as const;
export const C = { request: 0x80, periodic: 0x40, alarm: 0x20, update: 0x10 } as const;
export const D = { valid: 0x80 } as const;

/** Memory sizes that firmware stores for old software: extended KiB, then 64 KiB units beyond 16 MiB, then beyond 4 GiB. */
export const CMOS = { baseLow: 0x15, extendedLow: 0x17, extendedLow2: 0x30, above16Low: 0x34, above4GLow: 0x5b, shutdown: 0x0f } as const;

/** An update cycle begins this long before the second. */
export const UPDATE_SECONDS = 244e-6;
