/** Kernels that nobody should give a computer: every format, damaged in every way, and random bytes as code. */
import { gzipSync } from 'node:zlib';
import { concatenate, writeU32 } from '../../base/bytes.ts';
import type { Random } from '../../base/random.ts';
import { bzImage, elf, multibootHeader } from '../../guests/boot/testing/kernels.ts';
import { randomCode } from '../../hardware/testing/random-code.ts';

const LOAD = 0x10_0000;
const CODE_BYTES = 2048;

/** Whole kernels of each format, around the code given. */
const FORMATS: Readonly<Record<string, (code: Uint8Array) => Uint8Array>> = {
  'ELF, 32 bits': (code) => elf({ bits: 32, address: LOAD, code }),
  'ELF, 64 bits': (code) => elf({ bits: 64, address: LOAD, code }),
  PVH: (code) => elf({ bits: 32, address: LOAD, code, pvhEntry: LOAD }),
  'Multiboot, ELF': (code) => {
    const header = multibootHeader(3);
    return elf({ bits: 32, address: LOAD, entry: LOAD + header.length, code: concatenate([header, code]) });
  },
  'Multiboot, addresses': (code) => {
    const header = (at: number): Uint8Array =>
      multibootHeader(3, { header: LOAD, load: LOAD, loadEnd: 0, bssEnd: 0, entry: LOAD + at });
    return concatenate([header(header(0).length), code]);
  },
  bzImage: () => bzImage(),
  'bzImage, gzip': (code) => {
    const kernel = elf({ bits: 64, address: 0x100_0000, code });
    return bzImage({ packed: new Uint8Array(gzipSync(kernel)), size: kernel.length });
  },
  'bzImage, XZ': (code) =>
    bzImage({ packed: concatenate([Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 1), code]), size: 1 << 20 }),
  'bzImage, LZ4': (code) => bzImage({ packed: concatenate([Uint8Array.of(0x02, 0x21, 0x4c, 0x18), code]), size: 1 << 20 }),
  'bzImage, zstd': (code) => bzImage({ packed: concatenate([Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd), code]), size: 1 << 20 }),
};
export const FORMAT_NAMES = Object.keys(FORMATS);

/** What is done to a whole kernel. */
const DAMAGES: Readonly<Record<string, (bytes: Uint8Array, chance: Random) => Uint8Array>> = {
  none: (bytes) => bytes,
  'cut off': (bytes, chance) => bytes.slice(0, chance.below(bytes.length)),
  'random behind the header': (bytes, chance) => {
    const from = 4 + chance.below(Math.min(bytes.length, 256));
    return bytes.map((byte, at) => (at < from ? byte : chance.below(256)));
  },
  'bits flipped': (bytes, chance) => {
    const altered = bytes.slice();
    for (let flips = 1 + chance.below(8); flips > 0; flips--) {
      const at = chance.below(altered.length);
      altered[at] = (altered[at] ?? 0) ^ (1 << chance.below(8));
    }
    return altered;
  },
  'words of the header replaced': (bytes, chance) => {
    const altered = bytes.slice();
    for (let words = 1 + chance.below(3); words > 0; words--) {
      const at = 4 * chance.below(Math.max(1, Math.min(altered.length, chance.pick([64, 128, 1024])) >> 2));
      if (at + 4 <= altered.length)
        writeU32(altered, at, chance.pick([0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, chance.u32()]));
    }
    return altered;
  },
  'random from the first byte': (bytes, chance) => Uint8Array.from(bytes, () => chance.below(256)),
};
export const DAMAGE_NAMES = Object.keys(DAMAGES);

/** Where the pieces of the way to ring 3 lie. */
const RING3 = { table: 0x20_0000, code: 0x21_0000, stack: 0x22_0000 } as const;
const little = (value: number): number[] => [0, 8, 16, 24].map((at) => (value >>> at) & 0xff);

/** Goes to ring 3 with IOPL 3, so that ports can be reached, and jumps to bytes that it has copied there. */
function throughRing3(code: Uint8Array): Uint8Array {
  const descriptors = [0, 0, 0xffff, 0x00cf_9a00, 0xffff, 0x00cf_9200, 0xffff, 0x00cf_fa00, 0xffff, 0x00cf_f200];
  const store = (address: number, value: number): number[] => [0xc7, 0x05, ...little(address), ...little(value)]; // mov [address], value
  const push = (value: number): number[] => [0x68, ...little(value)];
  const head = [
    ...descriptors.flatMap((word, index) => store(RING3.table + 8 + 4 * index, word)),
    ...store(RING3.table, (39 | ((RING3.table + 8) << 16)) >>> 0),
    ...store(RING3.table + 4, (RING3.table + 8) >>> 16),
    ...[0xbc, ...little(RING3.stack)], // mov esp
    ...[0x0f, 0x01, 0x15, ...little(RING3.table)], // lgdt
    ...[0xe8, 0, 0, 0, 0, 0x5e], // call next; pop esi
  ];
  const copy = [
    ...[0x83, 0xc6, 0], // add esi, distance to the bytes, filled in below
    ...[0xbf, ...little(RING3.code), 0xb9, ...little(code.length), 0xf3, 0xa4], // mov edi; mov ecx; rep movsb
    ...[push(0x23), push(RING3.stack), push(0x3002), push(0x1b), push(RING3.code)].flat(),
    0xcf, // iretd
  ];
  copy[2] = copy.length + 1;
  return concatenate([Uint8Array.from([...head, ...copy]), code]);
}

export interface KernelCase {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** @param given a whole kernel to be damaged, instead of made-up ones */
export function randomKernel(chance: Random, given?: Uint8Array): KernelCase {
  const damage = chance.pick(DAMAGE_NAMES);
  const hurt = (bytes: Uint8Array): Uint8Array => DAMAGES[damage]?.(bytes, chance) ?? bytes;
  if (given !== undefined) return { name: `the kernel given, ${damage}`, bytes: hurt(given) };
  const format = chance.pick(FORMAT_NAMES);
  const ring = chance.pick([0, 3]);
  const code = randomCode(chance, CODE_BYTES);
  const whole = FORMATS[format]?.(ring === 3 ? throughRing3(code) : code) ?? code;
  return { name: `${format}, random code for ring ${ring}, ${damage}`, bytes: hurt(whole) };
}
