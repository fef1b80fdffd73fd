// LAR, LSL, VERR, VERW, ARPL: asking about a selector without loading it (SDM vol. 3, 5.10). The answer is ZF.
import {
  Attribute, dplOf, fetchDescriptor, hasDescriptor, isCode, isConforming, isSegment, limitOf, longMode, protectedMode, System, typeOf,
} from '../descriptors';
import { setStatus } from '../flags';
import { readRegister, readRm, writeRegister, writeRm } from '../operands';
import { faulted, raiseUd, Vector } from '../raise';
import { cpl, Flag, opReg, opSize } from '../state';

/** System types that LAR and LSL know, one bit for each; IA-32e mode knows fewer (SDM vol. 2, tables of LAR and LSL). */
const LAR_LEGACY: u32 = (1 << System.tss16) | (1 << System.ldt) | (1 << System.busyTss16) | (1 << System.callGate16) | (1 << System.taskGate)
  | (1 << System.tss) | (1 << System.busyTss) | (1 << System.callGate);
const LAR_LONG: u32 = (1 << System.ldt) | (1 << System.tss) | (1 << System.busyTss) | (1 << System.callGate);
const LSL_LEGACY: u32 = (1 << System.tss16) | (1 << System.ldt) | (1 << System.busyTss16) | (1 << System.tss) | (1 << System.busyTss);
const LSL_LONG: u32 = (1 << System.ldt) | (1 << System.tss) | (1 << System.busyTss);

@inline function answer(yes: bool): void { setStatus(Flag.zf, yes ? Flag.zf : 0); }

/** The descriptor asked about. */
let descriptor: u64 = 0;

/** Reads it; false if the table has none, or after a fault. */
function find(selector: u32): bool {
  if (!hasDescriptor(selector, 8)) return false;
  descriptor = fetchDescriptor(selector, Vector.gp);
  if (faulted()) return false;
  // The 16-byte system descriptors of IA-32e mode must fit as a whole.
  return isSegment(descriptor) || !longMode() || hasDescriptor(selector, 16);
}

/** Conforming code can be seen from everywhere, anything else from its own ring and inner ones. */
function visible(selector: u32): bool {
  return (isCode(descriptor) && isConforming(descriptor)) || max(cpl(), selector & 3) <= dplOf(descriptor);
}

@inline function known(types: u32): bool { return isSegment(descriptor) || (types & (1 << typeOf(descriptor))) != 0; }

/** Selector operand; -1 after a fault. */
function takeSelector(): i32 {
  if (!protectedMode()) raiseUd();
  const selector = <i32>readRm(2);
  return faulted() ? -1 : selector;
}

export function lar_Gv_Ew(): void {
  const selector = takeSelector();
  if (selector < 0) return;
  const good = find(selector) && known(longMode() ? LAR_LONG : LAR_LEGACY) && visible(selector);
  if (faulted()) return;
  if (good) writeRegister(opReg(), opSize(), (descriptor >> 32) & (opSize() == 2 ? 0xff00 : 0x00f0_ff00));
  answer(good);
}

export function lsl_Gv_Ew(): void {
  const selector = takeSelector();
  if (selector < 0) return;
  const good = find(selector) && known(longMode() ? LSL_LONG : LSL_LEGACY) && visible(selector);
  if (faulted()) return;
  if (good) writeRegister(opReg(), opSize(), limitOf(descriptor));
  answer(good);
}

export function verr_Ew(): void {
  const selector = takeSelector();
  if (selector < 0) return;
  const good = find(selector) && isSegment(descriptor) && visible(selector)
    && (!isCode(descriptor) || (typeOf(descriptor) & Attribute.readable) != 0);
  if (!faulted()) answer(good);
}

export function verw_Ew(): void {
  const selector = takeSelector();
  if (selector < 0) return;
  const good = find(selector) && isSegment(descriptor) && visible(selector) && !isCode(descriptor)
    && (typeOf(descriptor) & Attribute.writable) != 0;
  if (!faulted()) answer(good);
}

/** Raises the RPL of the first selector to that of the second. */
export function arpl_Ew_Gw(): void {
  if (!protectedMode()) return raiseUd();
  const selector = <u32>readRm(2);
  const level = <u32>readRegister(opReg(), 2) & 3;
  if (faulted()) return;
  const lower = (selector & 3) < level;
  if (lower) writeRm(2, (selector & ~3) | level);
  if (!faulted()) answer(lower);
}
