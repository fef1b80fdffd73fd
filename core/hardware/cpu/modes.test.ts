/** Real, protected, compatibility and 64-bit mode: every step up and down, and what the steps demand (SDM vol. 3, 9.8.5 and 9.9). */
import { describe, expect, it } from 'vitest';
import { CODE, DATA, type Kernel, kernel, PML4, Selector, STACK } from '../testing/kernel.ts';

const UP_AND_DOWN = `
  fa                             ; cli                        16-bit, real mode
  2e 66 0f 01 16 c7 00           ; o32 lgdt [cs:gdtr]
  0f 20 c0                       ; mov eax, cr0
  0c 01                          ; or al, 1
  0f 22 c0                       ; mov cr0, eax
  66 ea 18 00 01 00 18 00        ; jmp dword 0x18:0x10018
  66 b8 10 00                    ; mov ax, 0x10               32-bit, protected mode
  66 8e d8                       ; mov ds, ax
  66 8e c0                       ; mov es, ax
  66 8e d0                       ; mov ss, ax
  bc 00 00 02 00                 ; mov esp, 0x20000
  c7 05 00 00 05 00 32 00 00 00  ; mov dword [0x50000], 0x32
  b8 a0 00 00 00                 ; mov eax, 0xa0              PAE, PGE
  0f 22 e0                       ; mov cr4, eax
  b8 00 10 00 00                 ; mov eax, 0x1000
  0f 22 d8                       ; mov cr3, eax
  b9 80 00 00 c0                 ; mov ecx, 0xc0000080
  0f 32                          ; rdmsr
  0d 00 01 00 00                 ; or eax, 0x100              LME
  0f 30                          ; wrmsr
  0f 20 c0                       ; mov eax, cr0
  0d 00 00 00 80                 ; or eax, 0x80000000
  0f 22 c0                       ; mov cr0, eax
  0f 32                          ; rdmsr                      compatibility mode now
  a3 04 00 05 00                 ; mov [0x50004], eax
  ea 6b 00 01 00 08 00           ; jmp 0x8:0x1006b
  48 b8 f0 de bc 9a 78 56 34 12  ; mov rax, 0x123456789abcdef0      64-bit mode
  48 89 04 25 08 00 05 00        ; mov [0x50008], rax
  0f 20 c1                       ; mov rcx, cr0
  6a 18                          ; push 0x18
  68 89 00 01 00                 ; push 0x10089
  48 cb                          ; retfq
  0f 20 c0                       ; mov eax, cr0               compatibility mode
  25 ff ff ff 7f                 ; and eax, 0x7fffffff
  0f 22 c0                       ; mov cr0, eax
  b9 80 00 00 c0                 ; mov ecx, 0xc0000080
  0f 32                          ; rdmsr
  a3 10 00 05 00                 ; mov [0x50010], eax
  ea a7 00 00 00 48 00           ; jmp 0x48:0xa7
  b8 50 00                       ; mov ax, 0x50               16-bit, protected mode
  8e d8                          ; mov ds, ax
  8e d0                          ; mov ss, ax
  0f 20 c0                       ; mov eax, cr0
  24 fe                          ; and al, 0xfe
  0f 22 c0                       ; mov cr0, eax
  ea bb 00 00 10                 ; jmp 0x1000:0xbb
  b8 00 50                       ; mov ax, 0x5000             real mode
  8e d8                          ; mov ds, ax
  c7 06 14 00 16 00              ; mov word [0x14], 0x16
  f4                             ; hlt
  ff 0f  00 50 00 00             ; gdtr`;

describe('mode switches', () => {
  it('go from real mode to 64-bit mode and back', () => {
    const k = kernel('real', UP_AND_DOWN);
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.u32(DATA)).toBe(0x32);
    expect(k.u32(DATA + 4)).toBe(0x500);
    expect(k.u64(DATA + 8)).toBe(0x1234_5678_9abc_def0n);
    expect(k.u32(DATA + 0x10)).toBe(0x100);
    expect(k.u16(DATA + 0x14)).toBe(0x16);
    expect(k.context.readSegment('cs')).toMatchObject({ selector: 0x1000, base: 0x1_0000n });
    expect(k.context.readSystem('cr0')).toBe(0x6000_0010n);
  });

  it('keeps the segments of protected mode in real mode until they are loaded', () => {
    // mov cr0, eax with PE clear; mov al, [0x50000] through the flat DS
    const k = kernel('protected', '0f 20 c0 24 fe 0f 22 c0  a0 00 00 05 00  f4');
    k.memory.write(DATA, Uint8Array.of(0x77));
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.register(0) & 0xff).toBe(0x77);
  });
});

