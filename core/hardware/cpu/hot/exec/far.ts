// Far JMP, CALL and RET: to code segments, through call gates, and to tasks (SDM vol. 2, JMP, CALL, RET; vol. 3, 5.8).
import { dplOf, fetchDescriptor, isCode, isConforming, isNull, isSegment, longMode, protectedMode, raiseSelector, System, typeOf } from '../descriptors';
import { callGate, checkTarget, jumpGate } from '../gates';
import { read16, read32, read64 } from '../memory';
import { updateMode } from '../mode';
import { linear } from '../operands';
import { faulted, raiseGp, Vector } from '../raise';
import { checkReturnCode, checkReturnStack, returnWithStack } from '../returns';
import { checkCodePresent, installCode, setParagraph } from '../segments';
import { checkRoom, commitFrame, commitPops, openCurrent, openPops, popFrame, pushFrame, skipPops } from '../stack';
import { cpl, is64, opImmediate, opSize, rip, Seg, segmentLimit, segmentSelector, setRip } from '../state';
import { switchTask, TaskSource } from '../task';

/** The far pointer under way. */
let selector: u32 = 0;
let offset: u64 = 0;

function takeImmediate(): void {
  const pointer = <u64>opImmediate();
  selector = <u32>(pointer >> 32) & 0xffff;
  offset = opSize() == 2 ? pointer & 0xffff : pointer & 0xffff_ffff;
}

/** m16:16, m16:32, m16:64: the offset comes first. False after a fault. */
export function readFarPointer(): bool {
  const size = opSize();
  const at = linear(size + 2, false);
  offset = size == 8 ? read64(at) : size == 4 ? read32(at) : read16(at);
  selector = <u32>read16(at + size);
  return !faulted();
}
@inline export function farSelector(): u32 { return selector; }
@inline export function farOffset(): u64 { return offset; }

export function jmp_Ap(): void {
  takeImmediate();
  jump();
}
export function jmp_Mp(): void { if (readFarPointer()) jump(); }
export function call_Ap(): void {
  takeImmediate();
  call();
}
export function call_Mp(): void { if (readFarPointer()) call(); }

/** Real and virtual-8086 mode: the offset must lie within the limit that CS happens to have. */
function goReal(): void {
  if (offset > <u64>segmentLimit(Seg.cs)) return raiseGp();
  setParagraph(Seg.cs, selector);
  updateMode();
  setRip(offset);
}

/** Descriptor of the selector under way; check `faulted()`. */
function fetchTarget(): u64 {
  if (isNull(selector)) {
    raiseGp();
    return 0;
  }
  const descriptor = fetchDescriptor(selector, Vector.gp);
  if (!faulted() && isSegment(descriptor) && !isCode(descriptor)) raiseSelector(Vector.gp, selector);
  return descriptor;
}

/** A direct transfer stays at its level: conforming code may belong to an inner ring, other code to the same only. */
function checkDirect(code: u64): void {
  const reachable = isConforming(code) ? dplOf(code) <= cpl() : dplOf(code) == cpl() && (selector & 3) <= cpl();
  if (!reachable) raiseSelector(Vector.gp, selector);
  else checkCodePresent(selector, code);
}

function jump(): void {
  if (!protectedMode()) return goReal();
  const descriptor = fetchTarget();
  if (faulted()) return;
  if (!isSegment(descriptor)) return enterSystem(descriptor, TaskSource.jump);
  checkDirect(descriptor);
  checkTarget(descriptor, offset);
  if (faulted()) return;
  installCode(selector, descriptor, cpl());
  setRip(offset);
}

function call(): void {
  if (!protectedMode()) return callReal();
  const descriptor = fetchTarget();
  if (faulted()) return;
  if (!isSegment(descriptor)) return enterSystem(descriptor, TaskSource.call);
  checkDirect(descriptor);
  if (faulted()) return;
  openCurrent(is64());
  if (!checkRoom(2, opSize())) return;
  checkTarget(descriptor, offset);
  pushFrame(segmentSelector(Seg.cs), opSize());
  pushFrame(rip(), opSize());
  if (faulted()) return;
  commitFrame();
  installCode(selector, descriptor, cpl());
  setRip(offset);
}

function callReal(): void {
  openCurrent(false);
  if (!checkRoom(2, opSize())) return;
  if (offset > <u64>segmentLimit(Seg.cs)) return raiseGp();
  pushFrame(segmentSelector(Seg.cs), opSize());
  pushFrame(rip(), opSize());
  if (faulted()) return;
  commitFrame();
  goReal();
}

/** Gates and tasks; IA-32e mode knows the 64-bit call gate only. */
function enterSystem(descriptor: u64, source: u32): void {
  const type = typeOf(descriptor);
  if (type == System.callGate || (type == System.callGate16 && !longMode())) {
    if (source == TaskSource.jump) jumpGate(selector, descriptor);
    else callGate(selector, descriptor);
  } else if (longMode() || (type != System.taskGate && (type & 7) != System.tss16)) raiseSelector(Vector.gp, selector);
  else switchTask(selector, descriptor, source);
}

export function retf(): void { returnFar(0); }
export function retf_Iw(): void { returnFar(<u64>opImmediate() & 0xffff); }

/** @param release bytes of parameters to drop, from both stacks if the ring changes */
function returnFar(release: u64): void {
  const size = opSize();
  openPops();
  const target = popFrame(size);
  const code = <u32>popFrame(size) & 0xffff;
  skipPops(release);
  if (faulted()) return;
  if (!protectedMode()) return returnReal(code, target);
  const descriptor = checkReturnCode(code);
  if (faulted()) return;
  if ((code & 3) != cpl()) return returnOuter(code, descriptor, target, release);
  checkTarget(descriptor, target);
  if (faulted()) return;
  commitPops();
  installCode(code, descriptor, cpl());
  setRip(target);
}

function returnReal(code: u32, target: u64): void {
  if (target > <u64>segmentLimit(Seg.cs)) return raiseGp();
  commitPops();
  setParagraph(Seg.cs, code);
  updateMode();
  setRip(target);
}

function returnOuter(code: u32, descriptor: u64, target: u64, release: u64): void {
  const pointer = popFrame(opSize());
  const stack = <u32>popFrame(opSize()) & 0xffff;
  checkReturnStack(stack, descriptor, code & 3);
  if (!faulted()) returnWithStack(code, descriptor, target, pointer + release);
}
