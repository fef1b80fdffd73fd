/** Interrupts at instruction boundaries: IF, the shadows of STI and MOV SS, NMI, HLT, start-up (SDM vol. 3, 6.7, 6.8, 8.4). */
import { describe, expect, it } from 'vitest';
import { CODE, DATA, kernel, STACK, STUBS } from '../testing/kernel.ts';

const HANDLER = 0x1_4000;

describe('external interrupts', () => {
  it('wait for IF, and STI gives one more instruction', () => {
    // nop; sti; nop; nop
    const k = kernel('long', '90 fb 90 90 90');
    k.outside.vector = 0x31;
    k.context.offerInterrupt(true);
    expect(k.trapped()).toMatchObject({ vector: 0x31, rip: CODE + 3, flags: 0x202 });
    expect(k.context.instructions).toBe(4); // nop, sti, nop, and the hlt of the stub
  });

  it('STI with IF already set casts no shadow; STI behind STI does not prolong it', () => {
    const k = kernel('long', 'fb fb fb 90 90');
    k.outside.vector = 0x31;
    k.context.offerInterrupt(true);
    expect(k.trapped()).toMatchObject({ rip: CODE + 2 });
  });

  it('are taken right behind POPF and IRETQ', () => {
    const popf = kernel('long', '68 02 02 00 00 9d 90 90'); // push 0x202; popf
    popf.outside.vector = 0x31;
    popf.context.offerInterrupt(true);
    expect(popf.trapped()).toMatchObject({ vector: 0x31, rip: CODE + 6 });
    // push SS RSP RFLAGS CS RIP; iretq
    const iret = kernel('long', '6a 10 68 00 00 02 00 68 02 02 00 00 6a 08 68 00 40 01 00 48 cf');
    iret.load(HANDLER, '90 90');
    iret.outside.vector = 0x31;
    iret.context.offerInterrupt(true);
    expect(iret.trapped()).toMatchObject({ vector: 0x31, rip: HANDLER, rsp: STACK });
  });

  it('are held off by MOV SS for one instruction', () => {
    // mov eax, 0x10; mov ss, eax; mov esp, 0x24000; nop
    const k = kernel('long', 'b8 10 00 00 00 8e d0 bc 00 40 02 00 90 90');
    k.context.rflags = 0x202n;
    k.outside.vector = 0x31;
    expect(k.run(2)).toEqual({ kind: 'budget' });
    k.context.offerInterrupt(true);
    expect(k.trapped()).toMatchObject({ vector: 0x31, rip: CODE + 12, rsp: 0x2_4000 });
  });

  it('that went away are forgotten', () => {
    const k = kernel('long', '90 fb 90 90 fa f4');
    k.context.offerInterrupt(true);
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(Number(k.context.rip)).toBe(CODE + 6);
  });

  it('wake a halted processor; the frame leads behind HLT', () => {
    const k = kernel('long', 'fb f4 90');
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.context.instructions).toBe(2);
    k.outside.vector = 0x31;
    k.context.offerInterrupt(true);
    expect(k.trapped()).toMatchObject({ vector: 0x31, rip: CODE + 2 });
  });

  it('do not wake a processor that halted with IF clear', () => {
    const k = kernel('long', 'fa f4 90');
    expect(k.run()).toEqual({ kind: 'halt' });
    k.outside.vector = 0x31;
    k.context.offerInterrupt(true);
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(Number(k.context.rip)).toBe(CODE + 2);
  });

  it('STI; HLT is not torn apart', () => {
    const k = kernel('long', '90 fb f4 90');
    k.outside.vector = 0x31;
    k.context.offerInterrupt(true);
    expect(k.trapped()).toMatchObject({ vector: 0x31, rip: CODE + 3 });
  });

  it('are offered in the middle of a run by a handler outside', () => {
    const k = kernel('long', 'e6 20 90 90 f4');
    k.context.rflags = 0x202n;
    k.outside.vector = 0x31;
    k.outside.onOut = () => k.context.offerInterrupt(true);
    expect(k.trapped()).toMatchObject({ vector: 0x31, rip: CODE + 2 });
  });

  it('come between the iterations of REP INS', () => {
    const k = kernel('long', 'bf 00 00 05 00 b9 0a 00 00 00 f3 6d f4'); // mov edi, DATA; mov ecx, 10; rep insd; hlt
    k.context.rflags = 0x202n;
    k.outside.vector = 0x31;
    const { readPort } = k.outside;
    k.outside.readPort = (context, port, width) => {
      if (k.register(1) === 8) k.context.offerInterrupt(true);
      return readPort(context, port, width);
    };
    expect(k.trapped()).toMatchObject({ vector: 0x31, rip: CODE + 10 });
    expect(k.register(1)).toBe(7);
    expect(k.register(7)).toBe(DATA + 12);
  });
});

