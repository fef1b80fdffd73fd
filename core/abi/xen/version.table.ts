/** xen_version sub-operations and feature bits (xen/include/public/version.h, features.h). */
export const VersionOp = {
  version: 0,
  extraversion: 1,
  compile_info: 2,
  capabilities: 3,
  changeset: 4,
  platform_parameters: 5,
  get_features: 6,
  pagesize: 7,
  guest_handle: 8,
  commandline: 9,
  build_id: 10,
} as const;

/** XENFEAT_* bit numbers. */
export const Feature = {
  writable_page_tables: 0,
  writable_descriptor_tables: 1,
  auto_translated_physmap: 2,
  supervisor_mode_kernel: 3,
  pae_pgdir_above_4gb: 4,
  mmu_pt_update_preserve_ad: 5,
  highmem_assist: 6,
  gnttab_map_avail_bits: 7,
  hvm_callback_vector: 8,
  hvm_safe_pvclock: 9,
  hvm_pirqs: 10,
  dom0: 11,
  grant_map_identity: 12,
  memory_op_vnode_supported: 13,
  ARM_SMCCC_supported: 14,
  linux_rsdp_unrestricted: 15,
  not_direct_mapped: 16,
  direct_mapped: 17,
} as const;

/** What a paravirtual domain is told; Linux panics before any console exists without bits 5 and 7. */
export const PV_FEATURES: number =
  (1 << Feature.mmu_pt_update_preserve_ad) |
  (1 << Feature.highmem_assist) |
  (1 << Feature.gnttab_map_avail_bits) |
  (1 << Feature.memory_op_vnode_supported) |
  (1 << Feature.direct_mapped);

/** ELF note types of owner `Xen` (xen/include/public/elfnote.h). */
export const ElfNote = {
  INFO: 0,
  ENTRY: 1,
  HYPERCALL_PAGE: 2,
  VIRT_BASE: 3,
  PADDR_OFFSET: 4,
  XEN_VERSION: 5,
  GUEST_OS: 6,
  GUEST_VERSION: 7,
  LOADER: 8,
  PAE_MODE: 9,
  FEATURES: 10,
  BSD_SYMTAB: 11,
  HV_START_LOW: 12,
  L1_MFN_VALID: 13,
  SUSPEND_CANCEL: 14,
  INIT_P2M: 15,
  MOD_START_PFN: 16,
  SUPPORTED_FEATURES: 17,
  PHYS32_ENTRY: 18,
} as const;

/** Capability names in XENVER_capabilities and in `hypervisor` domain descriptions. */
export const PV_CAPABILITIES = 'xen-3.0-x86_64 ';
