/**
 * The symbol table that a Linux kernel carries in itself, found and decoded: names for the addresses of a crash report.
 *
 * Layout since Linux 6.1 (scripts/kallsyms.c): offsets, relative base, number of symbols, names, markers, sequence
 * numbers, token table, token index. Names are coded as indexes of 256 tokens; an ASCII digit is its own token, which is
 * how the token table is found. Offsets below zero count from the relative base, others are absolute (per-CPU).
 */
import { alignUp } from '../../base/bits.ts';
import { readText, readU16, readU32, readU64 } from '../../base/bytes.ts';

export interface KernelSymbols {
  /** Name and distance of the last symbol at or below an address; undefined: outside the kernel. */
  lookup(address: bigint): { name: string; offset: number } | undefined;
  addressOf(name: string): bigint | undefined;
}

const TOKENS = 256;
const DIGITS = Array.from({ length: 10 }, (_, digit) => [0x30 + digit, 0]).flat();
const FEWEST = 1000;
const MOST = 2_000_000;
const KERNEL_HALF = 0xffff_ffff_8000_0000n;

/** Undefined: the kernel has none, or in another form. */
export function kernelSymbols(image: Uint8Array): KernelSymbols | undefined {
  for (let from = 0; ; ) {
    const digits = indexOf(image, DIGITS, from);
    if (digits < 0) return undefined;
    const tokens = tokensAround(image, digits);
    const table = tokens && symbolsBefore(image, tokens.start, tokens.texts);
    if (table !== undefined) return table;
    from = digits + 1;
  }
}

function indexOf(bytes: Uint8Array, pattern: readonly number[], from: number): number {
  const first = pattern[0] ?? 0;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (pattern.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}

/** The table starts 48 strings before the digits; the index behind it must agree. */
function tokensAround(image: Uint8Array, digits: number): { start: number; texts: string[] } | undefined {
  let start = digits;
  for (let strings = 0; strings < 0x30; strings++) {
    start--;
    while (start > 0 && image[start - 1] !== 0) start--;
    if (digits - start > 4096) return undefined;
  }
  const texts: string[] = [];
  const offsets: number[] = [];
  let at = start;
  for (let token = 0; token < TOKENS; token++) {
    offsets.push(at - start);
    const text = readText(image, at, at + 256);
    texts.push(text);
    at += text.length + 1;
  }
  const index = alignUp(at, 8);
  return offsets.every((offset, token) => readU16(image, index + token * 2) === offset) ? { start, texts } : undefined;
}

/** Searches backwards for a relative base followed by a number of symbols whose names end where the markers begin. */
function symbolsBefore(image: Uint8Array, tokenTable: number, tokens: readonly string[]): KernelSymbols | undefined {
  for (let at = tokenTable - (tokenTable % 8); at > FEWEST; at -= 8) {
    if (image[at + 7] !== 0xff || image[at] !== 0 || image[at + 1] !== 0) continue;
    const base = readU64(image, at);
    const count = readU32(image, at + 8);
    if (base < KERNEL_HALF || count < FEWEST || count > MOST || at - count * 4 < 0) continue;
    const positions = namePositions(image, at + 16, count, tokenTable);
    if (positions !== undefined) return decoded(image, { base, count, offsets: at - alignUp(count * 4, 8), positions, tokens });
  }
  return undefined;
}

function namePositions(image: Uint8Array, names: number, count: number, limit: number): Uint32Array | undefined {
  const positions = new Uint32Array(count);
  let at = names;
  for (let symbol = 0; symbol < count; symbol++) {
    positions[symbol] = at;
    const { length, start } = nameLength(image, at);
    at = start + length;
    if (length === 0 || at > limit) return undefined;
  }
  return readU32(image, alignUp(at, 8)) === 0 ? positions : undefined;
}

/** One byte, or two with seven bits each if the first has its top bit set. */
function nameLength(image: Uint8Array, at: number): { length: number; start: number } {
  const first = image[at] ?? 0;
  if (first < 0x80) return { length: first, start: at + 1 };
  return { length: (first & 0x7f) | ((image[at + 1] ?? 0) << 7), start: at + 2 };
}

interface Table {
  readonly base: bigint;
  readonly count: number;
  readonly offsets: number;
  readonly positions: Uint32Array;
  readonly tokens: readonly string[];
}

function decoded(image: Uint8Array, table: Table): KernelSymbols {
  const addresses = Array.from({ length: table.count }, (_, symbol) => {
    const offset = readU32(image, table.offsets + symbol * 4) | 0;
    return offset >= 0 ? BigInt(offset) : table.base - 1n - BigInt(offset);
  });
  const order = [...addresses.keys()].sort((a, b) => Number((addresses[a] ?? 0n) - (addresses[b] ?? 0n)));
  const nameOf = (symbol: number): string => {
    const { length, start } = nameLength(image, table.positions[symbol] ?? 0);
    let name = '';
    for (let i = 0; i < length; i++) name += table.tokens[image[start + i] ?? 0] ?? '';
    return name.slice(1); // the first character is the kind
  };
  return {
    lookup(address) {
      if (address < KERNEL_HALF) return undefined;
      let low = 0;
      let high = order.length;
      while (low + 1 < high) {
        const middle = (low + high) >> 1;
        if ((addresses[order[middle] ?? 0] ?? 0n) <= address) low = middle;
        else high = middle;
      }
      const symbol = order[low] ?? 0;
      const offset = Number(address - (addresses[symbol] ?? 0n));
      return offset >= 0 && offset < 2 ** 24 ? { name: nameOf(symbol), offset } : undefined;
    },
    addressOf(name) {
      const symbol = addresses.findIndex((_, index) => nameOf(index) === name);
      return symbol < 0 ? undefined : addresses[symbol];
    },
  };
}
