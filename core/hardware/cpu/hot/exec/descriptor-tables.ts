// LGDT, LIDT, SGDT, SIDT, LLDT, LTR, SLDT, STR (SDM vol. 2; vol. 3, 2.4).
//
//   operand of the first four   limit (16 bits), then base: 64 bits in 64-bit mode, else 32, of which LxDT with a
//                               16-bit operand size loads 24
import {
  Attribute, attributesOf, baseOf, fetchDescriptor, fetchUpperHalf, isNull, isPresent, isSegment, limitOf, longMode, markDescriptor, protectedMode,
  raiseSelector, System, typeOf,
} from '../descriptors';
import { Offset } from '../gen/offsets';
import { probe, read16, read32, read64, write16, write32, write64 } from '../memory';
import { linear, readRm } from '../operands';
import { faulted, raiseGp, raiseUd, Vector } from '../raise';
import { setSegment } from '../segments';
import { canonical, cpl, cpu, is64, opSize, Seg, segmentSelector } from '../state';
import { hiddenFromUser, storeWord } from './control-registers';

/** The operand that was read last. */
let base: u64 = 0;
let limit: u32 = 0;

/** Reads the operand of LGDT and LIDT; false after a fault. */
function readTable(): bool {
  if (cpl() != 0) {
    raiseGp();
    return false;
  }
  const at = linear(is64() ? 10 : 6, false);
  limit = <u32>read16(at);
  base = is64() ? read64(at + 2) : read32(at + 2);
  if (!is64() && opSize() == 2) base &= 0xff_ffff;
  if (faulted()) return false;
  if (is64() && !canonical(base)) raiseGp();
  return !faulted();
}

export function lgdt(): void {
  if (!readTable()) return;
  store<u64>(cpu, base, Offset.gdtBase);
  store<u32>(cpu, limit, Offset.gdtLimit);
}

export function lidt(): void {
  if (!readTable()) return;
  store<u64>(cpu, base, Offset.idtBase);
  store<u32>(cpu, limit, Offset.idtLimit);
}

function storeTable(tableBase: u64, tableLimit: u32): void {
  if (hiddenFromUser()) return;
  const bytes: u32 = is64() ? 10 : 6;
  const at = linear(bytes, true);
  if (!probe(at, bytes, true)) return;
  write16(at, tableLimit);
  if (is64()) write64(at + 2, tableBase);
  else write32(at + 2, tableBase);
}

export function sgdt(): void { storeTable(load<u64>(cpu, Offset.gdtBase), load<u32>(cpu, Offset.gdtLimit)); }
export function sidt(): void { storeTable(load<u64>(cpu, Offset.idtBase), load<u32>(cpu, Offset.idtLimit)); }

export function sldt_Ev(): void { storeSelector(Seg.ldtr); }
export function str_Ev(): void { storeSelector(Seg.tr); }

function storeSelector(index: u32): void {
  if (!protectedMode()) raiseUd();
  else if (!hiddenFromUser()) storeWord(segmentSelector(index));
}

/** The selector operand of LLDT and LTR after the checks they share; -1 after a fault. */
function takeSelector(): i32 {
  if (!protectedMode()) raiseUd();
  else if (cpl() != 0) raiseGp();
  const selector = <i32>readRm(2);
  return faulted() ? -1 : selector;
}

/** Reads a system descriptor of the GDT; `base` and `limit` follow. */
function fetchSystem(selector: u32): u64 {
  if (selector & 4) {
    raiseSelector(Vector.gp, selector);
    return 0;
  }
  const descriptor = fetchDescriptor(selector, Vector.gp);
  if (faulted()) return 0;
  base = baseOf(descriptor);
  limit = limitOf(descriptor);
  return descriptor;
}

/** In IA-32e mode the base has an upper half and must be canonical. */
function widen(selector: u32): void {
  if (!longMode() || faulted()) return;
  base |= fetchUpperHalf(selector);
  if (!faulted() && !canonical(base)) raiseSelector(Vector.gp, selector);
}

export function lldt_Ew(): void {
  const selector = takeSelector();
  if (selector < 0) return;
  if (isNull(selector)) return setSegment(Seg.ldtr, selector, 0, 0, Attribute.unusable);
  const descriptor = fetchSystem(selector);
  if (faulted()) return;
  if (isSegment(descriptor) || typeOf(descriptor) != System.ldt) raiseSelector(Vector.gp, selector);
  else if (!isPresent(descriptor)) raiseSelector(Vector.np, selector);
  widen(selector);
  if (!faulted()) setSegment(Seg.ldtr, selector, base, limit, attributesOf(descriptor));
}

export function ltr_Ew(): void {
  const selector = takeSelector();
  if (selector < 0) return;
  if (isNull(selector)) return raiseGp();
  const descriptor = fetchSystem(selector);
  if (faulted()) return;
  const type = typeOf(descriptor);
  const available = type == System.tss || (type == System.tss16 && !longMode());
  if (isSegment(descriptor) || !available) raiseSelector(Vector.gp, selector);
  else if (!isPresent(descriptor)) raiseSelector(Vector.np, selector);
  widen(selector);
  if (!faulted()) markDescriptor(selector, descriptor, 2);
  if (!faulted()) setSegment(Seg.tr, selector, base, limit, attributesOf(descriptor) | 2);
}
