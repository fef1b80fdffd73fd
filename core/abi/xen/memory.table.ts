/** Memory operations, page-table operations and page-table entries (xen/include/public/memory.h, xen.h). */
export const MemoryOp = {
  increase_reservation: 0,
  decrease_reservation: 1,
  maximum_ram_page: 2,
  current_reservation: 3,
  maximum_reservation: 4,
  machphys_mfn_list: 5,
  populate_physmap: 6,
  add_to_physmap: 7,
  translate_gpfn_list: 8,
  memory_map: 9,
  machine_memory_map: 10,
  exchange: 11,
  machphys_mapping: 12,
  set_memory_map: 13,
  maximum_gpfn: 14,
  remove_from_physmap: 15,
  add_to_physmap_batch: 23,
} as const;

/** xen_memory_reservation. */
export const Reservation = { SIZE: 32, extents: 0, count: 8, order: 16, flags: 20, domain: 24 } as const;
/** xen_memory_exchange: two reservations, then the count. */
export const Exchange = { SIZE: 72, input: 0, output: 32, exchanged: 64 } as const;

/** MMU_* commands in the low bits of mmu_update.ptr. */
export const MmuUpdate = { SIZE: 16, normal: 0, machphys: 1, preserveAd: 2, noTranslate: 3 } as const;

/** MMUEXT_*. */
export const MmuExt = {
  SIZE: 24,
  pin_l1_table: 0,
  pin_l2_table: 1,
  pin_l3_table: 2,
  pin_l4_table: 3,
  unpin_table: 4,
  new_baseptr: 5,
  tlb_flush_local: 6,
  invlpg_local: 7,
  tlb_flush_multi: 8,
  invlpg_multi: 9,
  tlb_flush_all: 10,
  invlpg_all: 11,
  flush_cache: 12,
  set_ldt: 13,
  new_user_baseptr: 15,
  clear_page: 16,
  copy_page: 17,
  flush_cache_global: 18,
  mark_super: 19,
  unmark_super: 20,
} as const;

/** UVMF_*: flags of update_va_mapping. */
export const UpdateFlush = { none: 0, tlb: 1, page: 2, TYPE_MASK: 3, all: 4 } as const;

/** Bits of a page-table entry, in its low and high 32-bit half. */
export const Pte = {
  PRESENT: 0x001,
  WRITABLE: 0x002,
  USER: 0x004,
  WRITE_THROUGH: 0x008,
  CACHE_DISABLE: 0x010,
  ACCESSED: 0x020,
  DIRTY: 0x040,
  /** PS in L2 to L4, PAT in L1. */
  SUPERPAGE: 0x080,
  GLOBAL: 0x100,
  AVAILABLE: 0xe00,
  /** Bit 52 in the high half: _PAGE_GUEST_KERNEL, set by the hypervisor on pages only the guest's kernel may see. */
  HIGH_GUEST_KERNEL: 0x0010_0000,
  HIGH_FRAME: 0x000f_ffff,
  HIGH_NO_EXECUTE: 0x8000_0000,
} as const;

/** Linear addresses the hypervisor keeps (xen/include/public/arch-x86/xen-x86_64.h). */
export const HypervisorSpace = {
  FIRST_SLOT: 256,
  LAST_SLOT: 271,
  M2P_START: 0xffff_8000_0000_0000n,
  M2P_END: 0xffff_8040_0000_0000n,
  END: 0xffff_8800_0000_0000n,
} as const;

/** Entries of a P2M or M2P that name nothing. */
export const INVALID_ENTRY = 0xffff_ffff_ffff_ffffn;
