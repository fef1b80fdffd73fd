/** The local APIC. Source: Intel SDM vol. 3, chapter 11 (order number 325384-080), tables 11-1 and 11-6. */

/** Offsets in the register page; x2APIC MSRs are 0x800 + offset / 16. */
export const APIC = {
  id: 0x020, version: 0x030, tpr: 0x080, apr: 0x090, ppr: 0x0a0, eoi: 0x0b0, rrd: 0x0c0, ldr: 0x0d0, dfr: 0x0e0, svr: 0x0f0,
  isr: 0x100, tmr: 0x180, irr: 0x200, esr: 0x280, lvtCmci: 0x2f0, icrLow: 0x300, icrHigh: 0x310,
  lvtTimer: 0x320, lvtThermal: 0x330, lvtPerformance: 0x340, lvtLint0: 0x350, lvtLint1: 0x360, lvtError: 0x370,
  timerInitial: 0x380, timerCurrent: 0x390, timerDivide: 0x3e0, selfIpi: 0x3f0,
} as const;

/** Registers that exist as MSRs in x2APIC mode (SDM vol. 3, table 11-6); reading or writing any other faults. */
export const X2APIC_READABLE: readonly number[] = [
  APIC.id, APIC.version, APIC.tpr, APIC.ppr, APIC.ldr, APIC.svr, APIC.esr, APIC.icrLow, APIC.lvtTimer, APIC.lvtThermal, APIC.lvtPerformance,
  APIC.lvtLint0, APIC.lvtLint1, APIC.lvtError, APIC.timerInitial, APIC.timerCurrent, APIC.timerDivide,
  ...[APIC.isr, APIC.tmr, APIC.irr].flatMap((first) => Array.from({ length: 8 }, (_, index) => first + index * 0x10)),
];
export const X2APIC_WRITABLE: readonly number[] = [
  APIC.tpr, APIC.eoi, APIC.svr, APIC.esr, APIC.icrLow, APIC.lvtTimer, APIC.lvtThermal, APIC.lvtPerformance, APIC.lvtLint0, APIC.lvtLint1, APIC.lvtError,
  APIC.timerInitial, APIC.timerDivide, APIC.selfIpi,
];

/** Version 0x14, six entries in the local vector table (highest index 5). */
export const VERSION = 0x0005_0014;

export const SVR = { enable: 0x100, reset: 0xff } as const;
export const LVT = {
  vector: 0xff, deliveryShift: 8, deliveryMask: 7, pending: 0x1000, remoteIrr: 0x4000, levelTrigger: 0x8000, masked: 0x1_0000,
  timerModeShift: 17, oneShot: 0, periodic: 1, tscDeadline: 2,
  writable: {
    [APIC.lvtTimer]: 0x7_00ff, [APIC.lvtThermal]: 0x1_07ff, [APIC.lvtPerformance]: 0x1_07ff,
    [APIC.lvtLint0]: 0x1_a7ff, [APIC.lvtLint1]: 0x1_a7ff, [APIC.lvtError]: 0x1_00ff,
  } as Readonly<Record<number, number>>,
} as const;

export const DELIVERY = { fixed: 0, lowestPriority: 1, smi: 2, nmi: 4, init: 5, startUp: 6, externalInterrupt: 7 } as const;

export const ICR = {
  logical: 0x800, pending: 0x1000, assert: 0x4000, level: 0x8000, shorthandShift: 18, none: 0, self: 1, all: 2, others: 3,
} as const;

export const ERROR = { sendIllegalVector: 0x20, receiveIllegalVector: 0x40, illegalRegister: 0x80 } as const;

/** Divide configuration: bits 0, 1 and 3 to the divisor. */
export const DIVISORS = [2, 4, 8, 16, 32, 64, 128, 1] as const;

export const APIC_BASE_MSR = { number: 0x1b, bootstrap: 0x100, x2apic: 0x400, enable: 0x800, address: 0xfee0_0000 } as const;
export const TSC_DEADLINE_MSR = 0x6e0;
export const X2APIC_MSR = { first: 0x800, last: 0x8ff } as const;

/** The timer's clock: the crystal of CPUID leaf 15H. */
export const CRYSTAL_HERTZ = 25_000_000;
