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
const ENTERED_IN_32_BITS: readonly string[] = ['ELF, 32 bits', 'PVH', 'Multiboot, ELF', 'Multiboot, addresses'];

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

/** Where the pieces of a kernel lie that survives what random code does. */
const PLACE = {
  table: 0x20_0000,
  code: 0x21_0000,
  idt: 0x22_0000,
  handler: 0x22_1000,
  next: 0x22_2000,
  stack: 0x23_0000,
} as const;
const EXCEPTIONS = 32;
/** Where the next attempt begins moves by so many bytes, within the first 2 KiB of the code. */
const STEP = 7;
const WINDOW = 0x7ff;

const little = (value: number): number[] => [0, 8, 16, 24].map((at) => (value >>> at) & 0xff);
const push = (value: number): number[] => [0x68, ...little(value)];
/** mov dword [address], value */
const store = (address: number, value: number): number[] => [0xc7, 0x05, ...little(address), ...little(value)];

/** Flat descriptors: null, code and data of ring 0, code and data of ring 3; words of 32 bits. */
const DESCRIPTORS = [0, 0, 0xffff, 0x00cf_9a00, 0xffff, 0x00cf_9200, 0xffff, 0x00cf_fa00, 0xffff, 0x00cf_f200];

/** What every exception leads to: the random code once more, from another byte, in its ring; ring 3 may use ports (IOPL 3). */
const again = (ring: number): number[] => [
  ...[0xbc, ...little(PLACE.stack), 0x6a, 0x10, 0x1f, 0x6a, 0x10, 0x07], // mov esp; push 10h; pop ds; push 10h; pop es
  ...[0x83, 0x05, ...little(PLACE.next), STEP], // add dword [next], STEP
  ...[0x81, 0x25, ...little(PLACE.next), ...little(PLACE.code | WINDOW)], // and dword [next], code + WINDOW
  ...(ring === 0
    ? [0xff, 0x25, ...little(PLACE.next)] // jmp [next]
    : [...push(0x23), ...push(PLACE.stack + 0x8000), ...push(0x3002), ...push(0x1b), 0xff, 0x35, ...little(PLACE.next), 0xcf]), // push [next]; iretd
];

/** 32-bit code that installs tables and handlers and then lets random code run in a ring, over and over. */
function surviving(code: Uint8Array, ring: number): Uint8Array {
  const handler = again(ring);
  while (handler.length % 4 !== 0) handler.push(0x90);
  const words = (bytes: readonly number[], address: number): number[] =>
    Array.from({ length: bytes.length / 4 }, (_, index) => {
      const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(4 * index);
      return store(address + 4 * index, (a | (b << 8) | (c << 16) | (d << 24)) >>> 0);
    }).flat();
  const gates = Array.from({ length: EXCEPTIONS }, (_, vector) => [
    ...store(PLACE.idt + 8 * vector, (8 << 16) | (PLACE.handler & 0xffff)),
    ...store(PLACE.idt + 8 * vector + 4, ((PLACE.handler & 0xffff_0000) | 0xee00) >>> 0),
  ]).flat();
  const register = (address: number, base: number, limit: number): number[] => [
    ...store(address, (limit | (base << 16)) >>> 0),
    ...store(address + 4, base >>> 16),
  ];
  const head = [
    ...DESCRIPTORS.flatMap((word, index) => store(PLACE.table + 16 + 4 * index, word)),
    ...register(PLACE.table, PLACE.table + 16, 8 * (DESCRIPTORS.length / 2) - 1),
    ...register(PLACE.table + 8, PLACE.idt, 8 * EXCEPTIONS - 1),
    ...gates,
    ...words(handler, PLACE.handler),
    ...store(PLACE.next, PLACE.code),
    // The task register points at address 0: stack pointer and segment for ring 0.
    ...store(4, PLACE.stack),
    ...store(8, 0x10),
    ...[0xbc, ...little(PLACE.stack), 0xe8, 0, 0, 0, 0, 0x5e], // mov esp; call next; pop esi
  ];
  const tail = [
    ...[0x81, 0xc6, 0, 0, 0, 0], // add esi, distance to the bytes, filled in below
    ...[0xbf, ...little(PLACE.code), 0xb9, ...little(code.length), 0xf3, 0xa4], // mov edi; mov ecx; rep movsb
    ...[0x0f, 0x01, 0x15, ...little(PLACE.table), 0x0f, 0x01, 0x1d, ...little(PLACE.table + 8)], // lgdt; lidt
    ...[0xea, ...little(PLACE.handler), 0x08, 0], // jmp 8:handler
  ];
  tail.splice(2, 4, ...little(tail.length + 1));
  return concatenate([Uint8Array.from([...head, ...tail]), code]);
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
  const whole = FORMATS[format]?.(ENTERED_IN_32_BITS.includes(format) ? surviving(code, ring) : code) ?? code;
  return { name: `${format}, random code for ring ${ring}, ${damage}`, bytes: hurt(whole) };
}
