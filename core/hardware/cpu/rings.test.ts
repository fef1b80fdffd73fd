/** Ring changes by IRET, RET, call gates, SYSCALL and SYSENTER, and who may use ports (SDM vol. 2; vol. 3, 5.8; vol. 1, 19.5). */
import { describe, expect, it } from 'vitest';
import {
  CODE,
  DATA,
  descriptor,
  gate,
  INNER_STACK,
  type Kernel,
  kernel,
  Selector,
  STACK,
  STUBS,
  TSS,
  USER_CODE,
  USER_STACK,
} from '../testing/kernel.ts';
import { little, push } from '../testing/program.ts';

const HANDLER = 0x1_4000;
/** Pushes SS RSP RFLAGS CS RIP and returns. */
const iretTo = (cs: number, rip: number, ss: number, rsp = USER_STACK, flags = 2): string =>
  `${[ss, rsp, flags, cs, rip].map(push).join(' ')} 48 cf`;
const wrmsr = (msr: number, low: number, high = 0): string => `b9 ${little(msr)} b8 ${little(low)} ba ${little(high)} 0f 30`;

describe('IRETQ', () => {
  it('goes to ring 3 with its flags', () => {
    const k = kernel('long', iretTo(Selector.userCode64, USER_CODE, Selector.userData, USER_STACK, 0x4_3202));
    k.load(USER_CODE, '0f 0b');
    expect(k.trapped()).toMatchObject({
      vector: 6,
      rip: USER_CODE,
      cs: Selector.userCode64,
      ss: Selector.userData,
      rsp: USER_STACK,
      flags: 0x5_3202,
    });
  });

  it('goes to compatibility mode, where RSP and RIP have 32 bits', () => {
    const k = kernel('long', iretTo(Selector.userCode32, USER_CODE, Selector.userData));
    k.load(USER_CODE, '48 0f 0b'); // dec eax; ud2
    k.context.registers[0] = 0x1_0000_0000n;
    expect(k.trapped()).toMatchObject({ vector: 6, rip: USER_CODE + 1, cs: Selector.userCode32 });
    expect(k.context.registers[0]).toBe(0xffff_ffffn);
  });

  it('returns to the same ring with any stack, null included', () => {
    const k = kernel('long', iretTo(Selector.code64, HANDLER, 0, 0x2_4000));
    k.load(HANDLER, 'f4');
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.context.registers[4]).toBe(0x2_4000n);
    expect(k.context.readSegment('ss').attributes).toBe(0x8000);
  });

  it('drops data segments of inner rings, keeps those of the outer one and the bases of null FS and GS', () => {
    const k = kernel(
      'long',
      `31 c0 8e e0 ${wrmsr(0xc000_0100, 0x1234)} ${iretTo(Selector.userCode64, USER_CODE, Selector.userData)}`,
    );
    k.load(USER_CODE, '0f 0b');
    k.context.writeSegment('es', { selector: Selector.userData, base: 0n, limit: 0xffff_ffff, attributes: 0xcf3 });
    expect(k.trapped().vector).toBe(6);
    expect(k.context.readSegment('ds')).toMatchObject({ selector: 0, attributes: 0x8000 });
    expect(k.context.readSegment('es').selector).toBe(Selector.userData);
    expect(k.context.readSegment('fs').base).toBe(0x1234n);
  });

  it.each([
    ['null CS', 0, USER_CODE, Selector.userData, 0],
    ['CS that is data', Selector.userData, USER_CODE, Selector.userData, Selector.userData & ~3],
    ['CS whose RPL is not its DPL', Selector.code64 | 3, USER_CODE, Selector.userData, Selector.code64],
    ['null SS in ring 3', Selector.userCode64, USER_CODE, 0, 0],
    ['SS of another ring', Selector.userCode64, USER_CODE, Selector.data, Selector.data],
    ['null SS for 32-bit code', Selector.code32, HANDLER, 0, 0],
    ['RIP beyond the limit', Selector.free | 3, 0x2000, Selector.userData, 0],
  ])('#GP for %s', (_name, cs, rip, ss, error) => {
    const code = iretTo(cs, rip, ss);
    const k = kernel('long', code);
    k.setGdt(Selector.free, descriptor(0, 0xfff, 0xfb, 4));
    expect(k.trapped()).toMatchObject({ vector: 13, error, cs: Selector.code64 });
    // RSP is as it was before IRETQ.
    expect(k.u64(Number(k.context.registers[4]) + 32)).toBe(BigInt(STACK - 40));
  });

  it('#NP and #SS for segments that are not present', () => {
    const code = kernel('long', iretTo(Selector.free | 3, USER_CODE, Selector.userData));
    code.setGdt(Selector.free, descriptor(0, 0xf_ffff, 0x7b, 0xa));
    expect(code.trapped()).toMatchObject({ vector: 11, error: Selector.free });
    const stack = kernel('long', iretTo(Selector.userCode64, USER_CODE, Selector.free | 3));
    stack.setGdt(Selector.free, descriptor(0, 0xf_ffff, 0x73, 0xc));
    expect(stack.trapped()).toMatchObject({ vector: 12, error: Selector.free });
  });

  it('#GP with NT set, and for an address that is not canonical', () => {
    const nested = kernel('long', iretTo(Selector.code64, CODE, 0));
    nested.context.rflags = 0x4002n;
    expect(nested.trapped()).toMatchObject({ vector: 13, error: 0 });
    // mov rax, 1 << 47; push ...; push rax; iretq
    const far = kernel('long', `48 b8 00 00 00 00 00 80 00 00 ${[0x2b, USER_STACK, 2, 0x33].map(push).join(' ')} 50 48 cf`);
    expect(far.trapped()).toMatchObject({ vector: 13, error: 0, cs: Selector.code64 });
  });

  it('in ring 3 changes neither IOPL nor IF', () => {
    const k = kernel('user', iretTo(Selector.userCode64, HANDLER, Selector.userData, USER_STACK, 0x3ed7));
    k.load(HANDLER, '0f 0b');
    expect(k.trapped()).toMatchObject({ rip: HANDLER, flags: 0x1_0cd7 });
  });

  it('fills 16 bits of ESP only if the stack segment is small', () => {
    const k = kernel('long', iretTo(Selector.userCode32, USER_CODE, Selector.free | 3, 0x1_2345));
    k.setGdt(Selector.free, descriptor(0, 0xffff, 0xf3, 0));
    k.load(USER_CODE, '0f 0b');
    expect(k.trapped().rsp).toBe(((STACK - 40) & ~0xffff) + 0x2345);
  });
});

