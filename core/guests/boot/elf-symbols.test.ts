/** Names from the symbol table of an ELF file, for addresses of a crash report. */
import { describe, expect, it } from 'vitest';
import { concatenate, textBytes, writeU16, writeU32, writeU64 } from '../../base/bytes.ts';
import { elfSymbols } from './elf-symbols.ts';
import { elf } from './testing/kernels.ts';

const UPPER = 0xffff_ffff_8000_0000n;

/** A 64-bit file with a table of three symbols: two functions out of order, and one of a kind that names no address. */
function withSymbols(): Uint8Array {
  const strings = textBytes('\0start\0stop\0file\0');
  const symbols = new Uint8Array(3 * 24);
  const entries = [
    { name: 7, kind: 2, address: UPPER + 0x200n },
    { name: 1, kind: 2, address: UPPER + 0x100n },
    { name: 12, kind: 4, address: UPPER + 0x180n },
  ];
  for (const [index, { name, kind, address }] of entries.entries()) {
    writeU32(symbols, 24 * index, name);
    symbols[24 * index + 4] = kind;
    writeU64(symbols, 24 * index + 8, address);
  }
  const image = elf({ bits: 64, address: 0x10_0000, code: Uint8Array.of(0xf4) });
  const sections = new Uint8Array(3 * 64);
  const section = (index: number, type: number, offset: number, size: number, link: number): void => {
    writeU32(sections, 64 * index + 4, type);
    writeU64(sections, 64 * index + 24, offset);
    writeU64(sections, 64 * index + 32, size);
    writeU32(sections, 64 * index + 40, link);
  };
  section(1, 2, image.length, symbols.length, 2);
  section(2, 3, image.length + symbols.length, strings.length, 0);
  writeU64(image, 40, image.length + symbols.length + strings.length);
  writeU16(image, 58, 64);
  writeU16(image, 60, 3);
  return concatenate([image, symbols, strings, sections]);
}

describe('the symbols of an ELF file', () => {
  it('name the last function at or below an address', () => {
    const symbols = elfSymbols(withSymbols());
    expect(symbols?.lookup(UPPER + 0x1ffn)).toEqual({ name: 'start', offset: 0xff });
    expect(symbols?.lookup(UPPER + 0xffn)).toBeUndefined();
    expect(symbols?.lookup(UPPER + 0x200n)).toBeUndefined();
    expect(symbols?.addressOf('stop')).toBe(UPPER + 0x200n);
  });

  it('are none in a stripped file, a file that is none, and any file that is cut off', () => {
    expect(elfSymbols(elf({ bits: 32, address: 0x10_0000, code: Uint8Array.of(0xf4) }))).toBeUndefined();
    expect(elfSymbols(textBytes('MZ'))).toBeUndefined();
    const whole = withSymbols();
    for (let length = 0; length < whole.length; length += 7) elfSymbols(whole.subarray(0, length));
  });
});
