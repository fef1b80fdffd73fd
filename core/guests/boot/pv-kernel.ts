/** A paravirtual kernel: the ELF inside whatever it is packed in, and its notes of owner `Xen`. Pure: bytes in, description out. */
import { ELF, FILE_HEADER, PROGRAM_HEADER, SECTION_HEADER, XEN_NOTE } from '../../abi/boot/elf.table.ts';
import { ElfNote } from '../../abi/xen/version.table.ts';
import { readSize, readText, readU16, readU32, readU64 } from '../../base/bytes.ts';
import { Refusal } from '../../base/refusal.ts';
import type { PvKernel } from '../../seams/hypervisor.ts';
import { isBzImage, parseBzImage } from './bzimage.ts';
import { isElf, parseElf } from './elf.ts';
import type { NamedFile } from './placement.ts';
import { damagedKernel } from './refusals.ts';
import { type Codecs, packFormat, unpack } from './unpack/unpack.ts';

const notParavirtual = (name: string, why: string): Refusal =>
  new Refusal(
    'not-paravirtual',
    `${name} cannot run as a paravirtual domain: ${why}.`,
    'Choose a 64-bit kernel built with XEN_PV, as Debian ships.',
  );

/** The executable: unpacked if it is a bzImage or packed as a whole. */
function executable(kernel: NamedFile, codecs: Codecs): Uint8Array {
  const { name, bytes } = kernel;
  const payload = isBzImage(bytes) ? parseBzImage(bytes, name).payload : undefined;
  if (payload === undefined && isElf(bytes)) return bytes;
  if (payload === undefined && packFormat(bytes) === undefined)
    throw notParavirtual(name, 'it is neither an ELF file nor a bzImage');
  const result = payload === undefined ? unpack(bytes, 0, codecs) : unpack(payload.bytes, payload.size, codecs);
  if (result.kind === 'unpacked' && isElf(result.bytes)) return result.bytes;
  if (result.kind === 'damaged') throw damagedKernel(name, result.reason);
  throw notParavirtual(
    name,
    result.kind === 'unsupported' ? `it is packed with ${result.format}` : 'what it contains is no ELF file',
  );
}

/** Places of notes: segments of type NOTE, and sections, because some linkers make only those. */
function* noteRanges(bytes: Uint8Array): Generator<{ start: number; end: number }> {
  const header = FILE_HEADER[64];
  const program = readSize(bytes, header.phoff);
  for (let index = 0; index < readU16(bytes, header.phnum); index++) {
    const at = program + index * readU16(bytes, header.phentsize);
    if (readU32(bytes, at + PROGRAM_HEADER[64].type) !== ELF.segmentNote) continue;
    const start = readSize(bytes, at + PROGRAM_HEADER[64].offset);
    yield { start, end: start + readSize(bytes, at + PROGRAM_HEADER[64].filesz) };
  }
  const sections = readSize(bytes, header.shoff);
  for (let index = 0; index < readU16(bytes, header.shnum); index++) {
    const at = sections + index * readU16(bytes, header.shentsize);
    if (readU32(bytes, at + SECTION_HEADER[64].type) !== ELF.sectionNote) continue;
    const start = readSize(bytes, at + SECTION_HEADER[64].offset);
    yield { start, end: start + readSize(bytes, at + SECTION_HEADER[64].size) };
  }
}

/** Descriptors by type; the first of a type counts. */
function xenNotes(bytes: Uint8Array): Map<number, Uint8Array> {
  const notes = new Map<number, Uint8Array>();
  const padded = (size: number): number => (size + 3) & ~3;
  for (const { start, end } of noteRanges(bytes)) {
    for (let at = start; at + 12 <= Math.min(end, bytes.length); ) {
      const nameSize = readU32(bytes, at);
      const size = readU32(bytes, at + 4);
      const descriptor = at + 12 + padded(nameSize);
      if (descriptor + size > Math.min(end, bytes.length)) break;
      const type = readU32(bytes, at + 8);
      const owner = readText(bytes, at + 12, at + 12 + nameSize);
      if (owner === XEN_NOTE.owner && !notes.has(type)) notes.set(type, bytes.subarray(descriptor, descriptor + size));
      at = descriptor + padded(size);
    }
  }
  return notes;
}