describe('RETF', () => {
  it('goes to an outer ring and releases parameters on both stacks', () => {
    // SS, RSP, two parameters, CS, RIP
    const k = kernel(
      'long',
      `${[Selector.userData, USER_STACK, 1, 2, Selector.userCode64, USER_CODE].map(push).join(' ')} 48 ca 10 00`,
    );
    k.load(USER_CODE, '0f 0b');
    expect(k.trapped()).toMatchObject({ rip: USER_CODE, rsp: USER_STACK + 16, ss: Selector.userData });
  });

  it('#GP towards an inner ring', () => {
    const k = kernel('user', `${[Selector.code64, CODE].map(push).join(' ')} 48 cb`);
    expect(k.trapped()).toMatchObject({ vector: 13, error: Selector.code64 });
  });
});

describe('call gates', () => {
  const far = (k: Kernel, selector: number): void =>
    k.memory.write(DATA, Uint8Array.of(0, 0, 0, 0, selector & 255, selector >> 8));
  const callFar = 'ff 1c 25 00 00 05 00'; // call far [DATA]

  it('64-bit: to ring 0 with SS RSP CS RIP on the stack of the TSS, and back', () => {
    const k = kernel('user', `${callFar} 0f 0b`);
    far(k, Selector.free | 3);
    k.setGdt(Selector.free, gate(Selector.code64, HANDLER, 0xec));
    k.load(HANDLER, '48 89 e3 48 8b 34 24 48 8b 7c 24 18 48 cb'); // mov rbx, rsp; mov rsi, [rsp]; mov rdi, [rsp + 24]; retfq
    expect(k.trapped()).toMatchObject({
      vector: 6,
      rip: USER_CODE + 7,
      cs: Selector.userCode64,
      rsp: USER_STACK,
      ss: Selector.userData,
    });
    expect(k.register(3)).toBe(INNER_STACK - 32);
    expect(k.register(6)).toBe(USER_CODE + 7);
    expect(k.register(7)).toBe(Selector.userData);
  });

  it.each([
    ['DPL below CPL', gate(Selector.code64, HANDLER, 0x8c), 13, Selector.free],
    ['absent', gate(Selector.code64, HANDLER, 0x6c), 11, Selector.free],
    ['to 32-bit code', gate(Selector.code32, HANDLER, 0xec), 13, Selector.code32],
    ['to data', gate(Selector.data, HANDLER, 0xec), 13, Selector.data],
    ['to nowhere', gate(0, HANDLER, 0xec), 13, 0],
    ['16-bit kind', gate(Selector.code64, HANDLER, 0xe4), 13, Selector.free],
  ] as const)('refused: %s', (_name, value, vector, error) => {
    const k = kernel('user', callFar);
    far(k, Selector.free | 3);
    k.setGdt(Selector.free, value);
    expect(k.trapped()).toMatchObject({ vector, error, rip: USER_CODE });
  });

  it('the second half must have type 0', () => {
    const k = kernel('user', callFar);
    far(k, Selector.free | 3);
    k.setGdt(Selector.free, gate(Selector.code64, HANDLER, 0xec));
    k.setGdt(Selector.free + 8, 0x0000_0900_0000_0000n);
    expect(k.trapped()).toMatchObject({ vector: 13, error: Selector.free });
  });

  it('JMP does not change the ring', () => {
    const k = kernel('user', 'ff 2c 25 00 00 05 00');
    far(k, Selector.free | 3);
    k.setGdt(Selector.free, gate(Selector.code64, HANDLER, 0xec));
    expect(k.trapped()).toMatchObject({ vector: 13, error: Selector.code64, rip: USER_CODE });
  });
});

