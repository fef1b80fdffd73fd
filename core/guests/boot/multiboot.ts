/** Multiboot 1 headers, in ELF files and (with the address fields) in any other. Pure: bytes in, description out. */
import { MULTIBOOT_HEADER as M } from '../../abi/boot/multiboot.table.ts';
import { readU32 } from '../../base/bytes.ts';
import type { Segment } from './elf.ts';
import { damagedKernel } from './refusals.ts';

export interface MultibootImage {
  readonly flags: number;
  /** Where the address fields say the image goes; undefined: the ELF headers say it. */
  readonly addresses: { readonly segment: Segment; readonly entry: number } | undefined;
}

/** The header, if the first 8 KiB hold one. @throws Refusal for a header that asks for what nobody can give */
export function parseMultiboot(bytes: Uint8Array, name: string): MultibootImage | undefined {
  const last = Math.min(bytes.length, M.searchBytes) - 12;
  for (let at = 0; at <= last; at += M.alignment) {
    if (readU32(bytes, at) !== M.magic) continue;
    const flags = readU32(bytes, at + M.offsets.flags);
    if ((M.magic + flags + readU32(bytes, at + M.offsets.checksum)) % 2 ** 32 !== 0) continue;
    const unknown = flags & M.flagsRequired & ~(M.flagAlignModules | M.flagMemoryInfo | M.flagVideoMode);
    if (unknown !== 0) throw damagedKernel(name, `its Multiboot header asks for unknown features (${unknown.toString(16)})`);
    return { flags, addresses: (flags & M.flagAddressFields) !== 0 ? addressFields(bytes, at, name) : undefined };
  }
  return undefined;
}

function addressFields(bytes: Uint8Array, header: number, name: string): MultibootImage['addresses'] {
  const field = (offset: keyof typeof M.offsets): number => readU32(bytes, header + M.offsets[offset]);
  const address = field('loadAddr');
  const offset = header - (field('headerAddr') - address);
  const available = bytes.length - offset;
  const fileSize = field('loadEndAddr') === 0 ? available : field('loadEndAddr') - address;
  if (offset < 0 || fileSize < 0 || fileSize > available)
    throw damagedKernel(name, 'its Multiboot address fields lie outside the file');
  const memorySize = Math.max(fileSize, field('bssEndAddr') - address);
  return { segment: { offset, fileSize, address, memorySize, virtualAddress: address }, entry: field('entryAddr') };
}
