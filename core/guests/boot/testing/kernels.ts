/** Kernel files made up for tests: the smallest that each format allows. */
import { SETUP_HEADER as H } from '../../../abi/boot/linux.table.ts';
import { MULTIBOOT_HEADER as M } from '../../../abi/boot/multiboot.table.ts';
import { concatenate, writeU16, writeU32, writeU64 } from '../../../base/bytes.ts';

export interface ElfOptions {
  readonly bits: 32 | 64;
  readonly address: number;
  readonly virtualAddress?: number;
  readonly entry?: number;
  readonly code: Uint8Array;
  readonly memorySize?: number;
  readonly pvhEntry?: number;
}

/** One LOAD segment, and a NOTE segment behind it if a PVH entry is wanted. */
export function elf(options: ElfOptions): Uint8Array {
  const { bits, address, code, pvhEntry } = options;
  const wide = bits === 64;
  const headerSize = wide ? 64 : 52;
  const programSize = wide ? 56 : 32;
  const note = pvhEntry === undefined ? new Uint8Array(0) : xenNote(pvhEntry);
  const count = pvhEntry === undefined ? 1 : 2;
  const head = new Uint8Array(headerSize + programSize * count);
  const word = (at: number, value: number): void => (wide ? writeU64(head, at, value) : writeU32(head, at, value));
  head.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, 1, 1]);
  writeU16(head, 16, 2);
  writeU16(head, 18, wide ? 62 : 3);
  word(24, options.entry ?? address);
  word(wide ? 32 : 28, headerSize);
  writeU16(head, wide ? 54 : 42, programSize);
  writeU16(head, wide ? 56 : 44, count);
  const fields = wide
    ? { offset: 8, vaddr: 16, paddr: 24, filesz: 32, memsz: 40 }
    : { offset: 4, vaddr: 8, paddr: 12, filesz: 16, memsz: 20 };
  const program = (index: number, type: number, offset: number, bytes: Uint8Array, memory: number): void => {
    const at = headerSize + index * programSize;
    writeU32(head, at, type);
    word(at + fields.offset, offset);
    word(at + fields.vaddr, options.virtualAddress ?? address);
    word(at + fields.paddr, address);
    word(at + fields.filesz, bytes.length);
    word(at + fields.memsz, memory);
  };
  program(0, 1, head.length, code, options.memorySize ?? code.length);
  if (count === 2) program(1, 4, head.length + code.length, note, note.length);
  return concatenate([head, code, note]);
}

function xenNote(entry: number): Uint8Array {
  const note = new Uint8Array(24);
  writeU32(note, 0, 4);
  writeU32(note, 4, 8);
  writeU32(note, 8, 18);
  note.set([0x58, 0x65, 0x6e, 0], 12);
  writeU32(note, 16, entry);
  return note;
}

/** A Multiboot header; with `addresses` it says itself where the image goes. */
export function multibootHeader(
  flags: number,
  addresses?: { header: number; load: number; loadEnd: number; bssEnd: number; entry: number },
): Uint8Array {
  const header = new Uint8Array(M.offsets.size);
  const all = flags | (addresses === undefined ? 0 : M.flagAddressFields);
  writeU32(header, 0, M.magic);
  writeU32(header, M.offsets.flags, all);
  writeU32(header, M.offsets.checksum, (2 ** 33 - M.magic - all) % 2 ** 32);
  if (addresses !== undefined) {
    writeU32(header, M.offsets.headerAddr, addresses.header);
    writeU32(header, M.offsets.loadAddr, addresses.load);
    writeU32(header, M.offsets.loadEndAddr, addresses.loadEnd);
    writeU32(header, M.offsets.bssEndAddr, addresses.bssEnd);
    writeU32(header, M.offsets.entryAddr, addresses.entry);
  }
  return header;
}

/** A bzImage of one setup sector; the payload, if any, begins at offset 0x300 of the protected-mode part. */
export function bzImage(payload?: { packed: Uint8Array; size: number }): Uint8Array {
  const part = new Uint8Array(0x300 + (payload === undefined ? 0 : payload.packed.length + 4));
  const setup = new Uint8Array(1024);
  setup[H.setupSects] = 1;
  writeU16(setup, H.bootFlag, 0xaa55);
  setup.set([0xeb, 0x66], H.jump);
  writeU32(setup, H.magic, 0x5372_6448);
  writeU16(setup, H.version, 0x20f);
  setup[H.loadFlags] = 1;
  writeU32(setup, H.initrdAddrMax, 0x7fff_ffff);
  writeU16(setup, H.xloadFlags, 1);
  writeU32(setup, H.cmdlineSize, 2047);
  writeU64(setup, H.prefAddress, 0x20_0000);
  writeU32(setup, H.initSize, 0x10_0000);
  if (payload !== undefined) {
    part.set(payload.packed, 0x300);
    writeU32(part, 0x300 + payload.packed.length, payload.size);
    writeU32(setup, H.payloadOffset, 0x300);
    writeU32(setup, H.payloadLength, payload.packed.length + 4);
  }
  return concatenate([setup, part]);
}
