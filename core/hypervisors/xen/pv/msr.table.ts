/**
 * Model-specific registers that a paravirtual domain reads and writes through Xen, beside those that are state of its vCPU.
 * What a domain may see of the processor is what Xen 4.17 lets it see (xen/arch/x86/msr.c and pv/emul-priv-op.c).
 */

/** The processor's own value, with some bits changed; a write faults unless it is in `writable`. */
export interface ProcessorMsr {
  readonly name: string;
  /** Bits that the domain reads as zero, and as one, whatever the processor has. */
  readonly hidden?: bigint;
  readonly shown?: bigint;
  /** Values that may be written, and change nothing. */
  readonly writable?: readonly bigint[];
}

const MISC_ENABLE = { performanceMonitoring: 1n << 7n, branchTraceUnavailable: 1n << 11n, samplingUnavailable: 1n << 12n, xtprDisable: 1n << 23n } as const;

export const PROCESSOR_MSRS: ReadonlyMap<number, ProcessorMsr> = new Map([
  [0x17, { name: 'IA32_PLATFORM_ID' }],
  // Written with 0 before it is read (SDM vol. 3, 10.11.7).
  [0x8b, { name: 'IA32_BIOS_SIGN_ID', writable: [0n] }],
  [0x10a, { name: 'IA32_ARCH_CAPABILITIES' }],
  [
    0x1a0,
    {
      name: 'IA32_MISC_ENABLE',
      hidden: MISC_ENABLE.performanceMonitoring,
      shown: MISC_ENABLE.branchTraceUnavailable | MISC_ENABLE.samplingUnavailable | MISC_ENABLE.xtprDisable,
    },
  ],
]);

/** Registers without a use for a domain: they read as this, and take only it. Without `writes`, a write faults. */
export const FIXED_MSRS: ReadonlyMap<number, { readonly name: string; readonly value: bigint; readonly writes?: true }> = new Map([
  // No CPUID faulting.
  [0xce, { name: 'MSR_PLATFORM_INFO', value: 0n }],
  [0x140, { name: 'MSR_MISC_FEATURES_ENABLES', value: 0n, writes: true }],
  // Machine checks: no bank, nothing happened (SDM vol. 3, 16.3.1).
  [0x179, { name: 'IA32_MCG_CAP', value: 0n }],
  [0x17a, { name: 'IA32_MCG_STATUS', value: 0n, writes: true }],
  [0x1d9, { name: 'IA32_DEBUGCTL', value: 0n }],
  // Power-on memory types.
  [0x277, { name: 'IA32_PAT', value: 0x0000_0501_0007_0406n, writes: true }],
  // System call, long mode, and no-execute are on; the guest cannot change that.
  [0xc000_0080, { name: 'IA32_EFER', value: 0xd01n, writes: true }],
]);

/** IA32_SPEC_CTRL: IBRS, STIBP, SSBD, BHI_DIS_S. */
export const SPEC_CTRL_BITS = 0x407n;
/** IA32_PRED_CMD: IBPB. */
export const PRED_CMD_BITS = 0x1n;
