// IRET in all directions (SDM vol. 2, IRET).
//
//   real mode           IP CS FLAGS
//   protected mode      EIP CS EFLAGS, and ESP SS if the ring becomes an outer one; NT: back to the calling task
//   64-bit mode         RIP CS RFLAGS RSP SS, always
// Virtual-8086 mode is not offered: an image with VM set raises #GP(0). IA-32e mode ignores VM.
import { longMode, protectedMode } from '../descriptors';
import { readFlags, writeFlags } from '../flags';
import { checkTarget } from '../gates';
import { flagsChanged, unblockNmi } from '../interrupts';
import { updateMode } from '../mode';
import { faulted, raiseGp } from '../raise';
import { checkReturnCode, checkReturnStack, returnWithStack } from '../returns';
import { installCode, setRealSegment } from '../segments';
import { commitPops, openPops, popFrame } from '../stack';
import { cpl, Flag, is64, opSize, Seg, segmentLimit, setRip } from '../state';
import { returnTask } from '../task';

const ALWAYS: u64 = Flag.status | Flag.tf | Flag.df | Flag.nt;
const WIDE: u64 = Flag.rf | Flag.ac | Flag.id;

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
  const size = opSize();
  openPops();
  const target = popFrame(size);
  const selector = <u32>popFrame(size) & 0xffff;
  const image = popFrame(size);
  if (faulted()) return;
  if (!protectedMode()) return iretReal(target, selector, image);
  if (image & Flag.vm && size == 4 && cpl() == 0 && !longMode()) return raiseGp();
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

function iretReal(target: u64, selector: u32, image: u64): void {
  if (target > <u64>segmentLimit(Seg.cs)) return raiseGp();
  const mask = changeableFlags(opSize()) & ~(<u64>(Flag.vif | Flag.vip));
  commitPops();
  setRealSegment(Seg.cs, selector);
  updateMode();
  setRip(target);
  replaceFlags(image, mask);
}
