/** ELF executables of both classes: segments and notes. Pure: bytes in, description out. */
import { ELF, FILE_HEADER, PROGRAM_HEADER, XEN_NOTE } from '../../abi/boot/elf.table.ts';
import { readSize, readText, readU16, readU32 } from '../../base/bytes.ts';
import { damagedKernel } from './refusals.ts';

export interface Segment {
  /** Position and size in the file. */
  readonly offset: number;
  readonly fileSize: number;
  /** Where it goes in memory; what is beyond the file's bytes is zero. */
  readonly address: number;
  readonly memorySize: number;
  /** Virtual address; infinite where it is not an exact number (upper half of the address space). */
  readonly virtualAddress: number;
}

export interface ElfImage {
  readonly bits: 32 | 64;
  readonly machine: number;
  readonly entry: number;
  readonly segments: readonly Segment[];
  /** Physical address of the PVH entry, if a note names one. */
  readonly pvhEntry: number | undefined;
}

export const isElf = (bytes: Uint8Array): boolean => ELF.magic.every((byte, at) => bytes[at] === byte);

/** @throws Refusal where a header or segment lies outside the file */
export function parseElf(bytes: Uint8Array, name: string): ElfImage {
  const bits = bytes[ELF.classOffset] === ELF.class64 ? 64 : 32;
  const header = FILE_HEADER[bits];
  if (bytes.length < header.size) throw damagedKernel(name, 'its ELF header is cut off');
  if (bytes[ELF.dataOffset] !== ELF.littleEndian) throw damagedKernel(name, 'it is not little-endian');
  const machine = readU16(bytes, ELF.machineOffset);
  if (machine !== ELF.machine386 && machine !== ELF.machineX86_64)
    throw damagedKernel(name, `it is for another processor (ELF machine ${machine})`);
  const word = (at: number): number => (bits === 64 ? readSize(bytes, at) : readU32(bytes, at));

  const layout = PROGRAM_HEADER[bits];
  const headers = word(header.phoff);
  const count = readU16(bytes, header.phnum);
  const size = readU16(bytes, header.phentsize);
  if (count === 0) throw damagedKernel(name, 'it has no segments to load');
  if (size < layout.size || headers + count * size > bytes.length)
    throw damagedKernel(name, 'its program headers lie outside the file');

  const segments: Segment[] = [];
  let pvhEntry: number | undefined;
  for (let i = 0; i < count; i++) {
    const at = headers + i * size;
    const segment: Segment = {
      offset: word(at + layout.offset),
      fileSize: word(at + layout.filesz),
      address: word(at + layout.paddr),
      memorySize: word(at + layout.memsz),
      virtualAddress: word(at + layout.vaddr),
    };
    const type = readU32(bytes, at + layout.type);
    if (type !== ELF.segmentLoad && type !== ELF.segmentNote) continue;
    if (segment.offset + segment.fileSize > bytes.length) {
      throw damagedKernel(name, `a segment needs ${segment.offset + segment.fileSize} bytes of a file that has ${bytes.length}`);
    }
    if (type === ELF.segmentNote) pvhEntry ??= findPvhEntry(bytes, segment);
    else if (segment.memorySize > 0) segments.push(segment);
  }
  if (segments.length === 0) throw damagedKernel(name, 'it has no segments to load');
  if (
    segments.some((segment) => segment.memorySize < segment.fileSize || !Number.isFinite(segment.address + segment.memorySize))
  ) {
    throw damagedKernel(name, 'a segment has an impossible size');
  }
  return { bits, machine, entry: word(header.entry), segments, pvhEntry };
}

/** A note: name size, descriptor size, type, then both padded to four bytes. */
function findPvhEntry(bytes: Uint8Array, { offset, fileSize }: Segment): number | undefined {
  const align = (value: number): number => (value + 3) & ~3;
  let at = offset;
  while (at + 12 <= offset + fileSize) {
    const nameSize = readU32(bytes, at);
    const descriptorSize = readU32(bytes, at + 4);
    const descriptor = at + 12 + align(nameSize);
    if (descriptor + descriptorSize > offset + fileSize) return undefined;
    if (readU32(bytes, at + 8) === XEN_NOTE.physicalEntry && readText(bytes, at + 12, at + 12 + nameSize) === XEN_NOTE.owner) {
      return readU32(bytes, descriptor);
    }
    at = descriptor + align(descriptorSize);
  }
  return undefined;
}
