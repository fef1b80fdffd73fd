/** PVH start information: what EBX points to at a 32-bit direct entry. Source: Xen 4.17, public/arch-x86/hvm/start_info.h. */

export const START_INFO = {
  magicValue: 0x336e_c578,
  magic: 0, version: 4, flags: 8, moduleCount: 12, moduleList: 16, cmdline: 24, rsdp: 32, memmap: 40, memmapEntries: 48, size: 56,
} as const;

export const START_INFO_MODULE = { address: 0, length: 8, cmdline: 16, size: 32 } as const;
export const START_INFO_MEMMAP = { address: 0, length: 8, type: 16, size: 24 } as const;
