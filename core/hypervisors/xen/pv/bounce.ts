/**
 * Bounces: entering the guest's kernel through one of its handlers, with a frame on its stack that looks like the one the
 * CPU would have pushed, plus RCX and R11 (which SYSCALL destroys), plus the event mask as it was.
 *
 *   from the new RSP upward: RCX R11 [error code] RIP CS|mask<<32 RFLAGS RSP SS
 */

import { VcpuInfo } from '../../../abi/xen/shared-info.table.ts';
import { Assist } from '../../../abi/xen/vcpu.table.ts';
import { hex } from '../../../base/bits.ts';
import { COSTS } from '../../../observe/costs.table.ts';
import { Register } from '../../../seams/machine.ts';
import { isGuestRange, signedLinear, toBigint } from './entry.ts';
import { FLAT_KERNEL_CODE, FLAT_KERNEL_DATA } from './segments.ts';
import type { PvVcpu } from './vcpu.ts';

export const FLAG = {
  trap: 0x100n,
  interrupt: 0x200n,
  direction: 0x400n,
  iopl: 0x3000n,
  nested: 0x4000n,
  resume: 0x1_0000n,
  virtual8086: 0x2_0000n,
  alignment: 0x4_0000n,
} as const;
/** Flags a handler starts without. */
const CLEARED = FLAG.trap | FLAG.nested | FLAG.resume | FLAG.virtual8086 | FLAG.alignment;

const NO_ERROR_CODE = -1;
const PAGE_FAULT = 14;
/** Vectors with an error code: #DF, #TS, #NP, #SS, #GP, #PF, #AC, #CP. */
const WITH_ERROR_CODE = new Set([8, 10, 11, 12, 13, 14, 17, 21]);
/** trap_info.flags: events are held off while the handler runs. */
const MASKS_EVENTS = 4;

/** The state pushed when it is not that of the registers (SYSCALL, SYSENTER). */
export interface PushedState {
  cs: bigint;
  ss: bigint;
  rip: bigint;
  rflags: bigint;
  rsp: bigint;
}

/** What would be pushed for the state the context is in. */
const currentState = (vcpu: PvVcpu): PushedState => {
  const { context } = vcpu;
  return {
    cs: BigInt(context.readSegment('cs').selector),
    ss: BigInt(context.readSegment('ss').selector),
    rip: context.rip,
    rflags: context.rflags,
    rsp: context.registers[Register.rsp] ?? 0n,
  };
};

/** Enters `handler`; crashes the domain if the frame cannot be written. */
export const bounce = (
  vcpu: PvVcpu,
  handler: bigint,
  masksEvents: boolean,
  errorCode: number,
  pushed = currentState(vcpu),
): void => {
  const { context, domain } = vcpu;
  domain.xen.charge(COSTS.systemCallBounce.cycles);
  const masked = vcpu.upcallMasked;
  const fromKernel = vcpu.kernelMode;
  let stack: number;
  if (fromKernel) {
    const halves = vcpu.halves;
    stack = signedLinear(halves[2 * Register.rsp] ?? 0, halves[2 * Register.rsp + 1] ?? 0);
  } else {
    vcpu.toggleMode();
    stack = Number(BigInt.asIntN(64, vcpu.kernelSp));
  }
  const hasError = errorCode !== NO_ERROR_CODE;
  const top = stack - (stack & 15);
  const frame = top - (hasError ? 64 : 56);
  if (!isGuestRange(frame, hasError ? 64 : 56)) {
    domain.crash(`vCPU ${vcpu.id}: the frame of a bounce would lie at ${hex(toBigint(stack))}`);
    return;
  }
  const selector = fromKernel ? pushed.cs & ~3n : pushed.cs;
  const level = domain.hasAssist(Assist.architectural_iopl) ? BigInt(vcpu.iopl) << 12n : 0n;
  const flags = (pushed.rflags & ~(FLAG.interrupt | FLAG.iopl)) | (masked ? 0n : FLAG.interrupt) | level;
  const { memory } = vcpu;
  const registers = context.registers;
  let ok = memory.writeU64(frame, registers[Register.rcx] ?? 0n) && memory.writeU64(frame + 8, registers[Register.r11] ?? 0n);
  let next = frame + 16;
  if (hasError) {
    ok = ok && memory.writeU64(next, BigInt(errorCode));
    next += 8;
  }
  ok =
    ok &&
    memory.writeU64(next, pushed.rip) &&
    memory.writeU64(next + 8, selector | (masked ? 1n << 32n : 0n)) &&
    memory.writeU64(next + 16, flags) &&
    memory.writeU64(next + 24, pushed.rsp) &&
    memory.writeU64(next + 32, pushed.ss);
  if (!ok) {
    domain.crash(`vCPU ${vcpu.id}: the stack at ${toBigint(frame).toString(16)} cannot be written by a bounce`);
    return;
  }
  if (handler === 0n) {
    domain.crash(`vCPU ${vcpu.id}: a bounce without handler`);
    return;
  }
  if (masksEvents && !masked) vcpu.upcallMasked = true;
  context.writeSegment('cs', FLAT_KERNEL_CODE);
  context.writeSegment('ss', FLAT_KERNEL_DATA);
  registers[Register.rsp] = toBigint(frame);
  context.rip = handler;
  context.rflags = pushed.rflags & ~CLEARED;
};

/** Reflects an exception to the guest through its trap table. `address` is CR2 of a page fault. */
export const reflect = (vcpu: PvVcpu, vector: number, errorCode: number, address = 0n): void => {
  const handler = vcpu.trapAddress[vector] ?? 0n;
  const { domain } = vcpu;
  let code = WITH_ERROR_CODE.has(vector) ? errorCode : NO_ERROR_CODE;
  if (vector === PAGE_FAULT) {
    domain.xen.memory.writeU64(vcpu.infoAddress + VcpuInfo.cr2, address);
    // Ring 3 is not the guest's kernel to the CPU: whether the access was the user's is for us to say.
    code = (code & ~4) | (vcpu.kernelMode ? 0 : 4);
  }
  if (handler === 0n) {
    const at = hex(vcpu.context.rip);
    const mode = vcpu.kernelMode ? 'kernel' : 'user';
    const what = `exception ${vector}, code ${code}, at ${at} in ${mode} mode`;
    domain.crash(`vCPU ${vcpu.id}: ${what} (address ${hex(address)}) without handler`);
    return;
  }
  bounce(vcpu, handler, ((vcpu.trapFlags[vector] ?? 0) & MASKS_EVENTS) !== 0, code);
};

/** Does what is due before the guest goes on: an NMI, then events. */
export const deliverPending = (vcpu: PvVcpu): void => {
  if (vcpu.nmiPending && !vcpu.nmiBlocked && vcpu.trapAddress[2] !== 0n) {
    vcpu.nmiPending = false;
    vcpu.nmiBlocked = true;
    bounce(vcpu, vcpu.trapAddress[2] ?? 0n, true, NO_ERROR_CODE);
  }
  if (vcpu.upcallDue && vcpu.eventCallback.address !== 0n) bounce(vcpu, vcpu.eventCallback.address, true, NO_ERROR_CODE);
};
