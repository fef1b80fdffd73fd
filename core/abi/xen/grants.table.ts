/** Grant tables, versions 1 and 2 (xen/include/public/grant_table.h). */
export const GrantOp = {
  map_grant_ref: 0,
  unmap_grant_ref: 1,
  setup_table: 2,
  dump_table: 3,
  transfer: 4,
  copy: 5,
  query_size: 6,
  unmap_and_replace: 7,
  set_version: 8,
  get_status_frames: 9,
  get_version: 10,
  swap_grant_ref: 11,
  cache_flush: 12,
} as const;

/** grant_entry_v1: u16 flags, u16 domid, u32 frame. */
export const GrantEntry = { SIZE: 8, PER_FRAME: 512, flags: 0, domain: 2, frame: 4 } as const;
/**
 * grant_entry_v2: u16 flags, u16 domid; a page: u64 frame @8; part of one: u16 page_off @4, u16 length @6, u64 frame @8;
 * a grant of somebody else's passed on: u16 trans_domid @4, u32 gref @8.
 */
export const GrantEntry2 = { SIZE: 16, PER_FRAME: 256, offset: 4, length: 6, frame: 8, transitiveDomain: 4, reference: 8 } as const;
/** grant_status_t (version 2): a u16 per entry with the bits reading and writing, in frames of their own. */
export const GrantStatusWord = { SIZE: 2, PER_FRAME: 2048 } as const;

/** GTF_*. */
export const GrantFlag = {
  TYPE: 3,
  invalid: 0,
  permit_access: 1,
  accept_transfer: 2,
  /** Version 2 only. */
  transitive: 3,
  readonly: 4,
  /** Of an entry that accepts a transfer: a page is on its way; it is there. */
  transfer_committed: 4,
  transfer_completed: 8,
  /** Set by the hypervisor while the page is mapped. */
  reading: 8,
  writing: 16,
  /** Version 2 only: not the whole page; it can be copied, not mapped. */
  sub_page: 0x100,
} as const;

/** GNTMAP_*. */
export const GrantMap = { device_map: 1, host_map: 2, readonly: 4, application_map: 8, contains_pte: 16, AVAIL_SHIFT: 16 } as const;
/** GNTCOPY_*. */
export const GrantCopy = { SIZE: 40, source_gref: 1, dest_gref: 2 } as const;

/** GNTST_*: written to the status field of an operation. */
export const GrantStatus = {
  okay: 0,
  general_error: -1,
  bad_domain: -2,
  bad_gntref: -3,
  bad_handle: -4,
  bad_virt_addr: -5,
  bad_dev_addr: -6,
  no_device_space: -7,
  permission_denied: -8,
  bad_page: -9,
  bad_copy_arg: -10,
  address_too_big: -11,
  eagain: -12,
  no_space: -13,
} as const;

/** Entries 0-7 are reserved for the toolstack: 0 is the console page, 1 the xenstore page. */
export const RESERVED_GRANTS = { console: 0, store: 1, COUNT: 8 } as const;
export const DEFAULT_GRANT_FRAMES = 64;
