/** shared_info, vcpu_info, pvclock and run-state layouts, 64 bit (xen/include/public/xen.h, arch-x86/xen.h, vcpu.h). */
export const SharedInfo = {
  SIZE: 3136,
  /** vcpu_info[32]. */
  vcpuInfo: 0,
  VCPUS: 32,
  /** u64[64] each: two-level event channels. */
  evtchnPending: 2048,
  evtchnMask: 2560,
  /** u32 each; wall clock at system time 0. */
  wcVersion: 3072,
  wcSec: 3076,
  wcNsec: 3080,
  wcSecHi: 3084,
  /** u64 each; written by the guest for its toolstack. */
  maxPfn: 3088,
  frameListList: 3096,
  nmiReason: 3104,
  p2mCr3: 3112,
  p2mVaddr: 3120,
  p2mGeneration: 3128,
} as const;

export const VcpuInfo = {
  SIZE: 64,
  /** u8 each. */
  upcallPending: 0,
  upcallMask: 1,
  /** u64: which words of evtchn_pending have news. */
  pendingSel: 8,
  /** u64: CR2 of the last page fault. */
  cr2: 16,
  /** vcpu_time_info. */
  time: 32,
} as const;

/** pvclock: nanoseconds = systemTime + (((tsc - tscTimestamp) << shift) * mul >> 32). */
export const VcpuTime = {
  SIZE: 32,
  version: 0,
  tscTimestamp: 8,
  systemTime: 16,
  tscToSystemMul: 24,
  tscShift: 28,
  /** u8; bit 0: the counter is exact and equal on all vCPUs. */
  flags: 29,
} as const;

export const Runstate = {
  SIZE: 48,
  /** u32, {@link RUNSTATES}. */
  state: 0,
  /** u64; bit 63 while the area is being written (assist runstate_update_flag). */
  stateEntryTime: 8,
  /** u64[4] nanoseconds. */
  time: 16,
} as const;

export const RUNSTATES = ['running', 'runnable', 'blocked', 'offline'] as const;
export type RunstateName = (typeof RUNSTATES)[number];
