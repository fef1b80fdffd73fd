/** Single step, breakpoints and debug registers (SDM vol. 3, 17.2 and 17.3). */
import { describe, expect, it } from 'vitest';
import { CODE, DATA, type Kernel, kernel, STACK, STUBS, USER_CODE } from '../testing/kernel.ts';

const HANDLER = 0x1_4000;
const TF = 0x100n;

describe('single step', () => {
  it('traps behind each instruction that began with TF set', () => {
    // handler: lea the address of the log; records RIP: mov rax, [rsp]; mov [rbx], rax; add rbx, 8; iretq
    const k = kernel('long', '90 b8 01 00 00 00 68 02 00 00 00 9d 90 f4'); // nop; mov eax, 1; push 2; popf; nop; hlt
    k.load(HANDLER, '48 8b 04 24 48 89 03 48 83 c3 08 48 cf');
    k.setGate(1, HANDLER);
    k.context.registers[3] = BigInt(DATA);
    k.context.rflags = 0x102n;
    expect(k.run()).toEqual({ kind: 'halt' });
    // POPF clears TF, but it began with it set.
    expect([0, 1, 2, 3, 4].map((i) => Number(k.u64(DATA + 8 * i)))).toEqual([1, 6, 11, 12].map((i) => CODE + i).concat(0));
    expect(k.context.readSystem('dr6')).toBe(0xffff_4ff0n);
  });

  it('begins with the instruction behind the POPF that sets TF', () => {
    const k = kernel('long', '68 02 01 00 00 9d 90 90'); // push 0x102; popf; nop
    expect(k.trapped()).toMatchObject({ vector: 1, rip: CODE + 7, flags: 0x102 });
    expect(k.context.rflags & TF).toBe(0n);
  });

  it('begins with the first instruction behind the IRETQ that sets TF', () => {
    const k = kernel('long', '6a 10 68 00 00 02 00 68 02 01 00 00 6a 08 68 00 40 01 00 48 cf');
    k.load(HANDLER, '90 90');
    expect(k.trapped()).toMatchObject({ vector: 1, rip: HANDLER + 1, rsp: STACK });
  });

  it('does not step into a software interrupt or SYSCALL that clears TF', () => {
    const k = kernel('user', 'cd 80');
    k.setGate(0x80, STUBS + 0x800, { access: 0xee });
    k.context.rflags = 0x102n;
    expect(k.trapped()).toMatchObject({ vector: 0x80, flags: 0x102 });
    const call = kernel('user', '0f 05');
    call.context.writeSystem('star', 8n << 32n);
    call.context.writeSystem('lstar', BigInt(HANDLER));
    call.context.writeSystem('sfmask', 0x100n);
    call.load(HANDLER, 'f4');
    call.context.rflags = 0x102n;
    expect(call.run()).toEqual({ kind: 'halt' });
    expect(call.register(11)).toBe(0x102);
  });

  it('traps right behind a SYSRET that sets TF', () => {
    const k = kernel('long', 'b9 00 80 01 00 41 bb 02 01 00 00 48 0f 07'); // mov ecx, USER_CODE; mov r11d, 0x102; sysretq
    k.context.writeSystem('star', 0x20n << 48n);
    k.load(USER_CODE, '90');
    expect(k.trapped()).toMatchObject({ vector: 1, rip: USER_CODE, cs: 0x33 });
  });

  it('waits for the instruction behind MOV SS', () => {
    const k = kernel('long', 'b8 10 00 00 00 8e d0 90 90');
    expect(k.run(1)).toEqual({ kind: 'budget' });
    k.context.rflags = 0x102n;
    expect(k.trapped()).toMatchObject({ vector: 1, rip: CODE + 8 });
  });

  it('an interrupt between two iterations pushes RF, so that a breakpoint there is not met again', () => {
    const k = kernel('long', 'f3 aa f4'); // rep stosb; hlt
    k.context.registers[7] = BigInt(DATA);
    k.context.registers[1] = 100n;
    k.context.rflags = 0x202n;
    expect(k.run(10)).toEqual({ kind: 'budget' });
    k.outside.vector = 0x20;
    k.context.offerInterrupt(true);
    expect(k.trapped()).toMatchObject({ vector: 0x20, rip: CODE, flags: 0x1_0202 });
    expect(k.register(1)).toBe(90);
  });

  it('a breakpoint at a repeated instruction is met once, before the first iteration', () => {
    const k = kernel('long', 'f3 aa f4');
    k.load(HANDLER, '48 ff c3 48 81 4c 24 10 00 00 01 00 48 cf'); // inc rbx; or qword [rsp + 16], RF; iretq
    k.setGate(1, HANDLER);
    k.context.registers[7] = BigInt(DATA);
    k.context.registers[1] = 5n;
    k.context.writeSystem('dr0', BigInt(CODE));
    k.context.writeSystem('dr7', 0x401n);
    expect(k.run()).toEqual({ kind: 'halt' });
    expect([k.register(1), k.register(3)]).toEqual([0, 1]);
  });

  it('steps each iteration of a repeated string instruction', () => {
    const k = kernel('long', 'f3 aa 90'); // rep stosb; nop
    k.context.registers[7] = BigInt(DATA);
    k.context.registers[1] = 3n;
    k.context.rflags = 0x102n;
    expect(k.trapped()).toMatchObject({ vector: 1, rip: CODE, flags: 0x1_0102 });
    expect(k.register(1)).toBe(2);
  });

  it('a fault comes instead of the trap', () => {
    const k = kernel('long', '0f 0b');
    k.context.rflags = 0x102n;
    expect(k.trapped()).toMatchObject({ vector: 6, rip: CODE, flags: 0x1_0102 });
  });

  it('goes before an external interrupt', () => {
    const k = kernel('long', 'e6 20 90');
    k.context.rflags = 0x302n;
    k.outside.vector = 0x31;
    k.outside.onOut = () => k.context.offerInterrupt(true);
    expect(k.trapped()).toMatchObject({ vector: 1, rip: CODE + 2 });
  });
});

