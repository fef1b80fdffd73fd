/** What the guest's kernel sees at its traps: bounces, iret, privileged instructions, stores to its page tables. */
import { describe, expect, it } from 'vitest';
import { DomainId } from '../../../abi/xen/domains.table.ts';
import { MmuExt } from '../../../abi/xen/memory.table.ts';
import { VcpuInfo } from '../../../abi/xen/shared-info.table.ts';
import { Assist } from '../../../abi/xen/vcpu.table.ts';
import { Register, type Trap } from '../../../seams/machine.ts';
import { createFixture, type Fixture } from '../testing/fixture.ts';
import { deliverPending } from './bounce.ts';
import { handleTrap } from './exceptions.ts';
import { FIXED_MSRS } from './msr.table.ts';
import { readMsr, writeMsr } from './msr.ts';

const CODE = 80;
const STACK = 95;
const FREE = 100;

const fault = (vector: number, errorCode = 0, address = 0n): Trap => ({
  kind: 'exception',
  vector,
  errorCode,
  hasErrorCode: true,
  software: false,
  address,
});

/** A kernel that runs at the start of page CODE with `code` there, and its stack at the end of page STACK. */
const running = (code: readonly number[]): Fixture => {
  const fixture = createFixture();
  const { vcpu, machine, mfn, linear, call } = fixture;
  machine.memory.write(mfn(CODE) * 4096, Uint8Array.from(code));
  vcpu.context.rip = linear(CODE);
  vcpu.context.registers[Register.rsp] = linear(STACK, 4096);
  vcpu.context.rflags = 0x202n;
  machine.memory.writeU32(mfn(FREE) * 4096, 1);
  call('physdev_op', 6, linear(FREE));
  return fixture;
};

const words = ({ vcpu }: Fixture, count: number): bigint[] => [
  ...(vcpu.memory.readWords(Number(BigInt.asIntN(64, vcpu.context.registers[Register.rsp] ?? 0n)), count) ?? []),
];

describe('a bounce', () => {
  it('within the kernel pushes the frame with RPL 0 and masks events at an interrupt gate', () => {
    const fixture = running([0x0f, 0x0b]);
    const { vcpu, linear } = fixture;
    vcpu.trapAddress[6] = 0xffff_ffff_8123_4567n;
    vcpu.trapFlags[6] = 4;
    vcpu.upcallMasked = false;
    vcpu.context.registers[Register.rcx] = 0x11n;
    vcpu.context.registers[Register.r11] = 0x22n;
    handleTrap(vcpu, fault(6));
    expect(words(fixture, 7)).toEqual([0x11n, 0x22n, linear(CODE), 0xe030n, 0x202n, linear(STACK, 4096), 0xe02bn]);
    expect(vcpu.context.rip).toBe(0xffff_ffff_8123_4567n);
    expect(vcpu.upcallMasked).toBe(true);
    expect(vcpu.context.readSegment('cs').selector).toBe(0xe033);
  });

  it('of a page fault says whose access it was, and where CR2 is', () => {
    const fixture = running([0x90]);
    const { vcpu, xen } = fixture;
    vcpu.trapAddress[14] = 0x1000n;
    handleTrap(vcpu, fault(14, 6, 0xdead_b000n));
    expect(words(fixture, 3)[2]).toBe(2n);
    expect(xen.memory.readU64(vcpu.infoAddress + VcpuInfo.cr2)).toBe(0xdead_b000n);
  });

  it('without a handler crashes the domain, with a reason', () => {
    const { vcpu, domain } = running([0x90]);
    handleTrap(vcpu, fault(13, 8));
    expect(domain.shutdownReason).toBe('crash');
    expect(domain.crashReason).toMatch(/exception 13/);
  });

  it('on a stack in the hypervisor or nowhere crashes the domain', () => {
    for (const stack of [0xffff_8000_0000_1000n, 0x1000n, 0xffff_8800_0000_0000n, 0x1234_5678_9abc_def0n]) {
      const { vcpu, domain } = running([0x90]);
      vcpu.trapAddress[6] = 0x1000n;
      vcpu.context.registers[Register.rsp] = stack;
      handleTrap(vcpu, fault(6));
      expect(domain.shutdownReason).toBe('crash');
    }
  });

  it('for an event happens only while it is pending and not masked', () => {
    const { vcpu, domain } = running([0x90]);
    vcpu.eventCallback.address = 0x5000n;
    domain.events.bindVirq(0, 0);
    domain.events.raiseVirq(0, 0);
    deliverPending(vcpu);
    expect(vcpu.context.rip).not.toBe(0x5000n);
    vcpu.upcallMasked = false;
    deliverPending(vcpu);
    expect(vcpu.context.rip).toBe(0x5000n);
    expect(vcpu.upcallMasked).toBe(true);
  });
});

