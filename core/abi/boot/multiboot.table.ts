/** Multiboot 1 header and information structure. Source: Multiboot Specification version 0.6.96. */

export const MULTIBOOT_HEADER = {
  magic: 0x1bad_b002,
  searchBytes: 8192,
  alignment: 4,
  flagAlignModules: 1 << 0,
  flagMemoryInfo: 1 << 1,
  flagVideoMode: 1 << 2,
  flagAddressFields: 1 << 16,
  /** Bits 0-15 that a loader does not know are a reason to refuse. */
  flagsRequired: 0xffff,
  offsets: { flags: 4, checksum: 8, headerAddr: 12, loadAddr: 16, loadEndAddr: 20, bssEndAddr: 24, entryAddr: 28, size: 48 },
} as const;

/** Value of EAX at the kernel's entry. */
export const MULTIBOOT_BOOTLOADER_MAGIC = 0x2bad_b002;

export const MULTIBOOT_INFO = {
  size: 120,
  flags: 0, memLower: 4, memUpper: 8, cmdline: 16, modsCount: 20, modsAddr: 24,
  mmapLength: 44, mmapAddr: 48, bootLoaderName: 64,
  framebufferAddr: 88, framebufferPitch: 96, framebufferWidth: 100, framebufferHeight: 104, framebufferBpp: 108, framebufferType: 109,
  colorInfo: 110,
  flagMemory: 1 << 0, flagCmdline: 1 << 2, flagModules: 1 << 3, flagMemoryMap: 1 << 6, flagLoaderName: 1 << 9, flagFramebuffer: 1 << 12,
} as const;

/** One module: start, end, string, reserved. One memory map entry: its own size (without this field), base, length, type. */
export const MULTIBOOT_MODULE = { start: 0, end: 4, string: 8, size: 16 } as const;
export const MULTIBOOT_MMAP = { entrySize: 0, base: 4, length: 12, type: 20, size: 24 } as const;
