/** Model-specific registers of a paravirtual domain: the few that are its own, and what it may see of the processor's. */
import { fromBigint, isCanonical } from './entry.ts';
import { FIXED_MSRS, PRED_CMD_BITS, PROCESSOR_MSRS, SPEC_CTRL_BITS } from './msr.table.ts';
import type { PvVcpu } from './vcpu.ts';

const MSR = {
  TSC: 0x10,
  APIC_BASE: 0x1b,
  SPEC_CTRL: 0x48,
  PRED_CMD: 0x49,
  HYPERCALL_PAGE: 0x4000_0000,
  FS_BASE: 0xc000_0100,
  GS_BASE: 0xc000_0101,
  SHADOW_GS_BASE: 0xc000_0102,
} as const;

const APIC_DISABLED = 0xfee0_0000n;

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
    case MSR.APIC_BASE:
      return APIC_DISABLED | (vcpu.id === 0 ? 0x100n : 0n);
    case MSR.SPEC_CTRL:
      return vcpu.speculationControl;
    default:
      return FIXED_MSRS.get(msr)?.value ?? ofProcessor(vcpu, msr);
  }
};

const ofProcessor = (vcpu: PvVcpu, msr: number): bigint | undefined => {
  const row = PROCESSOR_MSRS.get(msr);
  const value = row && vcpu.domain.xen.processor.readMsr(msr);
  return row && value !== undefined ? (value & ~(row.hidden ?? 0n)) | (row.shown ?? 0n) : undefined;
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
    case MSR.SPEC_CTRL: {
      const known = (value & ~SPEC_CTRL_BITS) === 0n;
      if (known) vcpu.speculationControl = value;
      return known;
    }
    case MSR.PRED_CMD:
      return (value & ~PRED_CMD_BITS) === 0n;
    case MSR.HYPERCALL_PAGE:
      return vcpu.domain.fillHypercallPage(Number(value >> 12n), Number(value & 0xfffn));
    default: {
      const fixed = FIXED_MSRS.get(msr);
      if (fixed !== undefined) return fixed.writes === true && value === fixed.value;
      return PROCESSOR_MSRS.get(msr)?.writable?.includes(value) ?? false;
    }
  }
};
