// Task switches of protected mode: by JMP or CALL to a TSS or task gate, by an interrupt through a task gate, by IRET with NT.
//
// SDM vol. 3, chapter 7. IA-32e mode has none.
//                          JMP            CALL, interrupt           IRET
//   old TSS busy           cleared        left set                  cleared
//   new TSS busy           set            set                       was set already
//   NT of the new task     as in its TSS  set                       as in its TSS
//   NT saved for the old   as it is       as it is                  cleared
//   link in the new TSS    -              selector of the old TSS   -
// Up to the commit a fault belongs to the old task, afterwards to the new one.
import { debugRegister, Dr6, setDebugRegister } from './debug';
import { deliverException } from './deliver';
import {
  Attribute, attributesOf, baseOf, clearBusy, dplOf, fetchDescriptor, gateSelector, isCode, isConforming, isNull, isPresent, isSegment, limitOf,
  markDescriptor, raiseSelector, System, typeOf, virtual8086,
} from './descriptors';
import { readFlags, writeFlags } from './flags';
import { Offset } from './gen/offsets';
import { readSystem16, readSystem32, writeSystem16, writeSystem32 } from './memory';
import { setPrivilege, updateMode, writeCr3 } from './mode';
import { faulted, raiseError, raiseGp, Vector } from './raise';
import { checkCodePresent, checkStack, installCode, loadData, setFromDescriptor, setSegment, setVirtualSegment } from './segments';
import { checkRoom, commitFrame, openCurrent, pushFrame } from './stack';
import {
  cpl, cpu, Cr0, cr0, Flag, gpr32, rip, Seg, segmentBase, segmentLimit, segmentSelector, setGpr16, setGpr32, setInstructionRip, setRip,
} from './state';

export const enum TaskSource { jump = 0, call = 1, interrupt = 2, back = 3 }

/** Offsets in the 32-bit and the 16-bit TSS (SDM vol. 3, figures 7-2 and 7-10). */
const enum Tss { link = 0, cr3 = 28, eip = 32, flags = 36, registers = 40, selectors = 72, ldt = 96, trap = 100, last = 103 }
const enum Tss16 { ip = 14, flags = 16, registers = 18, selectors = 34, ldt = 42, last = 43 }

/** The new TSS as it was read: nothing may fault for it after the commit. */
const IMAGE: usize = memory.data(128, 8);
/** The switch under way. */
let source: u32 = 0;

/** JMP or CALL to a TSS descriptor or a task gate. */
export function switchTask(selector: u32, descriptor: u64, by: u32): void {
  if (dplOf(descriptor) < max(cpl(), selector & 3)) return raiseSelector(Vector.gp, selector);
  if (typeOf(descriptor) != System.taskGate) return enterAvailable(selector, descriptor, by, Vector.gp);
  if (!isPresent(descriptor)) return raiseSelector(Vector.np, selector);
  const task = gateSelector(descriptor);
  const found = fetchTask(task, Vector.gp);
  if (!faulted()) enterAvailable(task, found, by, Vector.gp);
}

/** An interrupt or exception through a task gate of the IDT; its error code goes onto the stack of the new task. */
export function enterTask(selector: u32, by: u32, pushes: bool, error: u32): void {
  const found = fetchTask(selector, Vector.gp);
  if (faulted()) return;
  const wide = (typeOf(found) & 8) != 0;
  enterAvailable(selector, found, by, Vector.gp);
  if (faulted() || !pushes) return;
  openCurrent(false);
  if (!checkRoom(1, wide ? 4 : 2)) return;
  pushFrame(error, wide ? 4 : 2);
  if (!faulted()) commitFrame();
}

/** IRET with NT set: back along the link of the current TSS. */
export function returnTask(): void {
  const selector = <u32>readSystem16(segmentBase(Seg.tr));
  if (faulted()) return;
  const found = fetchTask(selector, Vector.ts);
  if (faulted()) return;
  if (isSegment(found) || (typeOf(found) & 7) != System.busyTss16) raiseSelector(Vector.ts, selector);
  else if (!isPresent(found)) raiseSelector(Vector.np, selector);
  else change(selector, found, TaskSource.back);
}

/** A TSS descriptor is in the GDT only. */
function fetchTask(selector: u32, vector: u32): u64 {
  if (!(selector & 4) && !isNull(selector)) return fetchDescriptor(selector, vector);
  raiseSelector(vector, selector);
  return 0;
}

function enterAvailable(selector: u32, descriptor: u64, by: u32, vector: u32): void {
  if (isSegment(descriptor) || (typeOf(descriptor) & 7) != System.tss16) raiseSelector(vector, selector);
  else if (!isPresent(descriptor)) raiseSelector(Vector.np, selector);
  else change(selector, descriptor, by);
}

function change(selector: u32, descriptor: u64, by: u32): void {
  const wide = (typeOf(descriptor) & 8) != 0;
  const last: u32 = wide ? Tss.last : Tss16.last;
  if (limitOf(descriptor) < last) return raiseSelector(Vector.ts, selector);
  source = by;
  const base = baseOf(descriptor);
  for (let at: u32 = 0; at < last; at += 4) store<u32>(IMAGE + at, <u32>readSystem32(base + at));
  saveTask();
  const old = segmentSelector(Seg.tr);
  if (by == TaskSource.call || by == TaskSource.interrupt) writeSystem16(base + Tss.link, old);
  if (faulted()) return;
  if (by == TaskSource.jump || by == TaskSource.back) clearBusy(old);
  if (by != TaskSource.back) markDescriptor(selector, descriptor, 2);
  if (faulted()) return;
  setSegment(Seg.tr, selector, base, limitOf(descriptor), attributesOf(descriptor) | 2);
  loadTask(wide);
}

