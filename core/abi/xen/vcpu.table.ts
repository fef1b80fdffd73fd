/** vCPU operations and the layouts they take (xen/include/public/vcpu.h, callback.h, physdev.h, arch-x86/xen.h, xen-x86_64.h). */
export const VcpuOp = {
  initialise: 0,
  up: 1,
  down: 2,
  is_up: 3,
  get_runstate_info: 4,
  register_runstate_memory_area: 5,
  set_periodic_timer: 6,
  stop_periodic_timer: 7,
  set_singleshot_timer: 8,
  stop_singleshot_timer: 9,
  register_vcpu_info: 10,
  send_nmi: 11,
  get_physid: 12,
  register_vcpu_time_memory_area: 13,
} as const;

/** vcpu_guest_context. */
export const GuestContext = {
  SIZE: 5168,
  /** u8[512]: FXSAVE image. */
  fpu: 0,
  /** u64, {@link ContextFlag}. */
  flags: 512,
  /** cpu_user_regs, {@link UserRegs}. */
  userRegs: 520,
  /** trap_info[256], indexed by vector. */
  trapTable: 720,
  ldtBase: 4816,
  ldtEntries: 4824,
  /** u64[16]. */
  gdtFrames: 4832,
  gdtEntries: 4960,
  kernelSs: 4968,
  kernelSp: 4976,
  /** u64[8]; [0] TS, [1] user root, [2] CR2, [3] kernel root, [4] CR4. */
  ctrlreg: 4984,
  /** u64[8]. */
  debugreg: 5048,
  eventCallback: 5112,
  failsafeCallback: 5120,
  syscallCallback: 5128,
  vmAssist: 5136,
  fsBase: 5144,
  gsBaseKernel: 5152,
  gsBaseUser: 5160,
} as const;

/** VGCF_*. */
export const ContextFlag = {
  I387_VALID: 1,
  IN_KERNEL: 4,
  FAILSAFE_DISABLES_EVENTS: 8,
  SYSCALL_DISABLES_EVENTS: 16,
  ONLINE: 32,
  /** In the frame of the iret hypercall: do not restore RCX and R11. */
  IN_SYSCALL: 0x100,
} as const;

/** cpu_user_regs: general registers by encoding order of the architecture (rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8-r15). */
export const UserRegs = {
  SIZE: 200,
  GENERAL: [80, 88, 96, 40, 152, 32, 104, 112, 72, 64, 56, 48, 24, 16, 8, 0],
  errorCode: 120,
  entryVector: 124,
  rip: 128,
  cs: 136,
  savedUpcallMask: 140,
  rflags: 144,
  rsp: 152,
  ss: 160,
  es: 168,
  ds: 176,
  fs: 184,
  gs: 192,
} as const;

/** trap_info. */
export const TrapInfo = {
  SIZE: 16,
  /** u8. */
  vector: 0,
  /** u8: bits 0-1 privilege level, bit 2 masks events. */
  flags: 1,
  /** u16. */
  cs: 2,
  address: 8,
} as const;

/** CALLBACKTYPE_*. */
export const CallbackType = {
  event: 0,
  failsafe: 1,
  syscall: 2,
  sysenter_deprecated: 3,
  nmi: 4,
  sysenter: 5,
  syscall32: 7,
} as const;

/** CALLBACKF_mask_events. */
export const CALLBACK_MASKS_EVENTS = 1;

/** SEGBASE_*. */
export const SegmentBase = { fs: 0, gs_user: 1, gs_kernel: 2, gs_user_sel: 3 } as const;

/** VMASST_TYPE_*. */
export const Assist = {
  segments_4gb: 0,
  segments_4gb_notify: 1,
  writable_pagetables: 2,
  pae_extended_cr3: 3,
  architectural_iopl: 4,
  runstate_update_flag: 5,
  m2p_strict: 32,
} as const;

/** SCHEDOP_*. */
export const SchedOp = { yield: 0, block: 1, shutdown: 2, poll: 3, remote_shutdown: 4, shutdown_code: 5, watchdog: 6, pin_override: 7 } as const;

/** PHYSDEVOP_*. */
export const PhysdevOp = { irq_status_query: 5, set_iopl: 6, set_iobitmap: 7, apic_read: 8, apic_write: 9, eoi: 12, map_pirq: 13, pirq_eoi_gmfn_v2: 28 } as const;
