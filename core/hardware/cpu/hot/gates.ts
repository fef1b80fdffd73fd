// Call gates: from the gate to a checked code segment and offset, for JMP and CALL (SDM vol. 3, 5.8.3).
//
//   legacy gate   63-48 offset 31-16 | 47 P 46-45 DPL 43-40 type | 36-32 parameters | 31-16 selector | 15-0 offset 15-0
//   64-bit gate   the same without parameters, then 32 bits of offset 63-32 and 32 bits whose type field is 0
import {
  Attribute, attributesOf, baseOf, dplOf, fetchUpperHalf, gateOffset, gateSelector, isBig, isConforming, isLong, isPresent, limitOf, longMode,
  raiseSelector, System, typeOf,
} from './descriptors';
import { faulted, raiseGp, Vector } from './raise';
import { checkCodePresent, checkStack, fetchCode, installCode, setFromDescriptor, setNullStack } from './segments';
import {
  checkRoom, commitFrame, innerStack, innerStack64, innerStackSelector, openCurrent, openLegacy, openLong, peekStack, pushFrame, wideTask,
} from './stack';
import { canonical, cpl, gpr64, rip, Seg, segmentSelector, setRip } from './state';

const RSP: u32 = 4;

/** The gate under way: where it leads. */
let selector: u32 = 0;
let code: u64 = 0;
let target: u64 = 0;

/** The new instruction pointer must lie in the segment, or be canonical in 64-bit code; else #GP(0). */
export function checkTarget(descriptor: u64, offset: u64): void {
  const good = longMode() && isLong(descriptor) ? canonical(offset) : offset <= <u64>limitOf(descriptor);
  if (!good) raiseGp();
}

/** Reads gate and code segment; true if all checks that JMP and CALL share have passed. */
function openGate(gateSelectorUsed: u32, gate: u64): bool {
  if (dplOf(gate) < max(cpl(), gateSelectorUsed & 3)) raiseSelector(Vector.gp, gateSelectorUsed);
  else if (!isPresent(gate)) raiseSelector(Vector.np, gateSelectorUsed);
  if (faulted()) return false;
  const upper = longMode() ? fetchUpperHalf(gateSelectorUsed) : 0;
  if (faulted()) return false;
  selector = gateSelector(gate);
  target = (typeOf(gate) == System.callGate ? gateOffset(gate) : gateOffset(gate) & 0xffff) | upper;
  code = fetchCode(selector);
  if (faulted()) return false;
  // In IA-32e mode a gate leads to 64-bit code only.
  if (longMode() && (!isLong(code) || isBig(code))) raiseSelector(Vector.gp, selector);
  return !faulted();
}

/** JMP through a gate never changes the privilege level. */
export function jumpGate(gateSelectorUsed: u32, gate: u64): void {
  if (!openGate(gateSelectorUsed, gate)) return;
  if (isConforming(code) ? dplOf(code) > cpl() : dplOf(code) != cpl()) raiseSelector(Vector.gp, selector);
  checkCodePresent(selector, code);
  checkTarget(code, target);
  if (faulted()) return;
  installCode(selector, code, cpl());
  setRip(target);
}

export function callGate(gateSelectorUsed: u32, gate: u64): void {
  if (!openGate(gateSelectorUsed, gate)) return;
  if (dplOf(code) > cpl()) raiseSelector(Vector.gp, selector);
  checkCodePresent(selector, code);
  if (faulted()) return;
  const size: u32 = longMode() ? 8 : typeOf(gate) == System.callGate ? 4 : 2;
  if (isConforming(code) || dplOf(code) == cpl()) callSame(size);
  else if (longMode()) callInnerLong();
  else callInner(size, <u32>(gate >> 32) & 31);
}

function callSame(size: u32): void {
  if (size == 8) openLong(gpr64(RSP), cpl());
  else openCurrent(false);
  if (!checkRoom(2, size)) return;
  finishCall(size, cpl());
}

/** 64-bit: SS becomes null, the frame is SS RSP CS RIP; there are no parameters and no alignment. */
function callInnerLong(): void {
  const level = dplOf(code);
  const top = innerStack64(level);
  if (faulted()) return;
  openLong(top, level);
  if (!checkRoom(4, 8)) return;
  pushFrame(segmentSelector(Seg.ss), 8);
  pushFrame(gpr64(RSP), 8);
  if (finishCall(8, level)) setNullStack(level, level);
}

function callInner(size: u32, parameters: u32): void {
  const level = dplOf(code);
  const wide = wideTask();
  const top = innerStack(level, wide);
  const stackSelector = innerStackSelector(level, wide);
  if (faulted()) return;
  const stack = checkStack(stackSelector, level, Vector.ts);
  if (faulted()) return;
  openLegacy(stackSelector, baseOf(stack), limitOf(stack), attributesOf(stack) | Attribute.accessed, top);
  if (!checkRoom(4 + parameters, size)) return;
  pushFrame(segmentSelector(Seg.ss), size);
  pushFrame(gpr64(RSP), size);
  for (let i = <i32>parameters - 1; i >= 0; i--) pushFrame(peekStack(<u32>i * size, size), size);
  if (finishCall(size, level)) setFromDescriptor(Seg.ss, stackSelector, stack);
}

/** Pushes the return address and goes; false after a fault. */
function finishCall(size: u32, level: u32): bool {
  checkTarget(code, target);
  pushFrame(segmentSelector(Seg.cs), size);
  pushFrame(rip(), size);
  if (faulted()) return false;
  installCode(selector, code, level);
  commitFrame();
  setRip(target);
  return true;
}
