/** What to do when a paravirtual CPU traps: bounce a system call, serve a hypercall, repair or emulate, or reflect. */

import { Assist } from '../../../abi/xen/vcpu.table.ts';
import { Register, type Trap } from '../../../seams/machine.ts';
import { bounce, FLAG, reflect } from './bounce.ts';
import { mapLdtPage } from './descriptor-tables.ts';
import { fromBigint, toBigint } from './entry.ts';
import { serveHypercall } from './hypercall.ts';
import { doCpuid, emulatePrivileged, setTaskSwitched } from './privileged.ts';
import { emulateTableWrite } from './pt-write.ts';
import { isLongCode, Selector } from './segments.ts';
import type { Callback, PvVcpu } from './vcpu.ts';

const NO_ERROR_CODE = -1;
const VECTOR = { breakpoint: 3, overflow: 4, invalidOpcode: 6, noDevice: 7, generalProtection: 13, pageFault: 14 } as const;
/** Page-fault error code: present, write. */
const PRESENT_WRITE = 3;

/** `ud2` and the letters `xen` before an instruction ask for its emulation. */
const FORCED_EMULATION = [0x0f, 0x0b, 0x78, 0x65, 0x6e];
const CPUID_CODE = [0x0f, 0xa2];

export const handleTrap = (vcpu: PvVcpu, trap: Trap): void => {
  vcpu.domain.xen.statistics.trapped(trap);
  switch (trap.kind) {
    case 'syscall':
      if (vcpu.kernelMode) serveHypercall(vcpu);
      else systemCall(vcpu);
      return;
    case 'exception':
      vcpu.domain.traps += 1;
      if (trap.software) softwareInterrupt(vcpu, trap.vector);
      else exception(vcpu, trap.vector, trap.errorCode, trap.address);
      return;
    case 'sysenter':
      vcpu.domain.traps += 1;
      systemEnter(vcpu);
      return;
    case 'halt':
    case 'shutdown':
      vcpu.domain.crash(`vCPU ${vcpu.id}: the CPU stopped (${trap.kind}) at ${vcpu.context.rip.toString(16)}`);
      return;
    case 'interrupt':
      vcpu.domain.xen.interrupted(vcpu.domain.xen.currentCpu, trap.vector);
      return;
    case 'budget':
      return;
  }
};

/** SYSCALL of a user program: RCX and R11 hold RIP and RFLAGS already. */
const systemCall = (vcpu: PvVcpu): void => {
  vcpu.domain.traps += 1;
  const { context } = vcpu;
  const { registers } = context;
  const long = isLongCode(context.readSegment('cs'));
  const callback = long ? vcpu.syscallCallback : vcpu.syscall32Callback;
  if (callback.address === 0n) {
    context.rip = BigInt.asUintN(64, context.rip - 2n);
    reflect(vcpu, VECTOR.invalidOpcode, NO_ERROR_CODE);
    return;
  }
  enterBySystemCall(vcpu, callback, {
    cs: BigInt(long ? Selector.code64 : Selector.code32),
    ss: BigInt(Selector.data),
    rip: context.rip,
    rflags: registers[Register.r11] ?? 0n,
    rsp: registers[Register.rsp] ?? 0n,
  });
};

/** SYSENTER remembers nothing of where it came from. */
const systemEnter = (vcpu: PvVcpu): void => {
  if (vcpu.kernelMode || vcpu.sysenterCallback.address === 0n) {
    reflect(vcpu, VECTOR.generalProtection, 0);
    return;
  }
  enterBySystemCall(vcpu, vcpu.sysenterCallback, {
    cs: 3n,
    ss: BigInt(Selector.data),
    rip: 0n,
    rflags: vcpu.context.rflags,
    rsp: 0n,
  });
};

const enterBySystemCall = (
  vcpu: PvVcpu,
  callback: Callback,
  pushed: { cs: bigint; ss: bigint; rip: bigint; rflags: bigint; rsp: bigint },
): void => {
  bounce(vcpu, callback.address, callback.masksEvents, NO_ERROR_CODE, pushed);
  vcpu.context.rflags &= ~FLAG.direction;
};

/** INT n, INT3, INTO; RIP is behind the instruction. */
const softwareInterrupt = (vcpu: PvVcpu, vector: number): void => {
  const level = (vcpu.trapFlags[vector] ?? 0) & 3;
  const always = vector === VECTOR.breakpoint || vector === VECTOR.overflow;
  if (always || (vcpu.trapAddress[vector] !== 0n && level >= (vcpu.kernelMode ? 1 : 3))) {
    reflect(vcpu, vector, NO_ERROR_CODE);
    return;
  }
  vcpu.context.rip = BigInt.asUintN(64, vcpu.context.rip - 2n);
  reflect(vcpu, VECTOR.generalProtection, vector * 8 + 2);
};

const exception = (vcpu: PvVcpu, vector: number, errorCode: number, address: bigint): void => {
  switch (vector) {
    case VECTOR.pageFault:
      pageFault(vcpu, errorCode, address);
      return;
    case VECTOR.generalProtection:
      if (errorCode === 0 && emulatePrivileged(vcpu)) return;
      break;
    case VECTOR.invalidOpcode:
      if (forcedEmulation(vcpu)) return;
      break;
    case VECTOR.noDevice:
      if (vcpu.taskSwitched) setTaskSwitched(vcpu, false);
      break;
  }
  reflect(vcpu, vector, errorCode, address);
};

const pageFault = (vcpu: PvVcpu, errorCode: number, address: bigint): void => {
  const { xen } = vcpu.domain;
  const ldtOffset = xen.space.ldtOffset(vcpu.id, address);
  if (ldtOffset >= 0) {
    // The CPU looked for a descriptor of the guest's LDT: the page is mapped when it is first needed.
    if (mapLdtPage(vcpu, ldtOffset >>> 12)) return;
    reflect(vcpu, VECTOR.pageFault, errorCode, BigInt.asUintN(64, vcpu.ldtBase + BigInt(ldtOffset)));
    return;
  }
  const gdtOffset = address - xen.space.gdtBase(vcpu.id);
  if (gdtOffset >= 0n && gdtOffset < 0x1_0000n) {
    reflect(vcpu, VECTOR.generalProtection, Number(gdtOffset) & 0xfff8);
    return;
  }
  if ((errorCode & PRESENT_WRITE) === PRESENT_WRITE && vcpu.kernelMode && vcpu.domain.hasAssist(Assist.writable_pagetables)) {
    if (emulateTableWrite(vcpu, fromBigint(address))) {
      vcpu.domain.tableWrites += 1;
      return;
    }
  }
  reflect(vcpu, VECTOR.pageFault, errorCode, address);
};

/** CPUID as a kernel executes it that knows it is a guest; allowed to user programs, too. */
const forcedEmulation = (vcpu: PvVcpu): boolean => {
  const { context } = vcpu;
  const bytes = vcpu.memory.read(fromBigint(context.rip), FORCED_EMULATION.length + CPUID_CODE.length);
  if (bytes === undefined || !FORCED_EMULATION.every((byte, index) => bytes[index] === byte)) return false;
  if (!CPUID_CODE.every((byte, index) => bytes[FORCED_EMULATION.length + index] === byte)) return false;
  doCpuid(vcpu);
  context.rip = toBigint(fromBigint(context.rip) + bytes.length);
  return true;
};