describe('checks of control registers', () => {
  const set = (register: number, value: bigint): string => {
    const bytes = [...new Uint8Array(BigUint64Array.of(value).buffer)].map((byte) => byte.toString(16).padStart(2, '0'));
    return `48 b8 ${bytes.join(' ')} 0f 22 ${(0xc0 + 8 * register).toString(16)}`;
  };
  const load = (register: number, value: bigint): string => `${set(register, value)} f4`;

  it.each([
    ['CR0.PG without PE', 0, 0x8000_0010n],
    ['CR0.NW without CD', 0, 0xa001_0033n],
    ['upper half of CR0', 0, 0x1_8001_0033n],
    ['CR0.PG cleared in 64-bit mode', 0, 0x1_0033n],
    ['CR3 beyond 40 bits', 3, 0x100_0000_0000n],
    ['CR4.PAE cleared in IA-32e mode', 4, 0x690n],
    ['CR4.VMXE, not offered', 4, 0x26b0n],
    ['upper half of CR4', 4, 0x1_0000_06b0n],
  ] as const)('#GP: %s', (_name, register, value) => {
    const k = kernel('long', load(register, value));
    expect(k.trapped()).toMatchObject({ vector: 13, error: 0, rip: CODE + 10 });
  });

  it('PCIDs: CR3 carries one, bit 63 is not kept, and PCIDE waits for PCID 0', () => {
    const root = BigInt(PML4);
    const k = kernel('long', `${set(4, 0x2_06b0n)} ${set(3, (1n << 63n) | root | 5n)} 0f 20 db f4`); // mov rbx, cr3
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.context.registers[3]).toBe(root | 5n);
    const early = kernel('long', `${set(3, root | 8n)} ${set(4, 0x2_06b0n)}`);
    expect(early.trapped()).toMatchObject({ vector: 13, error: 0 });
    expect(kernel('long', load(3, (1n << 63n) | root)).trapped()).toMatchObject({ vector: 13, error: 0 });
  });

  it('INVPCID with PCIDs forgets pages of the present one only, and refuses what is reserved', () => {
    const prepare = (pcid: bigint, kind: number): Kernel => {
      // mov cr4; mov al, [DATA]; the page is changed; invpcid rax, [STACK]; mov bl, [DATA]
      const read = '8a 04 25 00 00 05 00';
      const k = kernel(
        'long',
        `${set(4, 0x2_06b0n)} ${read} e6 80 b8 0${kind} 00 00 00 66 0f 38 82 04 25 00 00 02 00 8a 1c 25 00 00 05 00 f4`,
      );
      k.memory.write(DATA, Uint8Array.of(1));
      k.memory.write(DATA + 0x1000, Uint8Array.of(2));
      k.memory.writeU64(STACK, pcid);
      k.memory.writeU64(STACK + 8, BigInt(DATA));
      k.outside.onOut = () => k.memory.writeU64(0x4000 + 8 * (DATA >> 12), BigInt(DATA + 0x1000) | 7n);
      return k;
    };
    for (const [pcid, kind, seen] of [
      [0n, 0, 2],
      [0n, 1, 2],
      [3n, 2, 2],
      [3n, 3, 2],
    ] as const) {
      const k = prepare(pcid, kind);
      expect(k.run()).toEqual({ kind: 'halt' });
      expect(k.register(3) & 0xff).toBe(seen);
    }
    expect(prepare(0x1000n, 1).trapped()).toMatchObject({ vector: 13, error: 0 });
    expect(prepare(0n, 4).trapped()).toMatchObject({ vector: 13, error: 0 });
  });

  it('accept what is offered, and read as written', () => {
    const k = kernel('long', load(4, 0x1_0ffcn));
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.context.readSystem('cr4')).toBe(0x1_0ffcn);
    const other = kernel('long', load(0, 0x8ff5_0033n | 0xffcn));
    expect(other.run()).toEqual({ kind: 'halt' });
    expect(other.context.readSystem('cr0')).toBe(0x8005_003fn);
  });

  it('#UD for registers that do not exist, #GP in ring 3', () => {
    expect(kernel('long', '0f 20 c8').trapped().vector).toBe(6);
    expect(kernel('long', '0f 22 e8').trapped().vector).toBe(6);
    expect(kernel('user', '0f 20 c0').trapped()).toMatchObject({ vector: 13, error: 0 });
    expect(kernel('user', '0f 22 d8').trapped()).toMatchObject({ vector: 13, error: 0 });
  });

  it('CR8 takes four bits and is told to the outside', () => {
    const k = kernel('long', 'b8 05 00 00 00  44 0f 22 c0  44 0f 20 c3  b8 10 00 00 00  44 0f 22 c0');
    expect(k.trapped()).toMatchObject({ vector: 13, rip: CODE + 18 });
    expect(k.register(3)).toBe(5);
    expect(k.outside.log).toEqual(['cr8 5']);
  });

  it('EFER: LME may not change under paging, LMA is read-only, reserved bits raise #GP', () => {
    const wrmsr = (value: string): string => `b9 80 00 00 c0 b8 ${value} 31 d2 0f 30 f4`;
    expect(kernel('long', wrmsr('01 0c 00 00')).trapped()).toMatchObject({ vector: 13, rip: CODE + 12 });
    expect(kernel('long', wrmsr('01 1d 00 00')).trapped()).toMatchObject({ vector: 13 });
    const k = kernel('long', wrmsr('00 09 00 00'));
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.context.readSystem('efer')).toBe(0xd00n);
  });

  it('activating IA-32e mode needs PAE', () => {
    // mov ecx, EFER; mov eax, 0x100; xor edx, edx; wrmsr; mov eax, cr0; or eax, PG; mov cr0, eax
    const k = kernel('protected', 'b9 80 00 00 c0 b8 00 01 00 00 31 d2 0f 30 0f 20 c0 0d 00 00 00 80 0f 22 c0');
    expect(k.trapped(4)).toMatchObject({ vector: 13, error: 0 });
  });

  it('PAE paging checks and keeps its four top entries', () => {
    // mov eax, 0x20; mov cr4, eax; mov eax, PML4; mov cr3, eax; mov eax, cr0; or eax, PG; mov cr0, eax; mov eax, [0x50000]; hlt
    const code = 'b8 20 00 00 00 0f 22 e0 b8 00 10 00 00 0f 22 d8 0f 20 c0 0d 00 00 00 80 0f 22 c0 a1 00 00 05 00 f4';
    const k = kernel('protected', code);
    k.memory.writeU64(PML4, 0x3001n); // the page directory, no rights in this entry
    k.memory.writeU32(DATA, 0x4242);
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.register(0)).toBe(0x4242);
    const bad = kernel('protected', code);
    bad.memory.writeU64(PML4, 0x3007n);
    expect(bad.trapped(4)).toMatchObject({ vector: 13, error: 0 });
  });
});

