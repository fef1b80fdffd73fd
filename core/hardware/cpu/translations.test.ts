/** Paging as code sees it: rights, accessed and dirty bits, and when a change of tables takes effect (SDM vol. 3, chapter 4). */
import { describe, expect, it } from 'vitest';
import { CODE, DATA, type Kernel, kernel, PML4 } from '../testing/kernel.ts';

const DIRECTORY = 0x3000;
const PAGES = 0x4000;
const LARGE = 0x20_0000;
const entryOf = (address: number): number => PAGES + 8 * (address >> 12);
const readLarge = '8b 04 25 00 50 20 00 8b 1c 25 00 90 20 00'; // mov eax, [LARGE + 0x5000]; mov ebx, [LARGE + 0x9000]
const reread = '8b 0c 25 00 50 20 00 8b 14 25 00 90 20 00'; // the same into ecx, edx

/** Two places behind the large page, and what shows there when it is moved to address 0. */
function fill(k: Kernel): void {
  k.memory.writeU32(LARGE + 0x5000, 1);
  k.memory.writeU32(LARGE + 0x9000, 2);
}
/** mov qword [DIRECTORY + 8], 0x1e7: the large page now shows what lies from 0 up. */
const move = (flags: string): string => `48 c7 04 25 08 30 00 00 ${flags} 00 00 00`;

describe('a change of a large page', () => {
  it('is seen everywhere on it after one INVLPG', () => {
    const k = kernel('long', `${readLarge} ${move('e7')} 0f 01 3c 25 00 00 20 00 ${reread} f4`); // invlpg [LARGE]
    fill(k);
    k.memory.writeU32(0x9000, 77);
    expect(k.run()).toEqual({ kind: 'halt' });
    expect([0, 3].map((i) => k.register(i))).toEqual([1, 2]);
    expect([1, 2].map((i) => k.register(i))).toEqual([k.u32(0x5000), 77]);
  });

  it('may stay unseen until then', () => {
    const k = kernel('long', `${readLarge} ${move('e7')} ${reread} f4`);
    fill(k);
    expect(k.run()).toEqual({ kind: 'halt' });
    expect([1, 2].map((i) => k.register(i))).toEqual([1, 2]);
  });

  it('is remembered for global pages over a load of CR3', () => {
    // mov cr3 after the first reads; then move and INVLPG
    const k = kernel('long', `${readLarge} 0f 20 df 0f 22 df ${move('e7')} 0f 01 3c 25 00 00 20 00 ${reread} f4`);
    k.memory.writeU64(DIRECTORY + 8, BigInt(LARGE) | 0x187n);
    fill(k);
    k.memory.writeU32(0x9000, 77);
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.register(2)).toBe(77);
  });

  it('INVLPG of one small page spares the others', () => {
    // mov eax, [DATA]; mov ebx, [DATA + 0x1000]; clear both entries; invlpg [DATA]; mov ebx, [DATA + 0x1000]; mov eax, [DATA]
    const k = kernel(
      'long',
      `8b 04 25 00 00 05 00 8b 1c 25 00 10 05 00 48 c7 04 25 80 42 00 00 00 00 00 00 48 c7 04 25 88 42 00 00 00 00 00 00
       0f 01 3c 25 00 00 05 00 8b 1c 25 00 10 05 00 8b 04 25 00 00 05 00`,
    );
    // A page that nobody has written is never cached.
    k.memory.writeU32(DATA, 1);
    k.memory.writeU32(DATA + 0x1000, 1);
    expect(k.trapped()).toMatchObject({ vector: 14, rip: CODE + 53 });
    expect(k.context.readSystem('cr2')).toBe(BigInt(DATA));
  });
});

describe('global pages', () => {
  // mov eax, [DATA]; mov qword [entry], 0; mov rdi, cr3; mov cr3, rdi; mov eax, [DATA]; hlt
  const code = '8b 04 25 00 00 05 00 48 c7 04 25 80 42 00 00 00 00 00 00 0f 20 df 0f 22 df 8b 04 25 00 00 05 00 f4';

  it('outlive a load of CR3, others do not', () => {
    const k = kernel('long', code);
    k.setPage(DATA, 0x107n);
    k.memory.writeU32(DATA, 1);
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(kernel('long', code).trapped()).toMatchObject({ vector: 14, rip: CODE + 25 });
  });

  it('are no different while CR4.PGE is clear', () => {
    const k = kernel('long', code);
    k.setPage(DATA, 0x107n);
    k.context.writeSystem('cr4', 0x630n);
    expect(k.trapped()).toMatchObject({ vector: 14, rip: CODE + 25 });
  });

  it('go when CR4.PGE changes', () => {
    // the CR3 dance replaced by: mov rdi, cr4; xor dil, 0x80; mov cr4, rdi
    const k = kernel(
      'long',
      '8b 04 25 00 00 05 00 48 c7 04 25 80 42 00 00 00 00 00 00 0f 20 e7 40 80 f7 80 0f 22 e7 8b 04 25 00 00 05 00',
    );
    k.setPage(DATA, 0x107n);
    expect(k.trapped()).toMatchObject({ vector: 14, rip: CODE + 29 });
  });
});

