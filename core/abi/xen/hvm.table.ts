/** What an HVM container sees of Xen (xen/include/public/hvm/{hvm_op,params,e820}.h, arch-x86/cpuid.h, memory.h). */
import { Feature } from './version.table.ts';

/** HVMOP_*. */
export const HvmOp = {
  set_param: 0,
  get_param: 1,
  flush_tlbs: 5,
  pagetable_dying: 9,
  get_time: 10,
  get_mem_type: 15,
  set_evtchn_upcall_vector: 23,
} as const;

/** HVM_PARAM_*. */
export const HvmParam = {
  CALLBACK_IRQ: 0,
  STORE_PFN: 1,
  STORE_EVTCHN: 2,
  PAE_ENABLED: 4,
  IOREQ_PFN: 5,
  BUFIOREQ_PFN: 6,
  VIRIDIAN: 9,
  TIMER_MODE: 10,
  HPET_ENABLED: 11,
  IDENT_PT: 12,
  ACPI_S_STATE: 14,
  CONSOLE_PFN: 17,
  CONSOLE_EVTCHN: 18,
  ACPI_IOPORTS_LOCATION: 19,
  COUNT: 39,
} as const;

/** xen_hvm_param: u16 domid, u32 index, u64 value. */
export const HvmParamArgument = { SIZE: 16, domain: 0, index: 4, value: 8 } as const;
/** xen_hvm_evtchn_upcall_vector: u32 vcpu, u8 vector. */
export const UpcallVectorArgument = { SIZE: 8, vcpu: 0, vector: 4 } as const;
/** xen_hvm_get_mem_type: u16 domid, u16 mem_type (out) @2, u64 pfn @8. HVMMEM_ram_rw, HVMMEM_mmio_dm. */
export const MemType = { ram: 0, device: 2 } as const;

/**
 * HVM_PARAM_CALLBACK_IRQ: bits 56-63 say how events are announced, the rest where. Of an interrupt pin: slot and function of
 * the device (slot * 8 + function) from bit 8, in bits 0-1 the pin, INTA is 0.
 */
export const CallbackVia = { TYPE_SHIFT: 56n, gsi: 0, pciIntx: 1, vector: 2, FUNCTION_SHIFT: 8n } as const;

/** XENMAPSPACE_*. */
export const MapSpace = { shared_info: 0, grant_table: 1, gmfn: 2, gmfn_range: 3, gmfn_foreign: 4 } as const;
/** xen_add_to_physmap: u16 domid, u16 size, u32 space, u64 idx, u64 gpfn. */
export const AddToPhysmap = { SIZE: 24, domain: 0, size: 2, space: 4, index: 8, frame: 16 } as const;
/** Set in `idx` of the space grant_table: the status frames of version 2. */
export const MAPIDX_GRANT_TABLE_STATUS = 0x8000_0000;

/** CPUID leaves from the base on. */
export const XEN_SIGNATURE = { ebx: 0x566e_6558, ecx: 0x6558_4d4d, edx: 0x4d4d_566e } as const;
export const XEN_LEAF_BASE = 0x4000_0000;
/** XEN_HVM_CPUID_*: EAX of leaf base + 4. */
export const HvmCpuid = { VCPU_ID_PRESENT: 1 << 3, DOMID_PRESENT: 1 << 4, UPCALL_VECTOR: 1 << 6 } as const;

/** XENFEAT_* of a container. */
export const HVM_FEATURES: number =
  (1 << Feature.writable_page_tables) |
  (1 << Feature.auto_translated_physmap) |
  (1 << Feature.hvm_callback_vector) |
  (1 << Feature.hvm_safe_pvclock) |
  (1 << Feature.memory_op_vnode_supported) |
  (1 << Feature.not_direct_mapped);
export const HVM_CAPABILITIES = 'hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 ';

/** Pages of the toolstack that the memory map of a container does not list: frame numbers. */
export const SPECIAL_FRAMES = { first: 0xfeff8, store: 0xfeffc, console: 0xfefff, count: 8 } as const;
/**
 * Where the hypervisor keeps shared_info and grant frames until the container says at which frame of its own it wants
 * them. Outside RAM and outside the windows of PCI devices.
 */
export const OWN_FRAMES = { first: 0xfef00, count: 128 } as const;
/** The memory window of the platform device: no device is behind it; the container maps grant frames there. */
export const PLATFORM_WINDOW = { start: 0xf000_0000, length: 0x100_0000 } as const;
