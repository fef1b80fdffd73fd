/**
 * Every fixed address of the board, and the memory map that follows from them.
 *
 *     0000_0000  RAM, 640 KiB (the last KiB: extended BIOS data)
 *     000A_0000  RAM without a use of its own: text screen, firmware tables from 000E_0000 on
 *     0010_0000  RAM, up to 3 GiB; the framebuffer, if any, is its last part
 *     C000_0000  windows of PCI devices
 *     FEC0_0000  I/O APIC, FEE0_0000 local APICs
 *   1_0000_0000  the RAM that did not fit below 3 GiB
 */
import type { MemoryMapEntry } from '../abi/boot/memory-map.table.ts';
import { RANGE_TYPE } from '../abi/boot/memory-map.table.ts';
import { IO_APIC } from '../abi/x86/io-apic.table.ts';

const KIB = 1024;
export const FOUR_GIB = 2 ** 32;

export const LAYOUT = {
  lowRamEnd: 0x9_fc00,
  extendedBiosData: 0x9_fc00,
  firmware: 0xe_0000,
  firmwareEnd: 0x10_0000,
  /** Between F000_0 and FFFF_F, where kernels look for it. */
  mpTables: 0xf_1000,
  highRam: 0x10_0000,
  pciWindow: 0xc000_0000,
  pciWindowEnd: 0xfebf_ffff + 1,
  ioApic: IO_APIC.address,
  localApic: 0xfee0_0000,
  pmBase: 0x600,
  gpeBase: 0x620,
  com1: 0x3f8,
  com1Irq: 4,
  sciIrq: 9,
} as const;

export interface AddressRange {
  readonly start: number;
  readonly length: number;
}

/** Where the bytes of RAM are: below the PCI windows, the rest from 4 GiB on. */
export function ramRanges(memoryBytes: number): AddressRange[] {
  const below = Math.min(memoryBytes, LAYOUT.pciWindow);
  const above = memoryBytes - below;
  return [{ start: 0, length: below }, ...(above > 0 ? [{ start: FOUR_GIB, length: above }] : [])];
}

/** A part of RAM below 4 GiB that a device keeps for itself, at its end and aligned to 64 KiB. */
export function stolenMemory(memoryBytes: number, bytes: number): AddressRange {
  const length = Math.ceil(bytes / (64 * KIB)) * 64 * KIB;
  return { start: Math.min(memoryBytes, LAYOUT.pciWindow) - length, length };
}

/** What the firmware tells an operating system about memory. */
export function memoryMap(memoryBytes: number, stolen?: AddressRange): MemoryMapEntry[] {
  const [low, high] = ramRanges(memoryBytes);
  const lowEnd = stolen?.start ?? low?.length ?? 0;
  const map: MemoryMapEntry[] = [
    { start: 0, length: LAYOUT.lowRamEnd, type: RANGE_TYPE.ram },
    { start: LAYOUT.lowRamEnd, length: 0xa_0000 - LAYOUT.lowRamEnd, type: RANGE_TYPE.reserved },
    { start: LAYOUT.firmware, length: LAYOUT.firmwareEnd - LAYOUT.firmware, type: RANGE_TYPE.reserved },
    { start: LAYOUT.highRam, length: lowEnd - LAYOUT.highRam, type: RANGE_TYPE.ram },
  ];
  if (stolen !== undefined) map.push({ ...stolen, type: RANGE_TYPE.reserved });
  if (high !== undefined) map.push({ ...high, type: RANGE_TYPE.ram });
  return map;
}
