/**
 * The interface that KVM shows to guests: CPUID leaves, MSRs, hypercalls, clock pages
 * (Linux Documentation/virt/kvm/x86/{cpuid,msr,hypercalls}.rst and arch/x86/include/uapi/asm/kvm_para.h).
 */

/** CPUID leaves; the signature reads "KVMKVMKVM" in EBX, ECX, EDX. */
export const Leaf = { signature: 0x4000_0000, features: 0x4000_0001 } as const;
export const SIGNATURE = { ebx: 0x4b4d_564b, ecx: 0x564b_4d56, edx: 0x4d } as const;

/** Bits of leaf 0x4000_0001 EAX. */
export const FeatureBit = { clockSourceOld: 0, noIoDelay: 1, clockSource: 3, stealTime: 5, unhalt: 7, clockStable: 24 } as const;

export const Msr = {
  wallClockOld: 0x11,
  systemTimeOld: 0x12,
  wallClock: 0x4b56_4d00,
  systemTime: 0x4b56_4d01,
  stealTime: 0x4b56_4d03,
} as const;
/** Bit 0 of the system-time and steal-time MSRs. */
export const ENABLED = 1n;

/** pvclock_vcpu_time_info (arch/x86/include/asm/pvclock-abi.h). */
export const TimeInfo = { size: 32, version: 0, tscTimestamp: 8, systemTime: 16, multiplier: 24, shift: 28, flags: 29, stable: 1 } as const;
/** pvclock_wall_clock: version, seconds, nanoseconds, 32 bits each. */
export const WallClock = { size: 12, version: 0, seconds: 4, nanoseconds: 8 } as const;
/** kvm_steal_time. */
export const StealTime = { size: 64, steal: 0, version: 8, flags: 12, preempted: 16 } as const;

export const Call = { kickCpu: 5 } as const;
/** -KVM_ENOSYS. */
export const NO_SUCH_CALL = -1000n;
