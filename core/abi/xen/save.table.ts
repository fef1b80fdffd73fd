/** The stream of a saved domain, version 3 (docs/specs/libxc-migration-stream.pandoc); records of the standard tools. */
export const SaveHeader = {
  SIZE: 24,
  MARKER: 0xffff_ffff_ffff_ffffn,
  /** "XENF", then the version, both big-endian. */
  ID: 0x5845_4e46,
  VERSION: 3,
  marker: 0,
  id: 8,
  version: 12,
  options: 16,
} as const;

export const SaveDomainHeader = { SIZE: 16, type: 0, pageShift: 4, major: 8, minor: 12, PV: 1, HVM: 2 } as const;

/** A record: u32 type, u32 length, body, padding to 8 bytes. Bit 31 of the type: may be ignored. */
export const SaveRecord = {
  OPTIONAL: 0x8000_0000,
  END: 0x00,
  PAGE_DATA: 0x01,
  X86_PV_INFO: 0x02,
  X86_PV_P2M_FRAMES: 0x03,
  X86_PV_VCPU_BASIC: 0x04,
  X86_PV_VCPU_EXTENDED: 0x05,
  X86_PV_VCPU_XSAVE: 0x06,
  SHARED_INFO: 0x07,
  X86_TSC_INFO: 0x08,
  HVM_CONTEXT: 0x09,
  HVM_PARAMS: 0x0a,
  TOOLSTACK: 0x0b,
  X86_PV_VCPU_MSRS: 0x0c,
  VERIFY: 0x0d,
  CHECKPOINT: 0x0e,
  CHECKPOINT_DIRTY_PFN_LIST: 0x0f,
  STATIC_DATA_END: 0x10,
  X86_CPUID_POLICY: 0x11,
  X86_MSR_POLICY: 0x12,
} as const;

/** Type of a page, bits 60-63 of its frame number: 1-4 tables, +8 pinned. */
export const SavePage = { NORMAL: 0, PINNED: 8, BROKEN: 13, ALLOCATE_ONLY: 14, ABSENT: 15 } as const;
/** vcpu_extended: callbacks that vcpu_guest_context lacks (struct xen_domctl_ext_vcpucontext). */
export const ExtendedContext = { SIZE: 128, vcpu: 0, size: 4, syscall32: 8, sysenter: 16, syscall32Masks: 28, sysenterMasks: 29 } as const;