describe('accessed and dirty bits', () => {
  it('a read sets accessed, the first write dirty', () => {
    const k = kernel('long', '8a 04 25 00 00 05 00 90 88 04 25 00 00 05 00 f4');
    expect(k.run(2)).toEqual({ kind: 'budget' });
    expect(k.u64(entryOf(DATA))).toBe(BigInt(DATA) | 0x27n);
    expect(k.u64(PML4) & 0x20n).toBe(0x20n);
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.u64(entryOf(DATA))).toBe(BigInt(DATA) | 0x67n);
  });

  it('a refused access leaves the page as it was', () => {
    const k = kernel('long', '88 04 25 00 00 05 00');
    k.setPage(DATA, 1n);
    expect(k.trapped()).toMatchObject({ vector: 14, error: 3 });
    expect(k.u64(entryOf(DATA))).toBe(BigInt(DATA) | 1n);
  });
});

describe('rights', () => {
  it('CR0.WP decides whether ring 0 may write to read-only pages; clearing it works at once', () => {
    // mov rax, cr0; and eax, ~WP; mov cr0, rax; mov [DATA], al; or eax, WP; mov cr0, rax; mov [DATA], al
    const k = kernel(
      'long',
      '0f 20 c0 25 ff ff fe ff 0f 22 c0 88 04 25 00 00 05 00 0d 00 00 01 00 0f 22 c0 88 04 25 00 00 05 00',
    );
    k.setPage(DATA, 1n);
    expect(k.trapped()).toMatchObject({ vector: 14, error: 3, rip: CODE + 26 });
  });

  it('no level may take back what another refuses', () => {
    const k = kernel('user', '8a 04 25 00 00 05 00');
    k.memory.writeU64(DIRECTORY, BigInt(PAGES) | 3n);
    k.context.flushTranslations();
    // The code itself lies under the same directory entry: the fetch is refused.
    expect(k.trapped()).toMatchObject({ vector: 14, error: 21 });
  });

  it('bit 63 is reserved without EFER.NXE', () => {
    const k = kernel('long', '8a 04 25 00 00 05 00');
    k.setPage(DATA, (1n << 63n) | 7n);
    k.context.writeSystem('efer', 0x501n);
    expect(k.trapped()).toMatchObject({ vector: 14, error: 9 });
  });

  it('a write over a page end changes nothing if its second page refuses', () => {
    const k = kernel('long', '48 c7 04 25 fc 0f 05 00 ff ff ff ff');
    k.setPage(DATA + 0x1000, 1n);
    expect(k.trapped()).toMatchObject({ vector: 14, error: 3, rip: CODE });
    expect(k.context.readSystem('cr2')).toBe(BigInt(DATA + 0x1000));
    expect(k.u32(DATA + 0xffc)).toBe(0);
  });

  it('a fetch over a page end names the second page', () => {
    const k = kernel('long', 'b8 fe 0f 05 00 ff e0'); // mov eax, DATA + 0xffe; jmp rax
    k.load(DATA + 0xffe, 'b8 00');
    k.setPage(DATA + 0x1000, 0n);
    expect(k.trapped()).toMatchObject({ vector: 14, error: 16, rip: DATA + 0xffe });
    expect(k.context.readSystem('cr2')).toBe(BigInt(DATA + 0x1000));
  });
});

describe('32-bit paging', () => {
  // mov eax, PSE; mov cr4, eax; mov eax, 0x2000; mov cr3, eax; mov eax, cr0; or eax, PG; mov cr0, eax
  const on = 'b8 10 00 00 00 0f 22 e0 b8 00 20 00 00 0f 22 d8 0f 20 c0 0d 00 00 00 80 0f 22 c0';

  it('has pages of 4 MiB and 4 KiB, invalidated as wholes', () => {
    // mov eax, [0x800000]; mov ebx, [0xa00000]; mov dword [0x2008], 0x400087; invlpg [0x800000]; mov ecx, [0xa00000]; mov edx, [0xc00000]; hlt
    const k = kernel(
      'protected',
      `${on} a1 00 00 80 00 8b 1d 00 00 a0 00 c7 05 08 20 00 00 87 00 00 00 0f 01 3d 00 00 80 00 8b 0d 00 00 a0 00 8b 15 00 10 c0 00 f4`,
    );
    k.memory.writeU32(0x2000, 0x87);
    k.memory.writeU32(0x2008, 0x87);
    k.memory.writeU32(0x200c, 0x3007);
    k.memory.writeU32(0x3004, DATA | 7);
    k.memory.writeU32(0, 11);
    k.memory.writeU32(LARGE, 22);
    k.memory.writeU32(DATA, 33);
    expect(k.run()).toEqual({ kind: 'halt' });
    expect([0, 3, 2].map((i) => k.register(i))).toEqual([11, 22, 33]);
  });

  it('bit 21 of a 4 MiB entry is reserved', () => {
    const k = kernel('protected', `${on} a1 00 00 80 00`);
    k.memory.writeU32(0x2000, 0x87);
    k.memory.writeU32(0x2008, 0x20_0087);
    expect(k.trapped(4)).toMatchObject({ vector: 14, error: 9 });
  });
});
