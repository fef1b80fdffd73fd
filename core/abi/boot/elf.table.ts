/**
 * ELF file header, program header, section header and note layout for both classes.
 * Source: System V ABI, edition 4.1 (ELF-32) and gABI draft of 24 April 2001 (ELF-64); machine numbers from the x86-64 psABI 1.0.
 */

export const ELF = {
  magic: [0x7f, 0x45, 0x4c, 0x46],
  classOffset: 4, class32: 1, class64: 2,
  dataOffset: 5, littleEndian: 1,
  machineOffset: 18, machine386: 3, machineX86_64: 62,
  segmentLoad: 1, segmentNote: 4,
  sectionNote: 7, sectionSymbols: 2, sectionNoBits: 8,
} as const;

/** Field offsets within the file header; sizes are those of the class. */
export const FILE_HEADER = {
  32: { entry: 24, phoff: 28, shoff: 32, phentsize: 42, phnum: 44, shentsize: 46, shnum: 48, shstrndx: 50, size: 52 },
  64: { entry: 24, phoff: 32, shoff: 40, phentsize: 54, phnum: 56, shentsize: 58, shnum: 60, shstrndx: 62, size: 64 },
} as const;

export const PROGRAM_HEADER = {
  32: { type: 0, offset: 4, vaddr: 8, paddr: 12, filesz: 16, memsz: 20, size: 32 },
  64: { type: 0, offset: 8, vaddr: 16, paddr: 24, filesz: 32, memsz: 40, size: 56 },
} as const;

export const SECTION_HEADER = {
  32: { name: 0, type: 4, addr: 12, offset: 16, size: 20, link: 24 },
  64: { name: 0, type: 4, addr: 16, offset: 24, size: 32, link: 40 },
} as const;

/** Entries of a symbol table; kinds up to `lastKind` (none, object, function) name addresses. */
export const SYMBOL = {
  32: { value: 4, info: 12, size: 16 },
  64: { value: 8, info: 4, size: 24 },
  lastKind: 2,
} as const;

/** Notes with the owner "Xen". Source: Xen 4.17, public/elfnote.h. */
export const XEN_NOTE = { owner: 'Xen', physicalEntry: 18 } as const;
