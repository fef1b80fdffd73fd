/** Fixed ACPI hardware. Source: ACPI Specification 6.5, section 4.8; reset control: Intel ICH9 data sheet, section 13.7.5. */

export const PM1 = {
  /** Offsets from the PM base. */
  status: 0, enable: 2, control: 4, timer: 8, length: 12,
  timerStatus: 0x0001, globalStatus: 0x0020, powerButton: 0x0100, sleepButton: 0x0200, rtc: 0x0400, wake: 0x8000,
  sciEnabled: 0x0001, sleepTypeShift: 10, sleepTypeMask: 7, sleepEnable: 0x2000,
  statusBits: 0x8721, enableBits: 0x0721,
} as const;

/** The value of the sleep type field that DSDT's \_S5 names. */
export const SLEEP_TYPE_OFF = 5;
export const PM_TIMER_HERTZ = 3_579_545;
export const GPE0 = { length: 4 } as const;
export const RESET_CONTROL = { port: 0xcf9, systemReset: 0x02, resetProcessor: 0x04, full: 0x06 } as const;