describe('SYSCALL and SYSRET', () => {
  const setUp = `${wrmsr(0xc000_0081, 0, 0x0020_0008)} ${wrmsr(0xc000_0082, HANDLER)} ${wrmsr(0xc000_0084, 0x4700)}`;
  const toUser = `b9 ${little(USER_CODE)} 41 bb 02 02 04 00`; // mov ecx, USER_CODE; mov r11d, 0x40202

  it('goes out and in again', () => {
    const k = kernel('long', `${setUp} ${toUser} 48 0f 07`);
    k.load(USER_CODE, '0f 05'); // syscall
    k.load(HANDLER, 'f4');
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.register(1)).toBe(USER_CODE + 2);
    expect(k.register(11)).toBe(0x4_0202);
    expect(k.context.rflags).toBe(0x4_0002n);
    expect(k.context.readSegment('cs')).toMatchObject({ selector: 8, base: 0n, attributes: 0xa9b });
    expect(k.context.readSegment('ss')).toMatchObject({ selector: 0x10, attributes: 0xc93 });
    expect(k.context.cpl).toBe(0);
    expect(k.register(4)).toBe(STACK);
  });

  it('SYSRET in ring 3 shows the selectors of STAR', () => {
    const k = kernel('long', `${setUp} ${toUser} 48 0f 07`);
    k.load(USER_CODE, '0f 0b');
    expect(k.trapped()).toMatchObject({ cs: Selector.userCode64, ss: Selector.userData, flags: 0x5_0202 });
    const narrow = kernel('long', `${setUp} ${toUser} 0f 07`);
    narrow.load(USER_CODE, '48 0f 0b');
    expect(narrow.trapped()).toMatchObject({ cs: Selector.userCode32, ss: Selector.userData, rip: USER_CODE + 1 });
  });

  it('SYSRET to an address that is not canonical faults in ring 0', () => {
    const k = kernel('long', `${setUp} 48 b9 00 00 00 00 00 80 00 00 48 0f 07`);
    expect(k.trapped()).toMatchObject({ vector: 13, error: 0, cs: Selector.code64 });
  });

  it('#UD without EFER.SCE, SYSRET in ring 3 #GP', () => {
    const k = kernel('user', '0f 05');
    k.context.writeSystem('efer', 0xd00n);
    expect(k.trapped().vector).toBe(6);
    expect(kernel('user', '48 0f 07').trapped()).toMatchObject({ vector: 13, error: 0 });
  });
});

describe('SYSENTER and SYSEXIT', () => {
  const setUp = `${wrmsr(0x174, 8)} ${wrmsr(0x175, 0x3_4000)} ${wrmsr(0x176, HANDLER)}`;

  it('from 64-bit ring 3 to ring 0 and back', () => {
    // SYSEXIT with REX.W: CS = 8 + 32, SS = 8 + 40
    const k = kernel('long', `${setUp} b9 ${little(USER_STACK)} ba ${little(USER_CODE)} 48 0f 35`);
    k.load(USER_CODE, '0f 34');
    k.load(HANDLER, 'f4');
    k.context.rflags = 0x202n;
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.register(4)).toBe(0x3_4000);
    expect(k.context.rflags).toBe(2n);
    expect(k.context.readSegment('cs').selector).toBe(8);
  });

  it('SYSEXIT to 32-bit code', () => {
    const k = kernel('long', `${setUp} b9 ${little(USER_STACK)} ba ${little(USER_CODE)} 0f 35`);
    k.load(USER_CODE, '48 0f 0b');
    expect(k.trapped()).toMatchObject({ rip: USER_CODE + 1, cs: 0x1b, ss: 0x23, rsp: USER_STACK });
  });

  it('#GP while SYSENTER_CS is null', () => {
    expect(kernel('user', '0f 34').trapped()).toMatchObject({ vector: 13, error: 0, rip: USER_CODE });
  });
});