describe('NMI', () => {
  it('comes with IF clear and blocks further ones until IRET', () => {
    const k = kernel('long', '90 90 f4');
    // handler: inc qword [DATA]; iretq
    k.load(HANDLER, '48 ff 04 25 00 00 05 00 e6 20 90 90 48 cf');
    k.setGate(2, HANDLER);
    k.context.injectNmi();
    const seen: bigint[] = [];
    k.outside.onOut = () => {
      seen.push(k.u64(DATA));
      if (seen.length === 1) k.context.injectNmi();
    };
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.u64(DATA)).toBe(2n);
    expect(seen).toEqual([1n, 2n]);
    expect(k.context.instructions).toBe(2 * 5 + 3);
  });

  it('goes before an external interrupt', () => {
    const k = kernel('long', '90 90 f4');
    k.context.rflags = 0x202n;
    k.outside.vector = 0x31;
    k.context.offerInterrupt(true);
    k.context.injectNmi();
    expect(k.trapped()).toMatchObject({ vector: 2, rip: CODE });
  });

  it('wakes a halted processor', () => {
    const k = kernel('long', 'f4 90 f4');
    k.load(HANDLER, '48 cf');
    k.setGate(2, HANDLER);
    expect(k.run()).toEqual({ kind: 'halt' });
    k.context.injectNmi();
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(Number(k.context.rip)).toBe(CODE + 3);
  });

  it('is blocked no longer by an IRET that faults', () => {
    const k = kernel('long', '90 90 f4');
    k.load(HANDLER, '6a 00 6a 00 6a 00 6a 00 6a 00 48 cf'); // five zeroes; iretq: #GP
    k.setGate(2, HANDLER);
    k.load(0x1_5000, 'e6 20 90 90 f4');
    k.setGate(13, 0x1_5000);
    k.outside.onOut = () => {
      k.setGate(2, STUBS + 0x20);
      k.context.injectNmi();
    };
    k.context.injectNmi();
    expect(k.trapped()).toMatchObject({ vector: 2, rip: 0x1_5002 });
  });
});

describe('start-up', () => {
  it('INIT waits for SIPI, which begins in real mode at its page', () => {
    const k = kernel('long', '90');
    k.context.reset('init');
    expect(k.context.halted).toBe(2);
    expect(k.run()).toEqual({ kind: 'halt' });
    k.context.offerInterrupt(true);
    k.context.injectNmi();
    expect(k.run()).toEqual({ kind: 'halt' });
    k.context.offerInterrupt(false);
    k.context.reset('init');
    k.context.reset({ startUp: 0x14 });
    // mov ax, cs; mov ds, ax; mov byte [0x100], 0x5a; lgdt-less jump: hlt
    k.load(0x1_4000, '8c c8 8e d8 c6 06 00 01 5a f4');
    expect(k.run()).toEqual({ kind: 'halt' });
    expect(k.memory.read(0x1_4100, 1)[0]).toBe(0x5a);
    expect(k.context.readSegment('cs')).toMatchObject({ selector: 0x1400, base: 0x1_4000n, limit: 0xffff });
    expect(k.context.readSystem('cr0') & 0x8000_0001n).toBe(0n);
    expect(k.context.readSystem('efer')).toBe(0n);
    expect(k.register(2) >> 8).toBe(6);
  });

  it('power-up begins at FFFF_FFF0', () => {
    const k = kernel('long', '90');
    k.context.reset('init');
    expect(k.context.rip).toBe(0xfff0n);
    expect(k.context.readSegment('cs')).toMatchObject({ selector: 0xf000, base: 0xffff_0000n });
  });
});
