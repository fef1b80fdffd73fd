/**
 * The Linux/x86 boot protocol: setup header and zero page.
 * Source: Linux 6.1, Documentation/x86/boot.rst (protocol 2.15) and Documentation/x86/zero-page.rst.
 */

/** Offsets in the kernel file and, from 0x1f1 on, in the zero page as well. */
export const SETUP_HEADER = {
  start: 0x1f1,
  setupSects: 0x1f1,
  bootFlag: 0x1fe,
  jump: 0x200,
  magic: 0x202,
  version: 0x206,
  typeOfLoader: 0x210,
  loadFlags: 0x211,
  code32Start: 0x214,
  ramdiskImage: 0x218,
  ramdiskSize: 0x21c,
  heapEnd: 0x224,
  cmdLinePtr: 0x228,
  initrdAddrMax: 0x22c,
  kernelAlignment: 0x230,
  relocatable: 0x234,
  xloadFlags: 0x236,
  cmdlineSize: 0x238,
  payloadOffset: 0x248,
  payloadLength: 0x24c,
  prefAddress: 0x258,
  initSize: 0x260,
} as const;

export const SETUP = {
  bootFlag: 0xaa55,
  /** "HdrS". */
  magic: 0x5372_6448,
  /** Oldest protocol with payload_offset. */
  payloadVersion: 0x208,
  xloadVersion: 0x20c,
  loadedHigh: 0x01,
  loaderUndefined: 0xff,
  xlf64BitEntry: 0x01,
  entry64Offset: 0x200,
  defaultLoadAddress: 0x10_0000,
  defaultCmdlineSize: 255,
  defaultInitrdMax: 0x37ff_ffff,
} as const;

/** Offsets in the zero page outside the setup header. */
export const ZERO_PAGE = {
  size: 4096,
  screenInfo: 0x000,
  acpiRsdpAddress: 0x070,
  e820Entries: 0x1e8,
  e820Table: 0x2d0,
  e820EntrySize: 20,
  e820Max: 128,
} as const;

/** Fields of screen_info for a linear framebuffer. Source: Linux 6.1, include/uapi/linux/screen_info.h. */
export const SCREEN_INFO = {
  origVideoIsVga: 0x0f, typeVesaFramebuffer: 0x23,
  lfbWidth: 0x12, lfbHeight: 0x14, lfbDepth: 0x16, lfbBase: 0x18, lfbSize: 0x1c, lfbLineLength: 0x24,
  redSize: 0x26, redPosition: 0x27, greenSize: 0x28, greenPosition: 0x29, blueSize: 0x2a, bluePosition: 0x2b,
  reservedSize: 0x2c, reservedPosition: 0x2d,
} as const;

/** Compression formats of the payload by their first bytes. Source: Linux 6.1, lib/decompress.c. */
export const PAYLOAD_MAGICS = [
  { format: 'gzip', magic: [0x1f, 0x8b] },
  { format: 'bzip2', magic: [0x42, 0x5a] },
  { format: 'lzma', magic: [0x5d, 0x00] },
  { format: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { format: 'lzo', magic: [0x89, 0x4c] },
  { format: 'lz4', magic: [0x02, 0x21, 0x4c, 0x18] },
  { format: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd] },
] as const;