describe('bases and MSRs', () => {
  it('SWAPGS, RDGSBASE, WRFSBASE', () => {
    // mov eax, 0x1111; wrgsbase rax; KERNEL_GS_BASE = 0x2222; swapgs; rdgsbase rbx; mov ecx, KERNEL_GS_BASE; rdmsr; hlt
    const k = kernel('long', `b8 11 11 00 00 f3 48 0f ae d8 ${wrmsr(0xc000_0102, 0x2222)} 0f 01 f8 f3 48 0f ae cb 0f 32 f4`);
    k.context.writeSystem('cr4', 0x1_06b0n);
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.register(3)).toBe(0x2222);
    expect(k.register(0)).toBe(0x1111);
    expect(kernel('long', 'f3 48 0f ae d8').trapped().vector).toBe(6);
    const far = kernel('long', '48 b8 00 00 00 00 00 00 00 40 f3 48 0f ae d0');
    far.context.writeSystem('cr4', 0x1_06b0n);
    expect(far.trapped()).toMatchObject({ vector: 13, error: 0 });
    expect(kernel('user', '0f 01 f8').trapped()).toMatchObject({ vector: 13, error: 0 });
  });

  it.each([
    ['LSTAR that is not canonical', 0xc000_0082, 0, 0x8000],
    ['FS base that is not canonical', 0xc000_0100, 0, 0x4000_0000],
    ['SFMASK beyond 32 bits', 0xc000_0084, 0, 1],
    ['TSC_AUX beyond 32 bits', 0xc000_0103, 0, 1],
    ['PAT with a reserved type', 0x277, 0x0000_0002, 0],
    ['PAT with reserved bits', 0x277, 0x0000_0800, 0],
    ['one that nobody has', 0x123, 0, 0],
  ])('WRMSR #GP: %s', (_name, msr, low, high) => {
    expect(kernel('long', wrmsr(msr, low, high)).trapped()).toMatchObject({ vector: 13, error: 0, rip: CODE + 15 });
  });

  it('PAT, TSC and TSC_ADJUST are kept here, APIC_BASE by the board', () => {
    const k = kernel(
      'long',
      `${wrmsr(0x277, 0x0607_0405, 0x0001_0406)} ${wrmsr(0x10, 0x1000)} b9 3b 00 00 00 0f 32 89 c3 89 d6 0f 31 89 c7
      ${wrmsr(0x1b, 0xfee0_0800)} 0f 32 f4`,
    );
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.context.readSystem('pat')).toBe(0x0001_0406_0607_0405n);
    expect(k.register(3)).toBe(0x1000 - 7); // seven instructions before the write
    expect(k.register(7)).toBe(0x1000 + 5);
    expect(k.register(0)).toBe(0xfee0_0900);
    expect(k.outside.log).toEqual(['wrmsr 1b fee00800']);
  });
});

