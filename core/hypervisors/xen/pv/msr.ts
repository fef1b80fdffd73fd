/** Model-specific registers of a paravirtual domain: the few it has, and the values others are known to be probed with. */
import { fromBigint, isCanonical } from './entry.ts';
import type { PvVcpu } from './vcpu.ts';

const MSR = {
  TSC: 0x10,
  APIC_BASE: 0x1b,
  /** Revision of the microcode, in the upper half; written with 0 before it is read (SDM vol. 3, 10.11.7). */
  BIOS_SIGN_ID: 0x8b,
  MTRR_CAP: 0xfe,
  MISC_ENABLE: 0x1a0,
  /** Machine checks: no bank, nothing happened (SDM vol. 3, 16.3.1). */
  MCG_CAP: 0x179,
  MCG_STATUS: 0x17a,
  DEBUGCTL: 0x1d9,
  PAT: 0x277,
  HYPERCALL_PAGE: 0x4000_0000,
  EFER: 0xc000_0080,
  FS_BASE: 0xc000_0100,
  GS_BASE: 0xc000_0101,
  SHADOW_GS_BASE: 0xc000_0102,
} as const;

/** System call, long mode, and no-execute are on; the guest cannot change that. */
const EFER = 0xd01n;
/** Power-on memory types. */
const PAT = 0x0000_0501_0007_0406n;
const APIC_DISABLED = 0xfee0_0000n;
const MICROCODE = 0x1_0000_0000n;

/** Undefined: #GP. */
export const readMsr = (vcpu: PvVcpu, msr: number): bigint | undefined => {
  switch (msr) {
    case MSR.TSC:
      return BigInt(vcpu.domain.xen.now());
    case MSR.FS_BASE:
      return vcpu.context.readSegment('fs').base;
    case MSR.GS_BASE:
      return vcpu.context.readSegment('gs').base;
    case MSR.SHADOW_GS_BASE:
      return vcpu.otherGsBase;
    case MSR.EFER:
      return EFER;
    case MSR.PAT:
      return PAT;
    case MSR.APIC_BASE:
      return APIC_DISABLED | (vcpu.id === 0 ? 0x100n : 0n);
    case MSR.BIOS_SIGN_ID:
      return MICROCODE;
    case MSR.MCG_CAP:
    case MSR.MCG_STATUS:
    case MSR.DEBUGCTL:
    case MSR.MISC_ENABLE:
      return 0n;
    default:
      return undefined;
  }
};

/** False: #GP. */
export const writeMsr = (vcpu: PvVcpu, msr: number, value: bigint): boolean => {
  const canonical = isCanonical(fromBigint(value));
  switch (msr) {
    case MSR.FS_BASE:
    case MSR.GS_BASE:
      if (canonical) vcpu.setSegmentBase(msr === MSR.FS_BASE ? 'fs' : 'gs', value);
      return canonical;
    case MSR.SHADOW_GS_BASE:
      if (canonical) vcpu.otherGsBase = value;
      return canonical;
    case MSR.BIOS_SIGN_ID:
    case MSR.MCG_STATUS:
      return value === 0n;
    case MSR.EFER:
      return value === EFER;
    case MSR.PAT:
      return value === PAT;
    case MSR.HYPERCALL_PAGE:
      return vcpu.domain.fillHypercallPage(Number(value >> 12n), Number(value & 0xfffn));
    default:
      return false;
  }
};