/** Arms breakpoint 0. */
function arm(k: Kernel, address: number, kind: number, length: number): void {
  k.context.writeSystem('dr0', BigInt(address));
  k.context.writeSystem('dr7', BigInt(0x402 | (kind << 16) | ((length === 8 ? 2 : length - 1) << 18)));
  k.context.flushTranslations();
}

describe('breakpoints', () => {
  it('on an instruction: a fault before it, with RF clear in the frame; RF lets it pass', () => {
    const k = kernel('long', '90 90 90 f4');
    arm(k, CODE + 1, 0, 1);
    k.load(HANDLER, '48 ff 04 25 00 00 05 00 48 81 4c 24 10 00 00 01 00 48 cf'); // inc qword [DATA]; or qword [rsp + 16], RF; iretq
    k.setGate(1, HANDLER);
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.u64(DATA)).toBe(1n);
    expect(k.context.readSystem('dr6')).toBe(0xffff_0ff1n);
    const bare = kernel('long', '90 90 f4');
    arm(bare, CODE + 1, 0, 1);
    expect(bare.trapped()).toMatchObject({ vector: 1, rip: CODE + 1, flags: 2 });
  });

  it.each([
    ['write', 1, '88 04 25 03 00 05 00', true],
    ['write, not a read', 1, '8a 04 25 03 00 05 00', false],
    ['access by a read', 3, '8a 04 25 03 00 05 00', true],
    ['access beside it', 3, '8a 04 25 04 00 05 00', false],
    ['access that begins before it', 1, '48 89 04 25 fc ff 04 00', true],
    ['read-modify-write', 1, 'ff 04 25 00 00 05 00', true],
    ['push', 1, '48 c7 c4 08 00 05 00 50', true],
  ] as const)('on data: %s', (_name, kind, code, hits) => {
    const k = kernel('long', `${code} f4`);
    // The page may be in the TLB already.
    k.memory.write(CODE, k.memory.read(CODE, 32));
    arm(k, DATA, kind, 4);
    if (!hits) {
      expect(k.run()).toEqual({ kind: 'halt' });
      return;
    }
    const length = code.split(' ').length;
    expect(k.trapped()).toMatchObject({ vector: 1, rip: CODE + length });
    expect(k.context.readSystem('dr6') & 15n).toBe(1n);
  });

  it('met by MOV SS is reported behind the next instruction, even if that is INT n', () => {
    // mov ss, [DATA]; nop
    const k = kernel('long', '8e 14 25 00 00 05 00 90 90');
    k.memory.write(DATA, Uint8Array.of(0x10, 0));
    arm(k, DATA, 3, 4);
    expect(k.trapped()).toMatchObject({ vector: 1, rip: CODE + 8 });
    const software = kernel('long', '8e 14 25 00 00 05 00 cd 21');
    software.memory.write(DATA, Uint8Array.of(0x10, 0));
    arm(software, DATA, 3, 4);
    expect(software.trapped()).toMatchObject({ vector: 1, rip: STUBS + 0x210 });
  });

  it('on the instruction behind MOV SS are hidden', () => {
    const k = kernel('long', 'b8 10 00 00 00 8e d0 90 f4');
    arm(k, CODE + 7, 0, 1);
    expect(k.run()).toEqual({ kind: 'halt' });
  });

  it('on a port while CR4.DE is set', () => {
    const k = kernel('long', 'e6 11 e6 21 f4');
    k.context.writeSystem('cr4', 0x6b8n);
    arm(k, 0x20, 2, 4);
    expect(k.trapped()).toMatchObject({ vector: 1, rip: CODE + 4 });
    expect(k.outside.log).toEqual(['out 11 1 0', 'out 21 1 0']);
  });

  it('set by the code itself hold from the next instruction on, although the page was used before', () => {
    // mov [DATA], al; mov eax, DATA; mov dr0, rax; mov eax, 0x10402; mov dr7, rax; mov [DATA], al
    const k = kernel('long', '88 04 25 00 00 05 00 b8 00 00 05 00 0f 23 c0 b8 02 04 01 00 0f 23 f8 88 04 25 00 00 05 00 90');
    expect(k.trapped()).toMatchObject({ vector: 1, rip: CODE + 30 });
  });
});