describe('iret', () => {
  const frame = (fixture: Fixture, rip: bigint, cs: bigint, flags: bigint): void => {
    const { vcpu, machine, mfn, linear } = fixture;
    const values = [1n, 2n, 3n, 0n, rip, cs, flags, 0x7000n, 0xe02bn];
    for (const [index, value] of values.entries()) machine.memory.writeU64(mfn(STACK) * 4096 + index * 8, value);
    vcpu.context.registers[Register.rsp] = linear(STACK);
    vcpu.context.registers[Register.rax] = 23n;
  };

  it('within the kernel restores registers and the event mask', () => {
    const fixture = running([]);
    const { vcpu } = fixture;
    frame(fixture, 0x4000n, 0xe030n, 0x3246n);
    handleTrap(vcpu, { kind: 'syscall' });
    const { context } = vcpu;
    expect([context.registers[Register.rax], context.registers[Register.r11], context.registers[Register.rcx]]).toEqual([
      1n,
      2n,
      3n,
    ]);
    expect([context.rip, context.rflags, vcpu.upcallMasked, vcpu.kernelMode]).toEqual([0x4000n, 0x246n, false, true]);
  });

  it('to user mode without a root crashes; with one it changes sides, and a system call comes back', () => {
    const fixture = running([]);
    const { vcpu, domain, machine, mfn, linear, call } = fixture;
    frame(fixture, 0x4000n, 0xe033n, 0x202n);
    const at = mfn(FREE) * 4096;
    machine.memory.writeU64(at, BigInt(MmuExt.new_user_baseptr));
    machine.memory.writeU64(at + 8, BigInt(vcpu.kernelRoot));
    expect(call('mmuext_op', linear(FREE), 1, 0, DomainId.SELF)).toBe(0);
    vcpu.context.writeSegment('gs', { ...vcpu.context.readSegment('gs'), base: 0xaaan });
    vcpu.otherGsBase = 0xbbbn;
    handleTrap(vcpu, { kind: 'syscall' });
    expect(vcpu.kernelMode).toBe(false);
    expect(vcpu.context.readSegment('gs').base).toBe(0xbbbn);
    vcpu.syscallCallback.address = 0x6000n;
    vcpu.syscallCallback.masksEvents = true;
    vcpu.kernelSp = linear(STACK, 2048);
    vcpu.context.registers[Register.r11] = 0x246n;
    handleTrap(vcpu, { kind: 'syscall' });
    expect([vcpu.kernelMode, vcpu.context.rip, domain.shutdownReason]).toEqual([true, 0x6000n, undefined]);
    expect(vcpu.context.readSegment('gs').base).toBe(0xaaan);
    expect(words(fixture, 7).slice(2)).toEqual([0x4000n, 0xe033n, 0x246n, 0x7000n, 0xe02bn]);
  });

  it('without user root crashes', () => {
    const fixture = running([]);
    frame(fixture, 0x4000n, 0xe033n, 0x202n);
    handleTrap(fixture.vcpu, { kind: 'syscall' });
    expect(fixture.domain.shutdownReason).toBe('crash');
  });
});

