// What RET and IRET share: checks of the code and stack segments they return to (SDM vol. 2, RET and IRET; vol. 3, 5.8.6).
import { dplOf, isConforming, isLong, isNull, longMode, raiseSelector } from './descriptors';
import { checkTarget } from './gates';
import { faulted, raiseError, Vector } from './raise';
import { checkCodePresent, checkStack, fetchCode, forgetInnerSegments, installCode, setFromDescriptor, setNullStack, stackMask } from './segments';
import { setPointer } from './stack';
import { cpl, Seg, setRip } from './state';

/** The stack segment of a return: its descriptor, or 0 for a null selector that is allowed. */
let stack: u64 = 0;
let stackSelector: u32 = 0;

/** Code segment to return to: not of an inner ring, and DPL must fit the RPL of the selector. */
export function checkReturnCode(selector: u32): u64 {
  if (faulted()) return 0;
  const code = fetchCode(selector);
  if (faulted()) return 0;
  const level = selector & 3;
  const fits = isConforming(code) ? dplOf(code) <= level : dplOf(code) == level;
  if (level < cpl() || !fits) raiseSelector(Vector.gp, selector);
  else checkCodePresent(selector, code);
  return code;
}

/** Stack segment that comes with the code segment: null is good for 64-bit code below ring 3 only. */
export function checkReturnStack(selector: u32, code: u64, level: u32): void {
  if (faulted()) return;
  stackSelector = selector;
  stack = 0;
  if (!isNull(selector)) stack = checkStack(selector, level, Vector.gp);
  else if (!longMode() || !isLong(code) || level == 3) raiseError(Vector.gp, 0);
}

/** The last step: code, stack and pointer of the return change together; `checkReturnStack` has passed. */
export function returnWithStack(selector: u32, code: u64, offset: u64, pointer: u64): void {
  checkTarget(code, offset);
  if (faulted()) return;
  const level = selector & 3;
  const outer = level != cpl();
  installCode(selector, code, level);
  if (stack) setFromDescriptor(Seg.ss, stackSelector, stack);
  else setNullStack(stackSelector, level);
  setPointer(pointer, stackMask());
  if (outer) forgetInnerSegments();
  setRip(offset);
}