describe('debug registers', () => {
  const moveTo = (register: number, value: string): string => `48 b8 ${value} 0f 23 ${(0xc0 + 8 * register).toString(16)} f4`;

  it('hold their reserved bits', () => {
    const k = kernel('long', moveTo(6, 'ff ff ff ff 00 00 00 00'));
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.context.readSystem('dr6')).toBe(0xffff_efffn);
    const control = kernel('long', moveTo(7, '00 ff 00 00 00 00 00 00'));
    expect(control.run()).toEqual({ kind: 'halt' });
    expect(control.context.readSystem('dr7')).toBe(0x2700n);
  });

  it('refuse upper halves, DR4 and DR5 under CR4.DE', () => {
    expect(kernel('long', moveTo(7, '00 00 00 00 01 00 00 00')).trapped()).toMatchObject({ vector: 13, error: 0 });
    const alias = kernel('long', '0f 21 eb f4'); // mov rbx, dr5
    expect(alias.run()).toEqual({ kind: 'halt' });
    expect(alias.register(3)).toBe(0x400);
    const extended = kernel('long', '0f 21 eb f4');
    extended.context.writeSystem('cr4', 0x6b8n);
    expect(extended.trapped().vector).toBe(6);
  });

  it('under general detect raise #DB as a fault, and the handler may use them', () => {
    const k = kernel('long', '0f 21 fb 90');
    k.context.writeSystem('dr7', 0x2400n);
    expect(k.trapped()).toMatchObject({ vector: 1, rip: CODE, flags: 0x1_0002 });
    expect(k.context.readSystem('dr6')).toBe(0xffff_2ff0n);
    expect(k.context.readSystem('dr7')).toBe(0x400n);
  });
});

it('the code of a user is stepped as well', () => {
  const k = kernel('user', '90 90');
  k.context.rflags = 0x102n;
  expect(k.trapped()).toMatchObject({ vector: 1, rip: USER_CODE + 1 });
});