describe('privileged instructions', () => {
  it('cli changes nothing but RIP', () => {
    const { vcpu, linear } = running([0xfa]);
    vcpu.upcallMasked = false;
    handleTrap(vcpu, fault(13));
    expect([vcpu.context.rip, vcpu.upcallMasked, vcpu.context.rflags]).toEqual([linear(CODE, 1), false, 0x202n]);
  });

  it('wrmsr sets the base of GS', () => {
    const { vcpu } = running([0x0f, 0x30]);
    const { registers } = vcpu.context;
    [registers[Register.rcx], registers[Register.rax], registers[Register.rdx]] = [0xc000_0101n, 0x1000n, 0xffff_8880n];
    handleTrap(vcpu, fault(13));
    expect(vcpu.context.readSegment('gs').base).toBe(0xffff_8880_0000_1000n);
  });

  it('the revision of the microcode is read as kernels do, after a zero was written', () => {
    const written = running([0x0f, 0x30]);
    written.vcpu.context.registers[Register.rcx] = 0x8bn;
    handleTrap(written.vcpu, fault(13));
    expect(written.vcpu.context.rip).toBe(written.linear(CODE, 2));
    const { vcpu, linear } = running([0x0f, 0x32]);
    const { registers } = vcpu.context;
    registers[Register.rcx] = 0x8bn;
    handleTrap(vcpu, fault(13));
    expect([vcpu.context.rip, registers[Register.rdx]]).toEqual([linear(CODE, 2), 1n]);
  });

  it('the state of machine checks says that nothing happened, and can be cleared: kernels panic that cannot ask', () => {
    for (const code of [
      [0x0f, 0x32],
      [0x0f, 0x30],
    ]) {
      const { vcpu, linear } = running(code);
      const { registers } = vcpu.context;
      registers[Register.rax] = code[1] === 0x32 ? 5n : 0n;
      registers[Register.rcx] = 0x17an;
      handleTrap(vcpu, fault(13));
      expect([vcpu.context.rip, registers[Register.rax]]).toEqual([linear(CODE, 2), 0n]);
    }
  });

  it('what the processor can do is told as it is, without what Xen keeps to itself', () => {
    const { vcpu, domain } = running([]);
    expect(readMsr(vcpu, 0x10a)).toBe(domain.xen.processor.readMsr(0x10a));
    // Fast strings are on; no branch traces, no sampling, no task priority messages.
    expect(readMsr(vcpu, 0x1a0)).toBe(0x80_1801n);
    expect([writeMsr(vcpu, 0x10a, 0n), writeMsr(vcpu, 0x1a0, 0x80_1801n)]).toEqual([false, false]);
  });

  it('control of speculation is kept as it was written; unknown bits are refused', () => {
    const { vcpu } = running([]);
    expect([readMsr(vcpu, 0x48), writeMsr(vcpu, 0x48, 5n), readMsr(vcpu, 0x48), writeMsr(vcpu, 0x48, 8n)]).toEqual([
      0n,
      true,
      5n,
      false,
    ]);
    expect([writeMsr(vcpu, 0x49, 1n), writeMsr(vcpu, 0x49, 2n), readMsr(vcpu, 0x49)]).toEqual([true, false, undefined]);
  });

  it('what has no use is read and written as it is, and nothing else', () => {
    const { vcpu } = running([]);
    for (const [msr, { value, writes = false }] of FIXED_MSRS)
      expect([msr, readMsr(vcpu, msr), writeMsr(vcpu, msr, value), writeMsr(vcpu, msr, value ^ 0x400n)]).toEqual([
        msr,
        value,
        writes,
        false,
      ]);
  });

  it('an unknown MSR, hlt and ports without privilege are the guest’s own faults', () => {
    for (const code of [[0x0f, 0x32], [0xf4], [0x0f, 0x01, 0xd8]]) {
      const { vcpu } = running(code);
      vcpu.trapAddress[13] = 0x9000n;
      vcpu.context.registers[Register.rcx] = 0x1234n;
      handleTrap(vcpu, fault(13));
      expect(vcpu.context.rip).toBe(0x9000n);
    }
    const { vcpu } = running([0xec]);
    vcpu.iopl = 0;
    vcpu.trapAddress[13] = 0x9000n;
    handleTrap(vcpu, fault(13));
    expect(vcpu.context.rip).toBe(0x9000n);
  });

  it('in answers all ones, and the timer of old a zero', () => {
    const { vcpu } = running([0xec]);
    vcpu.context.registers[Register.rdx] = 0x3f8n;
    vcpu.context.registers[Register.rax] = 0x1234n;
    handleTrap(vcpu, fault(13));
    expect(vcpu.context.registers[Register.rax]).toBe(0x12ffn);
  });

  it('cpuid is answered when it is asked for by name', () => {
    const { vcpu, linear } = running([0x0f, 0x0b, 0x78, 0x65, 0x6e, 0x0f, 0xa2]);
    vcpu.context.registers[Register.rax] = 0x4000_0000n;
    handleTrap(vcpu, fault(6));
    expect(vcpu.context.registers[Register.rbx]).toBe(0x566e_6558n);
    expect(vcpu.context.rip).toBe(linear(CODE, 7));
  });
});