describe('ports', () => {
  const map = (k: Kernel, ports: readonly number[]): void => {
    k.memory.write(TSS + 102, Uint8Array.of(104, 0));
    k.memory.write(TSS + 104, new Uint8Array(0x2000).fill(0xff));
    for (const port of ports) {
      const at = TSS + 104 + (port >> 3);
      k.memory.write(at, Uint8Array.of((k.memory.read(at, 1)[0] ?? 0) & ~(1 << (port & 7))));
    }
  };

  it('ring 3 with IOPL 3 needs no map', () => {
    const k = kernel('user', '66 ba 34 12 ec ed 66 ed e5 10 0f 0b'); // mov dx, 0x1234; in al, dx; in eax, dx; in ax, dx; in eax, 0x10
    k.context.rflags = 0x3002n;
    expect(k.trapped().vector).toBe(6);
    expect(k.outside.log).toEqual(['in 1234 1', 'in 1234 4', 'in 1234 2', 'in 10 4']);
    expect(k.register(0)).toBe(0x8765_4321);
  });

  it('the map must allow every byte', () => {
    const k = kernel('user', 'b8 03 02 01 00 e6 10 66 e7 10 e7 10'); // out 0x10: al, ax, eax
    map(k, [0x10, 0x11, 0x12]);
    expect(k.trapped()).toMatchObject({ vector: 13, error: 0, rip: USER_CODE + 10 });
    expect(k.outside.log).toEqual(['out 10 1 3', 'out 10 2 203']);
  });

  it('a map beyond the limit allows nothing; the second byte counts', () => {
    const none = kernel('user', 'e6 10');
    expect(none.trapped()).toMatchObject({ vector: 13, error: 0 });
    const end = kernel('user', '66 ba ff ff ec'); // in al, 0xffff
    map(end, [0xffff]);
    expect(end.trapped()).toMatchObject({ vector: 13, error: 0 });
  });

  it('INS and OUTS repeat, restart after a page fault, and retire as one instruction', () => {
    // mov edi, DATA + 0xffe; mov ecx, 4; mov edx, 0x60; rep insb; hlt
    const k = kernel('long', `bf fe 0f 05 00 b9 04 00 00 00 ba 60 00 00 00 f3 6c f4`);
    k.setPage(DATA + 0x1000, 0n);
    expect(k.trapped()).toMatchObject({ vector: 14, error: 2, rip: CODE + 15 });
    expect(k.register(1)).toBe(2);
    expect(k.register(7)).toBe(DATA + 0x1000);
    expect(k.outside.log).toEqual(['in 60 1', 'in 60 1']);
    expect([...k.memory.read(DATA + 0xffe, 2)]).toEqual([0x21, 0x21]);
  });

  it('OUTS reads through DS and goes backwards with DF', () => {
    const k = kernel('long', `fd be 04 00 05 00 b9 02 00 00 00 ba 60 00 00 00 f3 6f f4`);
    k.memory.write(DATA, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.outside.log).toEqual(['out 60 4 8070605', 'out 60 4 4030201']);
    expect(k.register(6)).toBe(DATA - 4);
    expect(k.context.instructions).toBe(6);
  });
});

describe('privileged instructions in ring 3', () => {
  it.each([
    ['CLI', 'fa'],
    ['STI', 'fb'],
    ['HLT', 'f4'],
    ['LGDT', '0f 01 14 25 00 00 05 00'],
    ['LTR', '0f 00 d8'],
    ['WRMSR', '0f 30'],
    ['RDMSR', '0f 32'],
    ['INVLPG', '0f 01 38'],
    ['WBINVD', '0f 09'],
    ['INVD', '0f 08'],
    ['CLTS', '0f 06'],
    ['LMSW', '0f 01 f0'],
    ['MOV DR', '0f 21 f8'],
    ['RDPMC', '0f 33'],
  ])('%s raises #GP(0)', (_name, code) => {
    expect(kernel('user', code).trapped()).toMatchObject({ vector: 13, error: 0, rip: USER_CODE });
  });

  it.each([
    ['VMCALL', '0f 01 c1'],
    ['MONITOR', '0f 01 c8'],
    ['RSM', '0f aa'],
    ['XGETBV', '0f 01 d0'],
    ['LOCK HLT', 'f0 f4'],
  ])('%s raises #UD', (_name, code) => {
    expect(kernel('long', code).trapped().vector).toBe(6);
  });

  it('POPF changes IF only within IOPL, PUSHF hides RF', () => {
    const code = '68 00 3e 00 00 9d 9c 5b 0f 0b'; // push 0x3e00; popf; pushf; pop rbx
    const none = kernel('user', code);
    expect(none.trapped().vector).toBe(6);
    expect(none.register(3)).toBe(0xc02);
    const three = kernel('user', code);
    three.context.rflags = 0x3002n;
    expect(three.trapped().vector).toBe(6);
    expect(three.register(3)).toBe(0x3e02);
  });

  it('RDTSC under CR4.TSD', () => {
    const k = kernel('user', '0f 31');
    k.context.writeSystem('cr4', 0x6b4n);
    expect(k.trapped()).toMatchObject({ vector: 13, error: 0 });
    expect(kernel('user', '0f 31 cc').trapped().vector).toBe(13); // INT3: the gate is for ring 0
  });
});

it('CPUID is answered outside', () => {
  const k = kernel('long', 'b8 41 00 00 00 b9 07 00 00 00 0f a2 f4');
  expect(k.run()).toEqual({ kind: 'halt' });
  expect([0, 3, 1, 2].map((i) => k.register(i))).toEqual([0x42, 7, 3, 4]);
});

it('the stubs lie where they are expected', () => {
  expect(kernel('long', 'cd 21').trapped()).toMatchObject({ vector: 0x21 });
  expect(STUBS & 0xfff).toBe(0);
});
