/** The I/O APIC. Source: Intel 82093AA data sheet, order number 290566-001. */

export const IO_APIC = {
  /** Where firmware puts the first one. */
  address: 0xfec0_0000,
  /** In its register page: index, then data. */
  select: 0x00, window: 0x10, length: 0x1000,
  id: 0x00, version: 0x01, arbitration: 0x02, redirection: 0x10,
  pins: 24, versionNumber: 0x11,
} as const;

/** Fields of the low half of a redirection entry; the destination is the top byte of the high half. */
export const REDIRECTION = {
  vector: 0xff, deliveryShift: 8, logical: 0x800, pending: 0x1000, activeLow: 0x2000, remoteIrr: 0x4000, level: 0x8000, masked: 0x1_0000,
  writable: 0x1_afff,
} as const;
