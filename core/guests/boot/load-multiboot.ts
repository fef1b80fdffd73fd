/** Loading Multiboot 1 kernels: the image, its modules, and the information structure that EBX points to. */
import {
  MULTIBOOT_INFO as I,
  MULTIBOOT_MMAP as MMAP,
  MULTIBOOT_MODULE as MODULE,
  MULTIBOOT_BOOTLOADER_MAGIC,
} from '../../abi/boot/multiboot.table.ts';
import { concatenate, textBytes, writeU16, writeU32, writeU64 } from '../../base/bytes.ts';
import { Refusal } from '../../base/refusal.ts';
import type { ElfImage } from './elf.ts';
import type { Entry } from './entry.ts';
import { memorySizes } from './linux-params.ts';
import { placeSegments } from './load-elf.ts';
import type { MultibootImage } from './multiboot.ts';
import type { Placement } from './placement.ts';
import { unknownKernel } from './refusals.ts';

const KIB = 1024;

export function loadMultiboot(placement: Placement, image: MultibootImage, elf: ElfImage | undefined): Entry {
  const { request, memory, info } = placement;
  const { entry, end } = placeImage(placement, image, elf);
  // A kernel strips the first word, which is its own name, as other loaders hand it over.
  placement.writeCommandLine(`${request.kernel.name} ${request.commandLine}`.trimEnd());
  const modules = [
    ...(request.initrd === undefined ? [] : [{ ...request.initrd, text: request.initrd.name }]),
    ...request.modules,
  ].map((module) => ({ text: module.text, range: placement.low(module, end) }));

  const lists = listBuilder(placement.lists.start);
  const strings = modules.map((module) => lists.add(textBytes(`${module.text}\0`)));
  const moduleList = lists.add(
    concatenate(
      modules.map(({ range }, index) => {
        const record = new Uint8Array(MODULE.size);
        writeU32(record, MODULE.start, range.start);
        writeU32(record, MODULE.end, range.start + range.length);
        writeU32(record, MODULE.string, strings[index] ?? 0);
        return record;
      }),
    ),
  );
  const mapBytes = memoryMap(placement);
  const map = lists.add(mapBytes);
  const loaderName = lists.add(textBytes('blanket\0'));
  const bytes = lists.bytes();
  if (bytes.length > placement.lists.length) {
    throw new Refusal(
      'modules-too-many',
      'The modules and their arguments do not fit into the boot information.',
      'Give fewer modules or shorter arguments.',
    );
  }
  memory.write(placement.lists.start, bytes);

  const record = new Uint8Array(I.size);
  const sizes = memorySizes(request.memoryMap);
  writeU32(record, I.flags, I.flagMemory | I.flagCmdline | I.flagModules | I.flagMemoryMap | I.flagLoaderName);
  writeU32(record, I.memLower, sizes.lower / KIB);
  writeU32(record, I.memUpper, sizes.upper / KIB);
  writeU32(record, I.cmdline, placement.commandLine);
  writeU32(record, I.modsCount, modules.length);
  writeU32(record, I.modsAddr, moduleList);
  writeU32(record, I.mmapLength, mapBytes.length);
  writeU32(record, I.mmapAddr, map);
  writeU32(record, I.bootLoaderName, loaderName);
  describeFramebuffer(record, placement);
  memory.write(info, record);
  return placement.entry('Multiboot', 'protected', entry, { rax: MULTIBOOT_BOOTLOADER_MAGIC, rbx: info });
}

function placeImage(placement: Placement, image: MultibootImage, elf: ElfImage | undefined): { entry: number; end: number } {
  const { name, bytes } = placement.request.kernel;
  if (image.addresses === undefined) {
    if (elf === undefined) throw unknownKernel(name);
    return { entry: physicalEntry(elf), end: placeSegments(placement, name, bytes, elf) };
  }
  const { segment, entry } = image.addresses;
  placement.fixed(name, segment.address, bytes.subarray(segment.offset, segment.offset + segment.fileSize), segment.memorySize);
  return { entry, end: segment.address + segment.memorySize };
}

/** Some kernels give a virtual entry address; the segment that holds it tells the physical one. */
function physicalEntry(elf: ElfImage): number {
  const holder = elf.segments.find(
    (segment) => elf.entry >= segment.virtualAddress && elf.entry < segment.virtualAddress + segment.memorySize,
  );
  return holder === undefined ? elf.entry : elf.entry - holder.virtualAddress + holder.address;
}

function memoryMap({ request }: Placement): Uint8Array {
  const map = new Uint8Array(request.memoryMap.length * MMAP.size);
  request.memoryMap.forEach((range, index) => {
    const at = index * MMAP.size;
    writeU32(map, at + MMAP.entrySize, MMAP.size - 4);
    writeU64(map, at + MMAP.base, range.start);
    writeU64(map, at + MMAP.length, range.length);
    writeU32(map, at + MMAP.type, range.type);
  });
  return map;
}

function describeFramebuffer(record: Uint8Array, { request: { framebuffer } }: Placement): void {
  if (framebuffer === undefined) return;
  record[I.flags + 1] = (record[I.flags + 1] ?? 0) | (I.flagFramebuffer >> 8);
  writeU64(record, I.framebufferAddr, framebuffer.address);
  writeU32(record, I.framebufferPitch, framebuffer.width * 4);
  writeU32(record, I.framebufferWidth, framebuffer.width);
  writeU32(record, I.framebufferHeight, framebuffer.height);
  record[I.framebufferBpp] = 32;
  record[I.framebufferType] = 1;
  writeU16(record, I.colorInfo, 0x0810);
  writeU16(record, I.colorInfo + 2, 0x0808);
  writeU16(record, I.colorInfo + 4, 0x0800);
}

/** Puts pieces one behind the other, four-byte aligned, and tells where each will be. */
function listBuilder(start: number): { add(bytes: Uint8Array): number; bytes(): Uint8Array } {
  const pieces: Uint8Array[] = [];
  let length = 0;
  return {
    add(bytes): number {
      const at = start + length;
      const padded = new Uint8Array((bytes.length + 3) & ~3);
      padded.set(bytes);
      pieces.push(padded);
      length += padded.length;
      return at;
    },
    bytes: () => concatenate(pieces),
  };
}