describe('SMEP and SMAP', () => {
  const guarded = (code: string): ReturnType<typeof kernel> => {
    const k = kernel('long', code);
    for (let page = 0; page < 0x20_0000; page += 0x1000) k.setPage(page, 3n);
    k.setPage(DATA, 7n);
    k.memory.write(DATA, Uint8Array.of(0xf4));
    k.context.writeSystem('cr4', 0x30_06b0n);
    return k;
  };

  it('keep ring 0 from executing and touching user pages', () => {
    expect(guarded('b8 00 00 05 00 ff e0').trapped()).toMatchObject({ vector: 14, error: 17 });
    expect(guarded('8a 04 25 00 00 05 00').trapped()).toMatchObject({ vector: 14, error: 1 });
  });

  it('STAC opens user pages to data accesses, CLAC and an access before it leave nothing behind', () => {
    // stac; mov al, [DATA]; clac; mov al, [DATA]
    expect(guarded('0f 01 cb  8a 04 25 00 00 05 00  0f 01 ca  8a 04 25 00 00 05 00').trapped()).toMatchObject({
      vector: 14,
      rip: CODE + 13,
    });
  });

  it('STAC is #UD in ring 3', () => {
    expect(kernel('user', '0f 01 cb').trapped().vector).toBe(6);
  });
});

