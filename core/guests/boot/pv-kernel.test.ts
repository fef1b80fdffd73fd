/** What a paravirtual kernel says of itself: notes, the older section, and files that say nothing or something else. */
import { describe, expect, it } from 'vitest';
import { FILE_HEADER, PROGRAM_HEADER, SECTION_HEADER } from '../../abi/boot/elf.table.ts';
import { ElfNote } from '../../abi/xen/version.table.ts';
import { concatenate, writeU16, writeU32, writeU64 } from '../../base/bytes.ts';
import { Refusal } from '../../base/refusal.ts';
import { parsePvKernel } from './pv-kernel.ts';
import { elf } from './testing/kernels.ts';

const codec = (bytes: Uint8Array): Uint8Array => bytes;
const codecs = { gzip: codec, zstd: codec, remembered: (_bytes: Uint8Array, unpack: () => Uint8Array) => unpack() };
const parse = (bytes: Uint8Array) => parsePvKernel({ name: 'kernel', bytes }, codecs);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const u64 = (value: bigint): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
};

const note = (type: number, value: bigint): Uint8Array => {
  const head = new Uint8Array(16);
  writeU32(head, 0, 4);
  writeU32(head, 4, 8);
  writeU32(head, 8, type);
  head.set(text('Xen'), 12);
  return concatenate([head, u64(value)]);
};

/** One segment of code at `address`, and one section beside the names of sections. */
const withSection = (name: string, type: number, content: Uint8Array, address = 0x10_0000): Uint8Array => {
  const names = text(`\0${name}\0.shstrtab\0`);
  const [header, program, section] = [FILE_HEADER[64], PROGRAM_HEADER[64], SECTION_HEADER[64]];
  const code = new Uint8Array(16);
  const start = header.size + program.size;
  const [contentAt, namesAt] = [start + code.length, start + code.length + content.length];
  const sectionsAt = namesAt + names.length;
  const SIZE = 64;
  const head = new Uint8Array(start);
  head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  writeU16(head, 18, 62);
  writeU64(head, header.entry, address + 4);
  writeU64(head, header.phoff, header.size);
  writeU64(head, header.shoff, sectionsAt);
  writeU16(head, header.phentsize, program.size);
  writeU16(head, header.phnum, 1);
  writeU16(head, header.shentsize, SIZE);
  writeU16(head, header.shnum, 3);
  writeU16(head, header.shstrndx, 2);
  writeU32(head, header.size + program.type, 1);
  writeU64(head, header.size + program.offset, start);
  for (const field of [program.vaddr, program.paddr]) writeU64(head, header.size + field, address);
  for (const field of [program.filesz, program.memsz]) writeU64(head, header.size + field, code.length);
  const sections = new Uint8Array(3 * SIZE);
  const put = (index: number, nameAt: number, kind: number, offset: number, size: number): void => {
    writeU32(sections, index * SIZE + section.name, nameAt);
    writeU32(sections, index * SIZE + section.type, kind);
    writeU64(sections, index * SIZE + section.offset, offset);
    writeU64(sections, index * SIZE + section.size, size);
  };
  put(1, 1, type, contentAt, content.length);
  put(2, 2 + name.length, 3, namesAt, names.length);
  return concatenate([head, code, content, names, sections]);
};

const NOTES = 7;
const PROGRAM_BITS = 1;

describe('a paravirtual kernel', () => {
  it('is described by notes, here in a section of its own', () => {
    const notes = [note(ElfNote.VIRT_BASE, 0n), note(ElfNote.HYPERCALL_PAGE, 0x10_2000n), note(ElfNote.ENTRY, 0x10_0008n)];
    const kernel = parse(withSection('.notes', NOTES, concatenate(notes)));
    expect(kernel).toMatchObject({ entry: 0x10_0008n, virtualBase: 0n, physicalOffset: 0n, hypercallPage: 0x10_2000n });
  });

  it('carries physical addresses unless they are plainly the virtual ones', () => {
    const base = note(ElfNote.VIRT_BASE, 0x8000_0000n);
    expect(parse(withSection('.notes', NOTES, base, 0x10_0000)).physicalOffset).toBe(0n);
    expect(parse(withSection('.notes', NOTES, base, 0x8010_0000)).physicalOffset).toBe(0x8000_0000n);
    const said = concatenate([base, note(ElfNote.PADDR_OFFSET, 0n)]);
    expect(parse(withSection('.notes', NOTES, said, 0x8010_0000)).physicalOffset).toBe(0n);
  });

  it('may be described in the section from before there were notes, its page a frame number above the base', () => {
    const words =
      'GUEST_OS=tiny,XEN_VER=xen-3.0,VIRT_BASE=0x40000000,ELF_PADDR_OFFSET=0x40000000,HYPERCALL_PAGE=0x101,LOADER=generic\0';
    const kernel = parse(withSection('__xen_guest', PROGRAM_BITS, text(words), 0x4010_0000));
    expect(kernel).toMatchObject({ virtualBase: 0x4000_0000n, physicalOffset: 0x4000_0000n, hypercallPage: 0x4010_1000n });
    expect(kernel.entry).toBe(0x4010_0004n);
  });

  it('is none without a word for Xen, or with the entry of another kind of machine only', () => {
    const code = new Uint8Array(16);
    expect(() => parse(elf({ bits: 64, address: 0x10_0000, code }))).toThrow(Refusal);
    expect(() => parse(elf({ bits: 64, address: 0x10_0000, code, pvhEntry: 0x10_0000 }))).toThrow(/PVH/);
    expect(() => parse(elf({ bits: 32, address: 0x10_0000, code }))).toThrow(/64-bit/);
  });
});