/** Writes the registers of the old task into its TSS; whatever was written before a fault is written again later. */
function saveTask(): void {
  const base = segmentBase(Seg.tr);
  const flags = source == TaskSource.back ? readFlags() & ~(<u64>Flag.nt) : readFlags();
  if (segmentLimit(Seg.tr) >= <u32>Tss.last) {
    writeSystem32(base + Tss.eip, rip());
    writeSystem32(base + Tss.flags, flags);
    for (let i: u32 = 0; i < 8; i++) writeSystem32(base + Tss.registers + 4 * i, gpr32(i));
    for (let i: u32 = 0; i < 6; i++) writeSystem16(base + Tss.selectors + 4 * i, segmentSelector(i));
  } else if (segmentLimit(Seg.tr) >= <u32>Tss16.last) {
    writeSystem16(base + Tss16.ip, rip());
    writeSystem16(base + Tss16.flags, flags);
    for (let i: u32 = 0; i < 8; i++) writeSystem16(base + Tss16.registers + 2 * i, gpr32(i));
    for (let i: u32 = 0; i < 4; i++) writeSystem16(base + Tss16.selectors + 2 * i, segmentSelector(i));
  } else raiseSelector(Vector.ts, segmentSelector(Seg.tr));
}

/** The commit: from here on the new task runs, and what is wrong with its TSS is its own fault. */
function loadTask(wide: bool): void {
  store<u64>(cpu, cr0() | Cr0.ts, Offset.cr0);
  // The local breakpoints belong to the old task (SDM vol. 3, 17.2.4).
  setDebugRegister(7, debugRegister(7) & ~<u64>0x155);
  if (wide && cr0() & Cr0.pg) writeCr3(load<u32>(IMAGE, Tss.cr3));
  for (let i: u32 = 0; i < 8; i++) {
    if (wide) setGpr32(i, load<u32>(IMAGE + 4 * i, Tss.registers));
    else setGpr16(i, load<u16>(IMAGE + 2 * i, Tss16.registers));
  }
  const nests = source == TaskSource.call || source == TaskSource.interrupt;
  const image = wide ? <u64>load<u32>(IMAGE, Tss.flags) : <u64>load<u16>(IMAGE, Tss16.flags);
  writeFlags(((image & (Flag.status | 0x7f00 | Flag.rf | Flag.ac | Flag.id | (wide ? <u64>(Flag.vm | Flag.vif | Flag.vip) : 0))) | 2 | (nests ? <u64>Flag.nt : 0)) & ~<u64>0x8000);
  const target = wide ? load<u32>(IMAGE, Tss.eip) : <u32>load<u16>(IMAGE, Tss16.ip);
  setRip(target);
  setInstructionRip(target);
  loadTable(wide ? load<u16>(IMAGE, Tss.ldt) : load<u16>(IMAGE, Tss16.ldt));
  if (virtual8086()) loadVirtualSegments();
  else loadSegments(wide);
  if (!faulted() && target > segmentLimit(Seg.cs)) raiseError(Vector.gp, 0);
  if (faulted() || !wide || !(load<u16>(IMAGE, Tss.trap) & 1)) return;
  setDebugRegister(6, debugRegister(6) | Dr6.bt);
  deliverException(Vector.db, 0, false);
}

function loadTable(selector: u32): void {
  setSegment(Seg.ldtr, selector, 0, 0, Attribute.unusable);
  if (isNull(selector) || faulted()) return;
  const descriptor = fetchTask(selector, Vector.ts);
  if (faulted()) return;
  if (isSegment(descriptor) || typeOf(descriptor) != System.ldt || !isPresent(descriptor)) raiseSelector(Vector.ts, selector);
  else setSegment(Seg.ldtr, selector, baseOf(descriptor), limitOf(descriptor), attributesOf(descriptor));
}

function selectorOf(index: u32, wide: bool): u32 {
  if (wide) return load<u16>(IMAGE + 4 * index, Tss.selectors);
  return index < 4 ? load<u16>(IMAGE + 2 * index, Tss16.selectors) : 0;
}

function loadVirtualSegments(): void {
  for (let i: u32 = 0; i < 6; i++) setVirtualSegment(i, selectorOf(i, true));
  setPrivilege(3);
  updateMode();
}

/** CS decides about the privilege level, then SS must fit it, then the others. */
function loadSegments(wide: bool): void {
  for (let i: u32 = 0; i < 6; i++) setSegment(i, selectorOf(i, wide), 0, 0, Attribute.unusable);
  if (faulted()) return;
  const selector = selectorOf(Seg.cs, wide);
  const level = selector & 3;
  if (isNull(selector)) return raiseSelector(Vector.ts, selector);
  const code = fetchDescriptor(selector, Vector.ts);
  if (faulted()) return;
  const fits = isCode(code) && (isConforming(code) ? dplOf(code) <= level : dplOf(code) == level);
  if (!fits) raiseSelector(Vector.ts, selector);
  else checkCodePresent(selector, code);
  if (faulted()) return;
  setPrivilege(level);
  installCode(selector, code, level);
  const stack = checkStack(selectorOf(Seg.ss, wide), level, Vector.ts);
  if (faulted()) return;
  setFromDescriptor(Seg.ss, selectorOf(Seg.ss, wide), stack);
  loadOther(Seg.ds, wide);
  loadOther(Seg.es, wide);
  loadOther(Seg.fs, wide);
  loadOther(Seg.gs, wide);
}

function loadOther(index: u32, wide: bool): void {
  if (!faulted()) loadData(index, selectorOf(index, wide), Vector.ts);
}
