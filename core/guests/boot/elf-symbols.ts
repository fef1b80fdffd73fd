/** The symbol table of an ELF file: names for the addresses of a crash report, where the kernel is not stripped. */
import { ELF, FILE_HEADER, SECTION_HEADER, SYMBOL } from '../../abi/boot/elf.table.ts';
import { readSize, readText, readU16, readU32, readU64 } from '../../base/bytes.ts';
import { isElf } from './elf.ts';
import type { KernelSymbols } from './kallsyms.ts';

/** More symbols than any kernel has: a damaged table does not hold up a report. */
const MOST = 2_000_000;

interface Named {
  readonly name: number;
  readonly address: bigint;
}

/** Undefined: no ELF file, or one without symbols. Whatever lies outside the file is left out. */
export function elfSymbols(bytes: Uint8Array): KernelSymbols | undefined {
  if (!isElf(bytes)) return undefined;
  const symbols = namedAddresses(bytes, bytes[ELF.classOffset] === ELF.class64 ? 64 : 32);
  if (symbols.length === 0) return undefined;
  symbols.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
  return {
    lookup: (address) => {
      let low = 0;
      let high = symbols.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((symbols[middle]?.address ?? 0n) <= address) low = middle + 1;
        else high = middle;
      }
      const found = symbols[low - 1];
      // Behind the last symbol nothing is known.
      if (found === undefined || low === symbols.length) return undefined;
      return { name: readText(bytes, found.name), offset: Number(address - found.address) };
    },
    addressOf: (name) => symbols.find((symbol) => readText(bytes, symbol.name) === name)?.address,
  };
}

function namedAddresses(bytes: Uint8Array, bits: 32 | 64): Named[] {
  const header = FILE_HEADER[bits];
  const section = SECTION_HEADER[bits];
  const layout = SYMBOL[bits];
  const word = (at: number): number => (bits === 64 ? readSize(bytes, at) : readU32(bytes, at));
  const sectionAt = (index: number): number => word(header.shoff) + index * readU16(bytes, header.shentsize);
  const found: Named[] = [];
  for (let index = 0; index < readU16(bytes, header.shnum); index++) {
    const at = sectionAt(index);
    if (readU32(bytes, at + section.type) !== ELF.sectionSymbols) continue;
    const start = word(at + section.offset);
    const end = Math.min(start + word(at + section.size), bytes.length);
    const strings = word(sectionAt(readU32(bytes, at + section.link)) + section.offset);
    for (let symbol = start; symbol + layout.size <= end && found.length < MOST; symbol += layout.size) {
      const kind = (bytes[symbol + layout.info] ?? 0) & 15;
      const name = strings + readU32(bytes, symbol);
      const address = bits === 64 ? readU64(bytes, symbol + layout.value) : BigInt(readU32(bytes, symbol + layout.value));
      if (kind <= SYMBOL.lastKind && address !== 0n && (bytes[name] ?? 0) !== 0) found.push({ name, address });
    }
  }
  return found;
}