describe('LMSW, SMSW, CLTS', () => {
  it('LMSW cannot clear PE and reaches four bits', () => {
    // mov ax, 0xfffe; lmsw ax; smsw ebx; clts; smsw ecx; hlt
    const k = kernel('long', '66 b8 fe ff 0f 01 f0 0f 01 e3 0f 06 0f 01 e1 f4');
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.register(3)).toBe(0x8001_003f);
    expect(k.register(1)).toBe(0x8001_0037);
  });

  it('UMIP hides SGDT SIDT SLDT STR SMSW from ring 3 only', () => {
    for (const code of ['0f 01 04 25 00 00 05 00', '0f 01 0c 25 00 00 05 00', '0f 00 c0', '0f 00 c8', '0f 01 e0']) {
      const hidden = kernel('user', code);
      hidden.context.writeSystem('cr4', 0xeb0n);
      expect(hidden.trapped()).toMatchObject({ vector: 13, error: 0 });
      const shown = kernel('user', `${code} cc`);
      shown.setGate(3, 0xa030, { access: 0xee });
      expect(shown.trapped().vector).toBe(3);
    }
  });
});

describe('descriptor table registers', () => {
  it('LGDT and SGDT carry ten bytes in 64-bit mode', () => {
    // lgdt [0x50000]; sgdt [0x50010]; hlt
    const k = kernel('long', '0f 01 14 25 00 00 05 00 0f 01 04 25 10 00 05 00 f4');
    k.memory.write(DATA, Uint8Array.of(0x34, 0x12, 1, 2, 3, 4, 5, 0, 0xff, 0xff));
    expect(k.trapped()).toMatchObject({ vector: 13, error: 0, rip: CODE });
    k.context.rip = BigInt(CODE);
    k.context.halted = 0;
    k.memory.write(DATA, Uint8Array.of(0x34, 0x12, 1, 2, 3, 4, 5, 0, 0, 0));
    expect(k.run()).toEqual({ kind: 'halt' });
    expect([...k.memory.read(DATA + 0x10, 10)]).toEqual([0x34, 0x12, 1, 2, 3, 4, 5, 0, 0, 0]);
  });

  it('LTR marks the TSS busy and refuses a busy one; LLDT takes null', () => {
    // mov ax, 0x38; ltr ax; str ebx; xor eax, eax; lldt ax; mov ax, 0x38; ltr ax
    const k = kernel('long', '66 b8 38 00 0f 00 d8 0f 00 cb 31 c0 0f 00 d0 66 b8 38 00 0f 00 d8');
    expect(k.trapped()).toMatchObject({ vector: 13, error: Selector.task, rip: CODE + 19 });
    expect(k.register(3)).toBe(Selector.task);
    expect(k.context.readSegment('ldtr').attributes & 0x8000).toBe(0x8000);
  });

  it('LLDT wants an LDT, present, in the GDT', () => {
    const load = (selector: number): string => `66 b8 ${(selector & 255).toString(16).padStart(2, '0')} 00 0f 00 d0 f4`;
    expect(kernel('long', load(Selector.ldt)).run()).toEqual({ kind: 'halt' });
    expect(kernel('long', load(Selector.data)).trapped()).toMatchObject({ vector: 13, error: Selector.data });
    expect(kernel('long', load(Selector.ldt | 4)).trapped()).toMatchObject({ vector: 13, error: Selector.ldt | 4 });
    const absent = kernel('long', load(Selector.free));
    absent.setGdt(Selector.free, 0x0000_0200_0000_00ffn);
    expect(absent.trapped()).toMatchObject({ vector: 11, error: Selector.free });
  });
});
