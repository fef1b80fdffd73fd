/** The Linux zero page: what a kernel entered by the Linux protocol reads first. */

import { SETUP_HEADER as H, SCREEN_INFO as S, SETUP, ZERO_PAGE as Z } from '../../abi/boot/linux.table.ts';
import type { MemoryMapEntry } from '../../abi/boot/memory-map.table.ts';
import { RANGE_TYPE } from '../../abi/boot/memory-map.table.ts';
import { writeU16, writeU32, writeU64 } from '../../base/bytes.ts';
import type { Range } from './place.ts';

/** A linear framebuffer, 32 bits per pixel: blue, green, red, unused. */
export interface Framebuffer {
  readonly address: number;
  readonly width: number;
  readonly height: number;
}

export interface LinuxParams {
  /** From the bzImage; undefined for a bare vmlinux, which gets a header that says no more than it must. */
  readonly setupHeader: Uint8Array | undefined;
  readonly memoryMap: readonly MemoryMapEntry[];
  readonly commandLine: number;
  readonly initrd: Range | undefined;
  readonly rsdp: number;
  readonly framebuffer: Framebuffer | undefined;
}

export function zeroPage(params: LinuxParams): Uint8Array {
  const page = new Uint8Array(Z.size);
  if (params.setupHeader === undefined) {
    writeU16(page, H.bootFlag, SETUP.bootFlag);
    writeU32(page, H.magic, SETUP.magic);
    writeU16(page, H.version, 0x20f);
  } else {
    page.set(params.setupHeader, H.start);
  }
  page[H.typeOfLoader] = SETUP.loaderUndefined;
  page[H.loadFlags] = (page[H.loadFlags] ?? 0) | SETUP.loadedHigh;
  writeU32(page, H.cmdLinePtr, params.commandLine);
  writeU32(page, H.ramdiskImage, params.initrd?.start ?? 0);
  writeU32(page, H.ramdiskSize, params.initrd?.length ?? 0);
  writeU64(page, Z.acpiRsdpAddress, params.rsdp);
  const map = params.memoryMap.slice(0, Z.e820Max);
  page[Z.e820Entries] = map.length;
  map.forEach((entry, index) => {
    const at = Z.e820Table + index * Z.e820EntrySize;
    writeU64(page, at, entry.start);
    writeU64(page, at + 8, entry.length);
    writeU32(page, at + 16, entry.type);
  });
  if (params.framebuffer !== undefined) describeFramebuffer(page, params.framebuffer);
  return page;
}

function describeFramebuffer(page: Uint8Array, { address, width, height }: Framebuffer): void {
  page[S.origVideoIsVga] = S.typeVesaFramebuffer;
  writeU16(page, S.lfbWidth, width);
  writeU16(page, S.lfbHeight, height);
  writeU16(page, S.lfbDepth, 32);
  writeU32(page, S.lfbBase, address);
  // In units of 64 KiB for a VESA framebuffer.
  writeU32(page, S.lfbSize, Math.ceil((width * height * 4) / 0x1_0000));
  writeU16(page, S.lfbLineLength, width * 4);
  const channels = [
    [S.redSize, S.redPosition, 16],
    [S.greenSize, S.greenPosition, 8],
    [S.blueSize, S.bluePosition, 0],
    [S.reservedSize, S.reservedPosition, 24],
  ] as const;
  for (const [size, position, bit] of channels) {
    page[size] = 8;
    page[position] = bit;
  }
}

/** RAM below 4 GiB, in bytes from zero and from 1 MiB on, as older interfaces tell it. */
export function memorySizes(map: readonly MemoryMapEntry[]): { lower: number; upper: number } {
  const ram = map.filter((entry) => entry.type === RANGE_TYPE.ram);
  const lower = ram.find((entry) => entry.start === 0)?.length ?? 0;
  const upper = ram.find((entry) => entry.start === 0x10_0000)?.length ?? 0;
  return { lower, upper };
}
