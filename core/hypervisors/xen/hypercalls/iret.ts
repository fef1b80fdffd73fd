/** iret: going back to where a bounce came from, to user mode or within the kernel. */
import { Assist, ContextFlag } from '../../../abi/xen/vcpu.table.ts';
import { Register } from '../../../seams/machine.ts';
import { FLAG, reflect } from '../pv/bounce.ts';
import { fromBigint, isCanonical, signedLinear } from '../pv/entry.ts';
import { type HypercallHandler, REGISTERS_SET } from '../pv/hypercall.ts';
import { codeSegment, FLAT_KERNEL_CODE, FLAT_KERNEL_DATA, Selector, stackSegment } from '../pv/segments.ts';

/** Words of the frame at RSP: RAX R11 RCX flags RIP CS RFLAGS RSP SS. */
const WORDS = 9;
const GENERAL_PROTECTION = 13;
const STACK_FAULT = 12;

export const iret: HypercallHandler = (caller) => {
  const { context, domain } = caller;
  const halves = caller.halves;
  const frame = caller.memory.readWords(signedLinear(halves[2 * Register.rsp] ?? 0, halves[2 * Register.rsp + 1] ?? 0), WORDS);
  if (frame === undefined) {
    domain.crash(`vCPU ${caller.id}: the frame of an iret cannot be read`);
    return REGISTERS_SET;
  }
  const [rax = 0n, r11 = 0n, rcx = 0n, flags = 0n, rip = 0n, cs = 0n, rflags = 0n, rsp = 0n, ss = 0n] = frame;
  if ((cs & 3n) === 3n) {
    if (caller.userRoot === 0) {
      domain.crash(`vCPU ${caller.id}: iret to user mode without a root for it`);
      return REGISTERS_SET;
    }
    caller.toggleMode();
  }
  const { registers } = context;
  registers[Register.rax] = rax;
  if ((flags & BigInt(ContextFlag.IN_SYSCALL)) === 0n) {
    registers[Register.r11] = r11;
    registers[Register.rcx] = rcx;
  }
  registers[Register.rsp] = rsp;
  if (domain.hasAssist(Assist.architectural_iopl)) caller.iopl = Number((rflags & FLAG.iopl) >> 12n);
  context.rip = rip;
  context.rflags = (rflags & ~(FLAG.iopl | FLAG.virtual8086)) | FLAG.interrupt | 2n;
  caller.upcallMasked = (rflags & FLAG.interrupt) === 0n;
  caller.nmiBlocked = false;
  const codeSelector = Number(cs & 0xffffn) | 3;
  const stackSelector = Number(ss & 0xffffn) | 3;
  const code = codeSelector === Selector.code64 ? FLAT_KERNEL_CODE : codeSegment(caller, codeSelector);
  const stack = stackSelector === Selector.data ? FLAT_KERNEL_DATA : stackSegment(caller, stackSelector);
  // Where the CPU would have refused to return, the guest hears of it at the place it came to.
  context.writeSegment('cs', code ?? FLAT_KERNEL_CODE);
  context.writeSegment('ss', stack ?? FLAT_KERNEL_DATA);
  if (code === undefined) reflect(caller, GENERAL_PROTECTION, codeSelector & 0xfffc);
  else if (stack === undefined)
    reflect(caller, (stackSelector & 0xfffc) === 0 ? GENERAL_PROTECTION : STACK_FAULT, stackSelector & 0xfffc);
  else if (!isCanonical(fromBigint(rip))) reflect(caller, GENERAL_PROTECTION, 0);
  return REGISTERS_SET;
};
