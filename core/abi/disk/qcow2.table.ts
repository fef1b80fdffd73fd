/** The qcow2 image format, versions 2 and 3 (QEMU docs/interop/qcow2.txt); all numbers are big-endian. */

export const QCOW2_MAGIC = 0x5146_49fb;

/** Offsets in the header. */
export const Header = {
  magic: 0, version: 4, backingOffset: 8, backingLength: 16, clusterBits: 20, size: 24, encryption: 32, l1Entries: 36, l1Offset: 40,
  refcountTableOffset: 48, refcountTableClusters: 56, snapshots: 60, snapshotsOffset: 64,
  incompatible: 72, compatible: 80, autoclear: 88, refcountOrder: 96, headerLength: 100, bytes: 104,
} as const;

/** Incompatible feature bits that an implementation must know. */
export const Incompatible = { dirty: 1n, corrupt: 2n, externalData: 4n, compressionType: 8n, extendedL2: 16n } as const;

export const Entry = {
  copied: 1n << 63n,
  compressed: 1n << 62n,
  zero: 1n,
  offset: 0x00ff_ffff_ffff_fe00n,
} as const;

/** Reference counts of 2^4 = 16 bits: the default of every tool, and the only width that is written here. */
export const REFCOUNT_ORDER = 4;
export const CLUSTER_BITS = { least: 9, most: 21, usual: 16 } as const;
