/** vcpu_guest_context: the whole state of a vCPU as a guest, a toolstack or a save file gives it. */
import { Errno } from '../../../abi/xen/errno.table.ts';
import { ContextFlag, GuestContext, UserRegs } from '../../../abi/xen/vcpu.table.ts';
import { FrameType } from '../../common/frames.ts';
import { FLAG } from './bounce.ts';
import { setDebugRegister } from './debug-registers.ts';
import { setGdt, setLdt } from './descriptor-tables.ts';
import { fromBigint, isCanonical } from './entry.ts';
import { setCr4, setTaskSwitched } from './privileged.ts';
import { codeSegment, dataSegment, FLAT_KERNEL_CODE, FLAT_KERNEL_DATA, stackSegment } from './segments.ts';
import type { PvVcpu } from './vcpu.ts';

/** Canonical values or the context is refused: RIP of handlers, callbacks, bases. */
const ADDRESSES = [
  GuestContext.eventCallback,
  GuestContext.failsafeCallback,
  GuestContext.syscallCallback,
  GuestContext.fsBase,
  GuestContext.gsBaseKernel,
  GuestContext.gsBaseUser,
  GuestContext.kernelSp,
];

/** Sets a vCPU up that was never run. @returns 0 or a negative error, and then it is as it was */
export const loadGuestContext = (vcpu: PvVcpu, bytes: Uint8Array): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u64 = (at: number): bigint => view.getBigUint64(at, true);
  if (ADDRESSES.some((at) => !isCanonical(fromBigint(u64(at))))) return -Errno.EINVAL;
  for (let vector = 0; vector < 256; vector++) {
    if (!isCanonical(fromBigint(u64(GuestContext.trapTable + vector * 16 + 8)))) return -Errno.EINVAL;
  }
  const entries = view.getUint32(GuestContext.gdtEntries, true);
  if (entries > 8192) return -Errno.EINVAL;
  const frames = Array.from({ length: Math.ceil(entries / 512) }, (_, index) => Number(u64(GuestContext.gdtFrames + index * 8)));
  const { domain } = vcpu;
  const { types } = domain.xen;
  const root = Number((u64(GuestContext.ctrlreg + 3 * 8) >> 12n) & 0xf_ffff_ffffn);
  const userRoot = Number((u64(GuestContext.ctrlreg + 8) >> 12n) & 0xf_ffff_ffffn);
  const gdt = setGdt(vcpu, frames, entries);
  if (gdt !== 0) return gdt;
  if (types.takeTyped(domain, root, FrameType.l4) !== 0) {
    setGdt(vcpu, [], 0);
    return -Errno.EINVAL;
  }
  if (userRoot !== 0 && types.takeTyped(domain, userRoot, FrameType.l4) !== 0) {
    types.putTyped(domain, root);
    setGdt(vcpu, [], 0);
    return -Errno.EINVAL;
  }
  loadTables(vcpu, view);
  vcpu.kernelRootChanged(root);
  vcpu.setUserRoot(userRoot);
  loadRegisters(vcpu, view);
  setLdt(vcpu, u64(GuestContext.ldtBase), view.getUint32(GuestContext.ldtEntries, true));
  if ((u64(GuestContext.flags) & BigInt(ContextFlag.I387_VALID)) !== 0n) vcpu.context.loadFloat(bytes.slice(0, 512));
  vcpu.initialised = true;
  return 0;
};

const loadTables = (vcpu: PvVcpu, view: DataView): void => {
  for (let vector = 0; vector < 256; vector++) {
    const at = GuestContext.trapTable + vector * 16;
    vcpu.trapFlags[vector] = view.getUint8(at + 1);
    vcpu.trapCs[vector] = view.getUint16(at + 2, true);
    vcpu.trapAddress[vector] = view.getBigUint64(at + 8, true);
  }
  const flags = Number(view.getBigUint64(GuestContext.flags, true) & 0xffffn);
  vcpu.eventCallback.address = view.getBigUint64(GuestContext.eventCallback, true);
  vcpu.eventCallback.masksEvents = true;
  vcpu.failsafeCallback.address = view.getBigUint64(GuestContext.failsafeCallback, true);
  vcpu.failsafeCallback.masksEvents = (flags & ContextFlag.FAILSAFE_DISABLES_EVENTS) !== 0;
  vcpu.syscallCallback.address = view.getBigUint64(GuestContext.syscallCallback, true);
  vcpu.syscallCallback.masksEvents = (flags & ContextFlag.SYSCALL_DISABLES_EVENTS) !== 0;
  vcpu.kernelSs = Number(view.getBigUint64(GuestContext.kernelSs, true) & 0xffffn);
  vcpu.kernelSp = view.getBigUint64(GuestContext.kernelSp, true);
  for (let index = 0; index < 8; index++)
    setDebugRegister(vcpu, index, view.getBigUint64(GuestContext.debugreg + index * 8, true));
};

