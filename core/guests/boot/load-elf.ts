/** Loading Linux kernels and other ELF executables: Linux 64-bit protocol, PVH, or plain entry. */

import { SETUP } from '../../abi/boot/linux.table.ts';
import { RANGE_TYPE } from '../../abi/boot/memory-map.table.ts';
import { START_INFO as P, START_INFO_MEMMAP, START_INFO_MODULE } from '../../abi/boot/pvh.table.ts';
import { writeU32, writeU64 } from '../../base/bytes.ts';
import type { BzImage } from './bzimage.ts';
import type { ElfImage } from './elf.ts';
import { isElf, parseElf } from './elf.ts';
import type { Entry } from './entry.ts';
import { zeroPage } from './linux-params.ts';
import type { Range } from './place.ts';
import type { Placement } from './placement.ts';
import { damagedKernel } from './refusals.ts';
import { unpack } from './unpack/unpack.ts';

/** Initial RAM disks stay below this, where every early mapping reaches. */
const PVH_REACH = 2 ** 30;

/** Copies the segments to their physical addresses. @returns the address behind the last one */
export function placeSegments(placement: Placement, name: string, bytes: Uint8Array, elf: ElfImage): number {
  for (const segment of elf.segments) {
    placement.fixed(name, segment.address, bytes.subarray(segment.offset, segment.offset + segment.fileSize), segment.memorySize);
  }
  return Math.max(...elf.segments.map((segment) => segment.address + segment.memorySize));
}

export function loadElf(placement: Placement, elf: ElfImage): Entry {
  const { kernel } = placement.request;
  placeSegments(placement, kernel.name, kernel.bytes, elf);
  if (elf.pvhEntry !== undefined) return enterPvh(placement, elf.pvhEntry);
  placement.writeCommandLine(placement.request.commandLine);
  writeZeroPage(placement, undefined, SETUP.defaultInitrdMax);
  const mode = elf.bits === 64 ? 'long' : 'protected';
  return placement.entry(`plain ELF, ${elf.bits}-bit`, mode, elf.entry, { rsi: placement.info });
}

/** The start information, module list and memory map of a 32-bit direct entry. */
function enterPvh(placement: Placement, entry: number): Entry {
  const { request, memory, info, lists } = placement;
  placement.writeCommandLine(request.commandLine);
  const initrd = request.initrd === undefined ? undefined : placement.high(request.initrd, PVH_REACH);
  const start = new Uint8Array(P.size);
  writeU32(start, P.magic, P.magicValue);
  writeU32(start, P.version, 1);
  writeU32(start, P.moduleCount, initrd === undefined ? 0 : 1);
  writeU64(start, P.moduleList, lists.start);
  writeU64(start, P.cmdline, placement.commandLine);
  writeU64(start, P.rsdp, request.rsdp);
  writeU64(start, P.memmap, lists.start + START_INFO_MODULE.size);
  writeU32(start, P.memmapEntries, request.memoryMap.length);
  const list = new Uint8Array(START_INFO_MODULE.size + request.memoryMap.length * START_INFO_MEMMAP.size);
  writeU64(list, START_INFO_MODULE.address, initrd?.start ?? 0);
  writeU64(list, START_INFO_MODULE.length, initrd?.length ?? 0);
  request.memoryMap.forEach((range, index) => {
    const at = START_INFO_MODULE.size + index * START_INFO_MEMMAP.size;
    writeU64(list, at + START_INFO_MEMMAP.address, range.start);
    writeU64(list, at + START_INFO_MEMMAP.length, range.length);
    writeU32(list, at + START_INFO_MEMMAP.type, range.type);
  });
  memory.write(info, start);
  memory.write(lists.start, list);
  return placement.entry('PVH', 'protected', entry, { rbx: info });
}

/** Unpacks the kernel here if its packing is known, else lets it unpack itself. */
export function loadBzImage(placement: Placement, image: BzImage): Entry {
  const { kernel, codecs } = placement.request;
  if (image.payload !== undefined) {
    const result = unpack(image.payload.bytes, image.payload.size, codecs);
    if (result.kind === 'damaged') throw damagedKernel(kernel.name, result.reason);
    if (result.kind === 'unpacked' && isElf(result.bytes)) {
      const elf = parseElf(result.bytes, kernel.name);
      if (elf.bits === 64) return enterUnpacked(placement, image, elf, result.bytes);
    }
  }
  return enterPacked(placement, image);
}

function enterUnpacked(placement: Placement, image: BzImage, elf: ElfImage, bytes: Uint8Array): Entry {
  const { kernel, commandLine } = placement.request;
  const end = placeSegments(placement, kernel.name, bytes, elf);
  const needed = image.loadAddress + image.initSize;
  if (needed > end) placement.keep({ start: end, length: needed - end });
  placement.writeCommandLine(commandLine, image.commandLineLimit);
  writeZeroPage(placement, image.setupHeader, image.initrdMax);
  return placement.entry('Linux, unpacked, 64-bit', 'long', elf.entry, { rsi: placement.info });
}

/** The kernel's own decompressor at its load address. */
function enterPacked(placement: Placement, image: BzImage): Entry {
  const { kernel, commandLine } = placement.request;
  placement.fixed(kernel.name, image.loadAddress, image.protectedPart, Math.max(image.initSize, image.protectedPart.length));
  placement.writeCommandLine(commandLine, image.commandLineLimit);
  writeZeroPage(placement, image.setupHeader, image.initrdMax);
  return image.has64BitEntry
    ? placement.entry('Linux, 64-bit', 'long', image.loadAddress + SETUP.entry64Offset, { rsi: placement.info })
    : placement.entry('Linux, 32-bit', 'protected', image.loadAddress, { rsi: placement.info });
}

function writeZeroPage(placement: Placement, setupHeader: Uint8Array | undefined, initrdMax: number): void {
  const { request, memory } = placement;
  const initrd: Range | undefined = request.initrd === undefined ? undefined : placement.high(request.initrd, initrdMax + 1);
  const page = zeroPage({
    setupHeader,
    memoryMap: request.memoryMap.filter((range) => range.type !== RANGE_TYPE.unusable),
    commandLine: placement.commandLine,
    initrd,
    rsdp: request.rsdp,
    framebuffer: request.framebuffer,
  });
  memory.write(placement.info, page);
}
