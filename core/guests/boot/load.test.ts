/** Loading by every protocol, and refusing what is cut off, too large, in the wrong place or unknown. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { RANGE_TYPE } from '../../abi/boot/memory-map.table.ts';
import { readText, readU32, readU64, textBytes, writeU32 } from '../../base/bytes.ts';
import { Refusal } from '../../base/refusal.ts';
import { loadKernel } from './load.ts';
import type { BootRequest } from './placement.ts';
import { flatMemory } from './testing/flat-memory.ts';
import { bzImage, elf, multibootHeader } from './testing/kernels.ts';

const MEMORY = 8 << 20;
const CODE = Uint8Array.of(0xf4, 0xeb, 0xfd);

function request(kernel: Uint8Array, more: Partial<BootRequest> = {}): BootRequest {
  return {
    kernel: { name: 'kernel', bytes: kernel },
    initrd: undefined,
    modules: [],
    commandLine: 'console=ttyS0',
    ram: [{ start: 0, length: MEMORY }],
    memoryMap: [
      { start: 0, length: 0x9_fc00, type: RANGE_TYPE.ram },
      { start: 0x10_0000, length: MEMORY - 0x10_0000, type: RANGE_TYPE.ram },
    ],
    reserved: [],
    rsdp: 0xe_0000,
    framebuffer: undefined,
    codecs: { gzip: (bytes) => bytes.slice(18), zstd: (bytes) => bytes },
    ...more,
  };
}

const refusalOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return 'none';
};
const load = (kernel: Uint8Array, more?: Partial<BootRequest>) => {
  const memory = flatMemory(MEMORY);
  return { memory, entry: loadKernel(request(kernel, more), memory) };
};

describe('loadKernel', () => {
  it('enters a plain ELF in the mode of its class with a zero page', () => {
    const { memory, entry } = load(elf({ bits: 64, address: 0x20_0000, code: CODE, memorySize: 0x1000 }));
    expect(entry).toMatchObject({ mode: 'long', address: 0x20_0000 });
    expect(memory.read(0x20_0000, 3)).toEqual(CODE);
    const page = entry.registers.rsi ?? 0;
    expect(readText(memory.all, readU32(memory.all, page + 0x228))).toBe('console=ttyS0');
    expect(memory.all[page + 0x1e8]).toBe(2);
    expect(readU64(memory.all, page + 0x70)).toBe(0xe_0000n);
    expect(load(elf({ bits: 32, address: 0x20_0000, code: CODE })).entry.mode).toBe('protected');
  });

  it('maps the first 4 GiB onto themselves for a 64-bit entry', () => {
    const { memory, entry } = load(elf({ bits: 64, address: 0x20_0000, code: CODE }));
    const walk = (address: bigint): bigint => {
      const level4 = readU64(memory.all, entry.pageTables) & ~0xfffn;
      const level3 = readU64(memory.all, Number(level4 + (address >> 30n) * 8n)) & ~0xfffn;
      return readU64(memory.all, Number(level3 + ((address >> 21n) & 511n) * 8n));
    };
    for (const address of [0n, 0x20_0000n, 0xfee0_0000n]) expect(walk(address)).toBe(address | 0x83n);
  });

  it('hands PVH kernels start information with the initial RAM disk as first module', () => {
    const initrd = { name: 'initrd', bytes: textBytes('ramdisk') };
    const { memory, entry } = load(elf({ bits: 64, address: 0x20_0000, code: CODE, pvhEntry: 0x20_0001 }), { initrd });
    expect(entry).toMatchObject({ mode: 'protected', address: 0x20_0001 });
    const info = entry.registers.rbx ?? 0;
    expect(readU32(memory.all, info)).toBe(0x336e_c578);
    const module = Number(readU64(memory.all, Number(readU64(memory.all, info + 16))));
    expect(readText(memory.read(module, 7), 0)).toBe('ramdisk');
    expect(readU32(memory.all, info + 48)).toBe(2);
  });

  it('lets a bzImage whose packing is unknown unpack itself at its preferred address', () => {
    expect(load(bzImage()).entry).toMatchObject({ mode: 'long', address: 0x20_0200 });
  });

  it('enters the ELF in a bzImage directly', () => {
    const inner = elf({ bits: 64, address: 0x20_0000, code: CODE });
    const packed = new Uint8Array(18 + inner.length);
    packed.set([0x1f, 0x8b]);
    packed.set(inner, 18);
    const { memory, entry } = load(bzImage({ packed, size: inner.length }));
    expect(entry).toMatchObject({ mode: 'long', address: 0x20_0000 });
    expect(memory.read(0x20_0000, 3)).toEqual(CODE);
  });

  it('gives Multiboot kernels their modules, page aligned, with their strings', () => {
    const code = new Uint8Array(64);
    code.set(multibootHeader(3));
    const modules = [
      { name: 'a', bytes: textBytes('first'), text: 'a one' },
      { name: 'b', bytes: textBytes('second'), text: 'b two' },
    ];
    const { memory, entry } = load(elf({ bits: 32, address: 0x10_0000, code, memorySize: 0x2345 }), { modules });
    expect(entry).toMatchObject({ mode: 'protected', address: 0x10_0000, registers: { rax: 0x2bad_b002 } });
    const info = entry.registers.rbx ?? 0;
    expect(readText(memory.all, readU32(memory.all, info + 16))).toBe('kernel console=ttyS0');
    expect(readU32(memory.all, info + 20)).toBe(2);
    const second = readU32(memory.all, info + 24) + 16;
    expect(readU32(memory.all, second)).toBe(0x10_4000);
    expect(readText(memory.all, 0x10_4000)).toBe('second');
    expect(readText(memory.all, readU32(memory.all, second + 8))).toBe('b two');
    expect(readU32(memory.all, info + 8)).toBe((MEMORY - 0x10_0000) / 1024);
  });

  it('follows the address fields of a Multiboot header where there are no ELF headers', () => {
    const file = new Uint8Array(0x100);
    file.set(multibootHeader(0, { header: 0x10_0010, load: 0x10_0000, loadEnd: 0, bssEnd: 0x10_0200, entry: 0x10_0040 }), 0x10);
    file[0x40] = 0xf4;
    const { memory, entry } = load(file);
    expect(entry.address).toBe(0x10_0040);
    expect(memory.all[0x10_0040]).toBe(0xf4);
  });

  it('translates a virtual entry address of a Multiboot ELF', () => {
    const code = new Uint8Array(64);
    code.set(multibootHeader(0));
    const kernel = elf({ bits: 32, address: 0x10_0000, virtualAddress: 0xc010_0000, entry: 0xc010_0030, code });
    expect(load(kernel).entry.address).toBe(0x10_0030);
  });
});

describe('loadKernel refuses', () => {
  const whole = elf({ bits: 64, address: 0x20_0000, code: CODE });

  it('files cut off anywhere', () => {
    for (let length = 0; length < whole.length; length++) {
      expect(['kernel-damaged', 'kernel-format']).toContain(refusalOf(() => load(whole.subarray(0, length))));
    }
    const image = bzImage({ packed: new Uint8Array(gzipSync(whole)), size: whole.length });
    expect(refusalOf(() => load(image.subarray(0, image.length - 10)))).toBe('kernel-damaged');
    expect(refusalOf(() => load(image.subarray(0, 900)))).toBe('kernel-damaged');
  });

  it('a kernel larger than memory, and one whose initial RAM disk is', () => {
    expect(refusalOf(() => load(elf({ bits: 64, address: 0x20_0000, code: CODE, memorySize: MEMORY })))).toBe('memory-too-small');
    expect(refusalOf(() => load(whole, { initrd: { name: 'initrd', bytes: new Uint8Array(MEMORY) } }))).toBe('memory-too-small');
  });

  it('addresses that are taken or impossible', () => {
    expect(refusalOf(() => load(elf({ bits: 32, address: 0x9_0000, code: CODE })))).toBe('kernel-address');
    expect(refusalOf(() => load(elf({ bits: 64, address: 2 ** 40, code: CODE })))).toBe('kernel-address');
  });

  it('other formats, other processors, modules for a kernel that takes none, and long command lines', () => {
    expect(refusalOf(() => load(textBytes('hello world '.repeat(100))))).toBe('kernel-format');
    const arm = whole.slice();
    arm[18] = 183;
    expect(refusalOf(() => load(arm))).toBe('kernel-damaged');
    expect(refusalOf(() => load(whole, { modules: [{ name: 'm', bytes: CODE, text: 'm' }] }))).toBe('modules-unsupported');
    expect(refusalOf(() => load(bzImage(), { commandLine: 'x'.repeat(2048) }))).toBe('command-line-too-long');
  });

  it('a thousand damaged headers without an unexpected error', () => {
    const kernels = [whole, bzImage(), elf({ bits: 32, address: 0x10_0000, code: multibootHeader(3) })];
    for (let i = 0; i < 1000; i++) {
      const kernel = (kernels[i % 3] ?? whole).slice();
      const at = (i * 7) % Math.min(kernel.length - 4, 0x270);
      writeU32(kernel, at, Math.imul(i, 0x9e37_79b1) >>> 0);
      refusalOf(() => load(kernel));
    }
  });
});