const loadRegisters = (vcpu: PvVcpu, view: DataView): void => {
  const { context } = vcpu;
  const regs = GuestContext.userRegs;
  const u64 = (at: number): bigint => view.getBigUint64(at, true);
  for (const [index, at] of UserRegs.GENERAL.entries()) context.registers[index] = u64(regs + at);
  context.rip = u64(regs + UserRegs.rip);
  const rflags = u64(regs + UserRegs.rflags);
  vcpu.iopl = Number((rflags >> 12n) & 3n);
  context.rflags = (rflags & 0x3f_7fd5n & ~(FLAG.iopl | FLAG.virtual8086)) | FLAG.interrupt | 2n;
  setTaskSwitched(vcpu, (u64(GuestContext.ctrlreg) & 8n) !== 0n);
  setCr4(vcpu, u64(GuestContext.ctrlreg + 4 * 8));
  const selector = (at: number): number => view.getUint16(regs + at, true);
  context.writeSegment('cs', codeSegment(vcpu, selector(UserRegs.cs) | 3) ?? FLAT_KERNEL_CODE);
  context.writeSegment('ss', stackSegment(vcpu, selector(UserRegs.ss) | 3) ?? FLAT_KERNEL_DATA);
  for (const name of ['ds', 'es', 'fs', 'gs'] as const) context.writeSegment(name, dataSegment(vcpu, selector(UserRegs[name])));
  vcpu.setSegmentBase('fs', u64(GuestContext.fsBase));
  const inKernel = (u64(GuestContext.flags) & BigInt(ContextFlag.IN_KERNEL)) !== 0n;
  vcpu.setSegmentBase('gs', u64(GuestContext.gsBaseKernel));
  vcpu.otherGsBase = u64(GuestContext.gsBaseUser);
  if (!inKernel && vcpu.userRoot !== 0) vcpu.toggleMode();
};

/** The opposite of {@link loadGuestContext}: what a toolstack saves of a vCPU that does not run. */
export const storeGuestContext = (vcpu: PvVcpu): Uint8Array => {
  const bytes = new Uint8Array(GuestContext.SIZE);
  const view = new DataView(bytes.buffer);
  const { context } = vcpu;
  const set = (at: number, value: bigint): void => view.setBigUint64(at, value, true);
  context.saveFloat(bytes.subarray(0, 512));
  const flags =
    ContextFlag.I387_VALID |
    (vcpu.kernelMode ? ContextFlag.IN_KERNEL : 0) |
    (vcpu.failsafeCallback.masksEvents ? ContextFlag.FAILSAFE_DISABLES_EVENTS : 0) |
    (vcpu.syscallCallback.masksEvents ? ContextFlag.SYSCALL_DISABLES_EVENTS : 0) |
    (vcpu.online ? ContextFlag.ONLINE : 0);
  set(GuestContext.flags, BigInt(flags));
  const regs = GuestContext.userRegs;
  for (const [index, at] of UserRegs.GENERAL.entries()) set(regs + at, context.registers[index] ?? 0n);
  set(regs + UserRegs.rip, context.rip);
  set(regs + UserRegs.rflags, (context.rflags & ~FLAG.iopl) | (BigInt(vcpu.iopl) << 12n));
  const kernel = vcpu.kernelMode ? 0xfffc : 0xffff;
  view.setUint16(regs + UserRegs.cs, context.readSegment('cs').selector & kernel, true);
  for (const name of ['ss', 'ds', 'es', 'fs', 'gs'] as const)
    view.setUint16(regs + UserRegs[name], context.readSegment(name).selector, true);
  storeTables(vcpu, view);
  set(GuestContext.fsBase, context.readSegment('fs').base);
  const gs = context.readSegment('gs').base;
  set(GuestContext.gsBaseKernel, vcpu.kernelMode ? gs : vcpu.otherGsBase);
  set(GuestContext.gsBaseUser, vcpu.kernelMode ? vcpu.otherGsBase : gs);
  return bytes;
};

const storeTables = (vcpu: PvVcpu, view: DataView): void => {
  const set = (at: number, value: bigint): void => view.setBigUint64(at, value, true);
  for (let vector = 0; vector < 256; vector++) {
    const at = GuestContext.trapTable + vector * 16;
    view.setUint8(at, vector);
    view.setUint8(at + 1, vcpu.trapFlags[vector] ?? 0);
    view.setUint16(at + 2, vcpu.trapCs[vector] ?? 0, true);
    set(at + 8, vcpu.trapAddress[vector] ?? 0n);
  }
  set(GuestContext.ldtBase, vcpu.ldtBase);
  set(GuestContext.ldtEntries, BigInt(vcpu.ldtEntries));
  for (const [index, frame] of vcpu.gdtFrames.entries()) set(GuestContext.gdtFrames + index * 8, BigInt(frame));
  set(GuestContext.gdtEntries, BigInt(vcpu.gdtEntries));
  set(GuestContext.kernelSs, BigInt(vcpu.kernelSs));
  set(GuestContext.kernelSp, vcpu.kernelSp);
  set(GuestContext.ctrlreg, vcpu.taskSwitched ? 8n : 0n);
  set(GuestContext.ctrlreg + 8, BigInt(vcpu.userRoot) << 12n);
  set(GuestContext.ctrlreg + 3 * 8, BigInt(vcpu.kernelRoot) << 12n);
  set(GuestContext.ctrlreg + 4 * 8, vcpu.cr4);
  const names = ['dr0', 'dr1', 'dr2', 'dr3', undefined, undefined, 'dr6', 'dr7'] as const;
  for (const [index, name] of names.entries())
    if (name !== undefined) set(GuestContext.debugreg + index * 8, vcpu.context.readSystem(name));
  set(GuestContext.vmAssist, vcpu.domain.assistBits);
  set(GuestContext.eventCallback, vcpu.eventCallback.address);
  set(GuestContext.failsafeCallback, vcpu.failsafeCallback.address);
  set(GuestContext.syscallCallback, vcpu.syscallCallback.address);
};
