// IRET in all directions (SDM vol. 2, IRET).
//
//   real mode           IP CS FLAGS
//   protected mode      EIP CS EFLAGS, and ESP SS if the ring becomes an outer one; NT: back to the calling task
//   to virtual-8086     EIP CS EFLAGS ESP SS ES DS FS GS, from ring 0, if the image has VM set; IA-32e mode ignores VM
//   in virtual-8086     IP CS FLAGS, with IOPL 3; else #GP(0)
//   64-bit mode         RIP CS RFLAGS RSP SS, always
import { longMode, protectedMode, virtual8086 } from '../descriptors';
import { readFlags, systemFlags, writeFlags } from '../flags';
import { checkTarget } from '../gates';
import { flagsChanged, unblockNmi } from '../interrupts';
import { setPrivilege, updateMode } from '../mode';
import { faulted, raiseGp } from '../raise';
import { checkReturnCode, checkReturnStack, returnWithStack } from '../returns';
import { installCode, setParagraph, setVirtualSegment } from '../segments';
import { commitPops, openPops, popFrame, setPointer } from '../stack';
import { cpl, Flag, is64, opSize, Seg, segmentLimit, setRip } from '../state';
import { returnTask } from '../task';

const ALWAYS: u64 = Flag.status | Flag.tf | Flag.df | Flag.nt;
const WIDE: u64 = Flag.rf | Flag.ac | Flag.id;

/** IF, and in virtual-8086 mode whatever touches it, is for ring 0 to IOPL. */
export function mayMask(): bool { return <u64>cpl() <= ((systemFlags() >> 12) & 3); }

/** Which flags an image popped at the present privilege may change. */
export function changeableFlags(size: usize): u64 {
  let mask = ALWAYS;
  if (size > 2) mask |= WIDE;
  const flags = readFlags();
  if (<u64>cpl() <= ((flags >> 12) & 3)) mask |= Flag.if_;
  if (cpl() == 0) mask |= size > 2 ? Flag.iopl | Flag.vif | Flag.vip : Flag.iopl;
  return mask;
}

function replaceFlags(image: u64, mask: u64): void {
  const before = readFlags();
  const now = (before & ~mask) | (image & mask);
  writeFlags(now);
  flagsChanged(before, now);
}

export function iret(): void {
  unblockNmi();
  const nested = (readFlags() & Flag.nt) != 0 && protectedMode();
  if (nested) {
    if (longMode()) raiseGp();
    else returnTask();
    return;
  }
  if (virtual8086() && !mayMask()) return raiseGp();
  const size = opSize();
  openPops();
  const target = popFrame(size);
  const selector = <u32>popFrame(size) & 0xffff;
  const image = popFrame(size);
  if (faulted()) return;
  if (!protectedMode()) return iretReal(target, selector, image);
  if (image & Flag.vm && size == 4 && cpl() == 0 && !longMode()) return iretToVirtual(target, selector, image);
  const mask = changeableFlags(size);
  const code = checkReturnCode(selector);
  if (faulted()) return;
  if (is64() || (selector & 3) != cpl()) iretWithStack(target, selector, code);
  else {
    checkTarget(code, target);
    if (faulted()) return;
    commitPops();
    installCode(selector, code, cpl());
    setRip(target);
  }
  if (!faulted()) replaceFlags(image, mask);
}

function iretWithStack(target: u64, selector: u32, code: u64): void {
  const pointer = popFrame(opSize());
  const stack = <u32>popFrame(opSize()) & 0xffff;
  checkReturnStack(stack, code, selector & 3);
  if (!faulted()) returnWithStack(selector, code, target, pointer);
}

/** The frame that an interrupt of virtual-8086 mode left; everything is read before anything changes. */
function iretToVirtual(target: u64, selector: u32, image: u64): void {
  const pointer = popFrame(4);
  const stack = <u32>popFrame(4) & 0xffff;
  const es = <u32>popFrame(4) & 0xffff;
  const ds = <u32>popFrame(4) & 0xffff;
  const fs = <u32>popFrame(4) & 0xffff;
  const gs = <u32>popFrame(4) & 0xffff;
  if (faulted()) return;
  if (target > 0xffff) return raiseGp();
  replaceFlags(image, changeableFlags(4) | Flag.vm);
  setVirtualSegment(Seg.cs, selector);
  setVirtualSegment(Seg.ss, stack);
  setVirtualSegment(Seg.es, es);
  setVirtualSegment(Seg.ds, ds);
  setVirtualSegment(Seg.fs, fs);
  setVirtualSegment(Seg.gs, gs);
  setPrivilege(3);
  updateMode();
  setPointer(pointer, 0xffff_ffff);
  setRip(target);
}

function iretReal(target: u64, selector: u32, image: u64): void {
  if (target > <u64>segmentLimit(Seg.cs)) return raiseGp();
  const mask = changeableFlags(opSize()) & ~(<u64>(Flag.vif | Flag.vip));
  commitPops();
  setParagraph(Seg.cs, selector);
  updateMode();
  setRip(target);
  replaceFlags(image, mask);
}
