/** Shared rings of split drivers and the messages on them (xen/include/public/io/ring.h, blkif.h, netif.h), x86_64 layout. */

/** Head of a ring page: u32 each; entries begin at 64. */
export const RingPage = { requestProducer: 0, requestEvent: 4, responseProducer: 8, responseEvent: 12, entries: 64 } as const;

/** Number of slots of a ring of one page with entries of `size` bytes. */
export const ringSlots = (size: number): number => 2 ** Math.floor(Math.log2((4096 - RingPage.entries) / size));

export const BlockRequest = {
  SIZE: 112,
  operation: 0,
  segments: 1,
  handle: 2,
  id: 8,
  sector: 16,
  /** {u32 gref, u8 first, u8 last, u16 0}[11]. */
  list: 24,
  MOST_SEGMENTS: 11,
  /** discard: u64 count. */
  discardCount: 24,
  /** indirect: u8 operation @1, u16 segments @2, u32 grefs[8] @28. */
  indirectOperation: 1,
  indirectSegments: 2,
  indirectPages: 28,
  MOST_INDIRECT_PAGES: 8,
} as const;
export const BlockSegment = { SIZE: 8, reference: 0, first: 4, last: 5 } as const;
export const BlockResponse = { id: 0, operation: 8, status: 10 } as const;
export const BlockOperation = { read: 0, write: 1, barrier: 2, flush: 3, discard: 5, indirect: 6 } as const;
export const BlockStatus = { okay: 0, error: -1, notSupported: -2 } as const;
/** VDISK_*: bits of the node `info`. */
export const DiskInfo = { cdrom: 1, removable: 2, readOnly: 4 } as const;
/** (major 202 << 8) + 16 per disk: xvda, xvdb, ... */
export const xvdNumber = (index: number): number => 0xca00 + 16 * index;

export const NetTransmit = { SIZE: 12, reference: 0, offset: 4, flags: 6, id: 8, size: 10 } as const;
export const NetTransmitFlag = { checksumBlank: 1, validated: 2, more: 4, extra: 8 } as const;
export const NetTransmitResponse = { SIZE: 4, id: 0, status: 2 } as const;
export const NetReceive = { SIZE: 8, id: 0, reference: 4 } as const;
export const NetReceiveFlag = { validated: 1, checksumBlank: 2, more: 4, extra: 8 } as const;
export const NetReceiveResponse = { id: 0, offset: 2, flags: 4, status: 6 } as const;
/** netif_extra_info. */
export const NetExtra = { type: 0, flags: 1, MORE: 1, GSO: 1, gsoSize: 2, gsoType: 4, TCPV4: 1, TCPV6: 2 } as const;
export const NetStatus = { okay: 0, error: -1, dropped: -2, null: 1 } as const;
/** XEN_NETIF_NR_SLOTS_MIN. */
export const NET_MOST_SLOTS = 18;