/** Words of the section `__xen_guest`, which kernels carried before there were notes, and what they mean. */
const OLDER_WORDS: Readonly<Record<string, number>> = {
  VIRT_ENTRY: ElfNote.ENTRY,
  VIRT_BASE: ElfNote.VIRT_BASE,
  ELF_PADDR_OFFSET: ElfNote.PADDR_OFFSET,
  HYPERCALL_PAGE: ElfNote.HYPERCALL_PAGE,
  FEATURES: ElfNote.FEATURES,
  GUEST_OS: ElfNote.GUEST_OS,
};

const numberIn = (text: string): bigint | undefined => (/^(0x[0-9a-f]+|[0-9]+)$/i.test(text) ? BigInt(text) : undefined);

/** The text of that section: `GUEST_OS=mini,VIRT_BASE=0x0,HYPERCALL_PAGE=0x2,...`; the page is a frame number above the base. */
function* olderNotes(bytes: Uint8Array): Generator<[number, Uint8Array]> {
  const words = olderText(bytes).split(',');
  const textOf = (name: string): string => words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  const base = numberIn(textOf('VIRT_BASE')) ?? 0n;
  for (const [word, type] of Object.entries(OLDER_WORDS)) {
    const value = textOf(word);
    const parsed = numberIn(value);
    if (value === '') continue;
    const descriptor = new Uint8Array(8);
    new DataView(descriptor.buffer).setBigUint64(
      0,
      word === 'HYPERCALL_PAGE' ? base + (parsed ?? 0n) * 4096n : (parsed ?? 0n),
      true,
    );
    yield [type, parsed === undefined ? new TextEncoder().encode(value) : descriptor];
  }
}

function olderText(bytes: Uint8Array): string {
  const { shoff, shnum, shentsize, shstrndx } = FILE_HEADER[64];
  const { name, offset, size } = SECTION_HEADER[64];
  const section = (index: number): number => readSize(bytes, shoff) + index * readU16(bytes, shentsize);
  const names = readSize(bytes, section(readU16(bytes, shstrndx)) + offset);
  for (let index = 0; index < readU16(bytes, shnum); index++) {
    const at = section(index);
    if (readText(bytes, names + readU32(bytes, at + name)) !== '__xen_guest') continue;
    const start = readSize(bytes, at + offset);
    return readText(bytes, start, start + readSize(bytes, at + size));
  }
  return '';
}

const number = (descriptor: Uint8Array | undefined): bigint | undefined => {
  if (descriptor === undefined) return undefined;
  return descriptor.length >= 8 ? readU64(descriptor, 0) : descriptor.length >= 4 ? BigInt(readU32(descriptor, 0)) : undefined;
};

const text = (descriptor: Uint8Array | undefined): string => (descriptor === undefined ? '' : readText(descriptor, 0));

/** @throws Refusal for a file that is damaged or holds no 64-bit paravirtual kernel */
export function parsePvKernel(kernel: NamedFile, codecs: Codecs): PvKernel {
  const bytes = executable(kernel, codecs);
  const { name } = kernel;
  const elf = parseElf(bytes, name);
  if (elf.bits !== 64 || elf.machine !== ELF.machineX86_64) throw notParavirtual(name, 'it is not a 64-bit kernel');
  const notes = xenNotes(bytes);
  if (notes.size === 0) for (const [type, value] of olderNotes(bytes)) notes.set(type, value);
  if (notes.size === 0) throw notParavirtual(name, 'it has no notes for Xen');
  if (notes.size === 1 && notes.has(ElfNote.PHYS32_ENTRY))
    throw notParavirtual(name, 'its only note is the entry for a machine of its own (PVH)');
  const virtualBase = number(notes.get(ElfNote.VIRT_BASE)) ?? 0n;
  const lowest = Math.min(...elf.segments.map(({ address }) => address));
  return {
    segments: elf.segments.map((segment) => ({
      address: segment.address,
      bytes: bytes.subarray(segment.offset, segment.offset + segment.fileSize),
      size: segment.memorySize,
    })),
    entry: number(notes.get(ElfNote.ENTRY)) ?? readU64(bytes, FILE_HEADER[64].entry),
    virtualBase,
    // Without the note segments carry physical addresses, unless these are plainly virtual ones.
    physicalOffset: number(notes.get(ElfNote.PADDR_OFFSET)) ?? (lowest >= Number(virtualBase) ? virtualBase : 0n),
    hypercallPage: number(notes.get(ElfNote.HYPERCALL_PAGE)),
    initialP2m: number(notes.get(ElfNote.INIT_P2M)),
    moduleByFrame: number(notes.get(ElfNote.MOD_START_PFN)) === 1n,
    features: text(notes.get(ElfNote.FEATURES)),
  };
}
