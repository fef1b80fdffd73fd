/** Paging outside 64-bit mode: two levels with 4 KiB and 4 MiB pages, and PAE with its four pointers and no-execute. */
import { describe, expect, it } from 'vitest';
import { CODE, DATA, type Kernel, kernel } from '../testing/kernel.ts';

const DIRECTORY = 0x7_0000;
const TABLE = 0x7_1000;
const POINTERS = 0x7_2000;
const PG = 0x8000_0000n;
const [PSE, PAE] = [0x10n, 0x20n];
const ALIAS = 0x4000_0000;

/** 32-bit code with paging on; the first 4 MiB map to themselves. */
function paged(code: string, cr4: bigint, prepare: (k: Kernel) => void): Kernel {
  const k = kernel('protected', `${code} f4`);
  prepare(k);
  k.context.writeSystem('cr4', cr4);
  if (cr4 & PAE) k.context.writeSystem('efer', 0x800n);
  k.context.writeSystem('cr3', BigInt(cr4 & PAE ? POINTERS : DIRECTORY));
  k.context.writeSystem('cr0', 0x11n | PG);
  return k;
}

const LOAD = 'a1 10 00 00 40'; // mov eax, [ALIAS + 0x10]
const STORE = 'a3 10 00 00 40';

function twoLevels(entry: number): (k: Kernel) => void {
  return (k) => {
    k.memory.writeU32(DIRECTORY, 0x83);
    k.memory.writeU32(DIRECTORY + 4 * (ALIAS >>> 22), TABLE | 3);
    k.memory.writeU32(TABLE, entry);
    k.memory.writeU32(DATA + 0x10, 0x1234);
  };
}

describe('two levels', () => {
  it('translate through a table, set accessed and dirty', () => {
    const k = paged(LOAD + STORE, PSE, twoLevels(DATA | 3));
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.register(0)).toBe(0x1234);
    expect([k.u32(TABLE) & 0x60, k.u32(DIRECTORY) & 0x20]).toEqual([0x60, 0x20]);
  });

  it('map 4 MiB at once, with the upper address bits in the entry', () => {
    const k = paged(LOAD, PSE, (k) => {
      twoLevels(0)(k);
      k.memory.writeU32(DIRECTORY + 4 * (ALIAS >>> 22), 0x83);
      k.memory.writeU32(0x10, 77);
    });
    k.run();
    expect(k.register(0)).toBe(77);
  });

  it('raise the fault of an absent page in ring 0', () => {
    const k = paged(STORE, PSE, twoLevels(DATA));
    expect(k.trapped(4)).toMatchObject({ vector: 14, error: 2, rip: CODE });
    expect(k.context.readSystem('cr2')).toBe(BigInt(ALIAS + 0x10));
  });

  it('let ring 0 write read-only pages unless CR0.WP is set', () => {
    const k = paged(STORE, PSE, twoLevels(DATA | 1));
    expect(k.run()).toEqual({ kind: 'halt' });
    const strict = paged(STORE, PSE, twoLevels(DATA | 1));
    strict.context.writeSystem('cr0', 0x1_0011n | PG);
    expect(strict.trapped(4)).toMatchObject({ vector: 14, error: 3 });
  });
});

describe('PAE', () => {
  const three = (entry: bigint) => (k: Kernel) => {
    k.memory.writeU64(POINTERS, BigInt(DIRECTORY) | 1n);
    k.memory.writeU64(POINTERS + 8, BigInt(DIRECTORY + 0x8000) | 1n);
    k.memory.writeU64(DIRECTORY, 0x83n);
    k.memory.writeU64(DIRECTORY + 8, 0x20_0083n);
    k.memory.writeU64(DIRECTORY + 0x8000, BigInt(TABLE) | 3n);
    k.memory.writeU64(TABLE, entry);
    k.memory.writeU32(DATA + 0x10, 0x55aa);
    k.load(DATA + 0x20, 'f4');
  };
  const JUMP = 'b8 20 00 00 40 ff e0'; // mov eax, ALIAS + 0x20; jmp eax

  it('translates through the pointer that CR3 loaded', () => {
    const k = paged(LOAD, PAE, three(BigInt(DATA) | 3n));
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.register(0)).toBe(0x55aa);
    // Changing the pointer in memory has no effect until CR3 is loaded again.
    k.memory.writeU64(POINTERS + 8, 0n);
    k.context.flushTranslations();
    k.context.rip = BigInt(CODE);
    k.context.halted = 0;
    expect(k.run()).toEqual({ kind: 'halt' });
  });

  it('keeps code from pages marked no-execute', () => {
    expect(paged(JUMP, PAE, three(BigInt(DATA) | 3n)).run()).toEqual({ kind: 'halt' });
    const k = paged(JUMP, PAE, three(BigInt(DATA) | 3n | (1n << 63n)));
    expect(k.trapped(4)).toMatchObject({ vector: 14, error: 0x11, rip: ALIAS + 0x20 });
  });

  it('raises reserved bits', () => {
    expect(paged(LOAD, PAE, three(BigInt(DATA) | 3n | (1n << 45n))).trapped(4)).toMatchObject({ vector: 14, error: 9 });
  });
});