describe('stores to page tables', () => {
  /** An L1 table of the guest, read-only to it, with `old` in entry 3; the code stores there. */
  const withTable = (code: readonly number[], old: bigint): { fixture: Fixture; address: bigint; value: () => bigint } => {
    const fixture = running(code);
    const { vcpu, machine, mfn, linear, call, domain } = fixture;
    domain.setAssist(Assist.writable_pagetables, true);
    const table = mfn(FREE + 1);
    machine.memory.writeU64(table * 4096 + 24, old);
    call('update_va_mapping', linear(FREE + 1), (BigInt(table) << 12n) | 0x61n, 0);
    machine.memory.writeU64(mfn(FREE) * 4096, BigInt(MmuExt.pin_l1_table));
    machine.memory.writeU64(mfn(FREE) * 4096 + 8, BigInt(table));
    expect(call('mmuext_op', linear(FREE), 1, 0, DomainId.SELF)).toBe(0);
    vcpu.trapAddress[14] = 0x9000n;
    return { fixture, address: linear(FREE + 1, 24), value: () => machine.memory.readU64(table * 4096 + 24) };
  };

  it('mov stores a checked entry', () => {
    const { fixture, address, value } = withTable([0x48, 0x89, 0x37], 0n);
    const { vcpu, mfn, linear } = fixture;
    vcpu.context.registers[Register.rsi] = (BigInt(mfn(FREE + 2)) << 12n) | 0x67n;
    handleTrap(vcpu, fault(14, 7, address));
    expect(vcpu.context.rip).toBe(linear(CODE, 3));
    expect(value()).toBe((BigInt(mfn(FREE + 2)) << 12n) | 0x167n);
  });

  it('a store of what may not be is reflected as the fault it was', () => {
    const { fixture, address, value } = withTable([0x48, 0x89, 0x37], 5n << 1n);
    fixture.vcpu.context.registers[Register.rsi] = (16n << 12n) | 0x67n;
    handleTrap(fixture.vcpu, fault(14, 7, address));
    expect(fixture.vcpu.context.rip).toBe(0x9000n);
    expect(value()).toBe(10n);
  });

  it('xchg gives the old entry back', () => {
    const { fixture, address, value } = withTable([0x48, 0x87, 0x07], 0x1234_5678_9abc_def0n);
    fixture.vcpu.context.registers[Register.rax] = 0n;
    handleTrap(fixture.vcpu, fault(14, 7, address));
    expect([fixture.vcpu.context.registers[Register.rax], value()]).toEqual([0x1234_5678_9abc_def0n, 0n]);
  });

  it('lock and of a byte write-protects, and sets flags', () => {
    const fixture0 = createFixture();
    const entry = (BigInt(fixture0.mfn(FREE + 2)) << 12n) | 0x67n;
    const { fixture, address, value } = withTable([0xf0, 0x80, 0x27, 0xfd], entry);
    handleTrap(fixture.vcpu, fault(14, 7, address));
    expect(value() & 0xfffn).toBe(0x165n);
    expect(fixture.vcpu.context.rflags & 0xc1n).toBe(0n);
  });

  it('cmpxchg stores only what was expected', () => {
    const { fixture, address, value } = withTable([0xf0, 0x48, 0x0f, 0xb1, 0x0f], 0x4242_4200n);
    const { registers } = fixture.vcpu.context;
    [registers[Register.rax], registers[Register.rcx]] = [1n, 0n];
    handleTrap(fixture.vcpu, fault(14, 7, address));
    expect([registers[Register.rax], value(), fixture.vcpu.context.rflags & 0x40n]).toEqual([0x4242_4200n, 0x4242_4200n, 0n]);
    fixture.vcpu.context.rip = fixture.linear(CODE);
    handleTrap(fixture.vcpu, fault(14, 7, address));
    expect([value(), fixture.vcpu.context.rflags & 0x40n]).toEqual([0n, 0x40n]);
  });
});
