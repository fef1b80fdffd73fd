/**
 * Model-specific registers that the board keeps; the engine keeps those its instructions read (EFER, STAR, segment bases,
 * SYSENTER, PAT, TSC). Source: Intel SDM vol. 4 (order number 335592-080).
 *
 * `rw` holds what is written, within `writable`; `r` faults on a write; `ignore` takes writes and reads as its reset value.
 */

export interface MsrRow {
  readonly number: number;
  readonly name: string;
  readonly access: 'rw' | 'r' | 'ignore' | 'w';
  readonly reset: bigint;
  /** Bits that may be set; others fault. All, unless given. */
  readonly writable?: bigint;
}

const rw = (number: number, name: string, reset = 0n, writable?: bigint): MsrRow => ({ number, name, access: 'rw', reset, ...(writable === undefined ? {} : { writable }) });
const r = (number: number, name: string, reset = 0n): MsrRow => ({ number, name, access: 'r', reset });
const w = (number: number, name: string): MsrRow => ({ number, name, access: 'w', reset: 0n });
const ignore = (number: number, name: string, reset = 0n): MsrRow => ({ number, name, access: 'ignore', reset });

/** IA32_ARCH_CAPABILITIES: this processor does not speculate, so it is not affected by what others have to mitigate. */
const NOT_AFFECTED = {
  rdclNo: 1n << 0n, enhancedIbrs: 1n << 1n, skipL1dFlush: 1n << 3n, ssbNo: 1n << 4n, mdsNo: 1n << 5n, ifuErratumNo: 1n << 6n, taaNo: 1n << 8n,
  sbdrNo: 1n << 13n, fbsdpNo: 1n << 14n, psdpNo: 1n << 15n, bhiNo: 1n << 20n, pbrsbNo: 1n << 24n, gdsNo: 1n << 26n, rfdsNo: 1n << 27n, itsNo: 1n << 62n,
} as const;

const MISC_ENABLE = { fastStrings: 1n << 0n, branchTraceUnavailable: 1n << 11n, samplingUnavailable: 1n << 12n } as const;

/** MTRRs: 8 variable ranges, fixed ranges, write combining. */
export const MTRR = { capabilities: 0xfe, variableFirst: 0x200, variableCount: 8, defaultType: 0x2ff, writeBack: 6n, enabled: 1n << 11n, fixedEnabled: 1n << 10n } as const;
const FIXED_MTRRS = [0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f];
const WRITE_BACK_EVERYWHERE = 0x0606_0606_0606_0606n;

export const MSRS: readonly MsrRow[] = [
  ignore(0x00, 'IA32_P5_MC_ADDR'),
  ignore(0x01, 'IA32_P5_MC_TYPE'),
  r(0x17, 'IA32_PLATFORM_ID'),
  r(0x2a, 'MSR_EBL_CR_POWERON'),
  r(0x34, 'MSR_SMI_COUNT'),
  rw(0x3a, 'IA32_FEATURE_CONTROL', 1n, 1n),
  rw(0x48, 'IA32_SPEC_CTRL', 0n, 0x407n),
  w(0x49, 'IA32_PRED_CMD'),
  w(0x79, 'IA32_BIOS_UPDT_TRIG'),
  ignore(0x8b, 'IA32_BIOS_SIGN_ID', 0x1_0000_0000n),
  r(0xce, 'MSR_PLATFORM_INFO', 0n),
  r(MTRR.capabilities, 'IA32_MTRRCAP', BigInt(MTRR.variableCount) | (1n << 8n) | (1n << 10n)),
  r(0x10a, 'IA32_ARCH_CAPABILITIES', Object.values(NOT_AFFECTED).reduce((all, bit) => all | bit, 0n)),
  ignore(0x11e, 'MSR_BBL_CR_CTL3'),
  rw(0x140, 'MSR_MISC_FEATURE_ENABLES', 0n, 0n),
  r(0x179, 'IA32_MCG_CAP'),
  rw(0x17a, 'IA32_MCG_STATUS', 0n, 0n),
  ignore(0x198, 'IA32_PERF_STATUS'),
  ignore(0x199, 'IA32_PERF_CTL'),
  ignore(0x19a, 'IA32_CLOCK_MODULATION'),
  ignore(0x19b, 'IA32_THERM_INTERRUPT'),
  ignore(0x19c, 'IA32_THERM_STATUS'),
  rw(0x1a0, 'IA32_MISC_ENABLE', MISC_ENABLE.fastStrings | MISC_ENABLE.branchTraceUnavailable | MISC_ENABLE.samplingUnavailable),
  ignore(0x1a2, 'MSR_TEMPERATURE_TARGET'),
  rw(0x1a4, 'MSR_MISC_FEATURE_CONTROL', 0n, 0xfn),
  ignore(0x1ad, 'MSR_TURBO_RATIO_LIMIT'),
  ignore(0x1b0, 'IA32_ENERGY_PERF_BIAS', 6n),
  rw(0x1d9, 'IA32_DEBUGCTL', 0n, 0x3n),
  ignore(0x1db, 'MSR_LASTBRANCHFROMIP'),
  ignore(0x1dc, 'MSR_LASTBRANCHTOIP'),
  ignore(0x1dd, 'MSR_LASTINTFROMIP'),
  ignore(0x1de, 'MSR_LASTINTTOIP'),
  ...Array.from({ length: MTRR.variableCount * 2 }, (_, index) =>
    rw(MTRR.variableFirst + index, `IA32_MTRR_PHYS${index % 2 === 0 ? 'BASE' : 'MASK'}${index >> 1}`)),
  ...FIXED_MTRRS.map((number) => rw(number, `IA32_MTRR_FIX_${number.toString(16)}`, WRITE_BACK_EVERYWHERE)),
  rw(MTRR.defaultType, 'IA32_MTRR_DEF_TYPE', MTRR.writeBack | MTRR.enabled | MTRR.fixedEnabled, 0xcffn),
];

export const MSR_PLATFORM_INFO = 0xce;

/** The local APIC: its mode, and its registers in x2APIC mode (SDM vol. 3, sections 11.4.4 and 11.12). */
export const LOCAL_APIC_MSR = {
  base: 0x1b,
  BASE_ENABLE: 0x800n,
  BASE_X2APIC: 0x400n,
  /** Address of its register page outside that mode. */
  PAGE: 0xfee0_0000,
  endOfInterrupt: 0x80b,
  spurious: 0x80f,
  SPURIOUS_ENABLE: 0x100n,
} as const;
