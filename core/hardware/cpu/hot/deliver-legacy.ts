// Delivery through the IDT of protected mode: 16-bit and 32-bit gates, inner stacks from the TSS, task gates (SDM vol. 3, 6.12).
//
//   frame of the same ring     EFLAGS, CS, EIP, [error code]
//   frame of an inner ring     SS, ESP, EFLAGS, CS, EIP, [error code]; entries are 2 or 4 bytes, as the gate says
//   from virtual-8086 mode     GS, FS, DS, ES before that; the handler is in ring 0 and finds these four null
import { Offset } from './gen/offsets';
import { checksGate, gateError, handlerFlags, pushedError, pushedFlags, pushesError } from './deliver';
import {
  Attribute, attributesOf, baseOf, dplOf, external, gateOffset, gateSelector, isConforming, isPresent, isSegment, limitOf, raiseSelector,
  System, systemAddress, typeOf, virtual8086,
} from './descriptors';
import { readFlags, writeFlags } from './flags';
import { readSystem64 } from './memory';
import { faulted, raiseError, Vector } from './raise';
import { checkCodePresent, checkStack, fetchCode, installCode, setFromDescriptor, setNullSegment } from './segments';
import { checkRoom, commitFrame, innerStack, innerStackSelector, openCurrent, openLegacy, pushFrame, wideTask } from './stack';
import { cpl, cpu, gpr64, rip, Seg, segmentSelector, setRip } from './state';
import { enterTask, TaskSource } from './task';

const RSP: u32 = 4;

/** The four types below bit 3 differ only in width; task gates have no wide form. */
@inline function isGate(type: u32): bool {
  return (type & 7) == System.interruptGate16 || (type & 7) == System.trapGate16 || type == System.taskGate;
}

function fetchGate(vector: u32): u64 {
  if ((vector << 3) + 7 > load<u32>(cpu, Offset.idtLimit)) {
    raiseError(Vector.gp, gateError(vector) | external);
    return 0;
  }
  const gate = readSystem64(systemAddress(load<u64>(cpu, Offset.idtBase) + (vector << 3)));
  if (faulted()) return 0;
  if (isSegment(gate) || !isGate(typeOf(gate)) || (checksGate && dplOf(gate) < cpl())) raiseError(Vector.gp, gateError(vector) | external);
  else if (!isPresent(gate)) raiseError(Vector.np, gateError(vector) | external);
  return gate;
}

export function enterLegacy(vector: u32): void {
  const gate = fetchGate(vector);
  if (faulted()) return;
  if (typeOf(gate) == System.taskGate) return enterTask(gateSelector(gate), TaskSource.interrupt, pushesError, pushedError);
  const selector = gateSelector(gate);
  const code = fetchCode(selector);
  if (faulted()) return;
  if (dplOf(code) > cpl()) raiseSelector(Vector.gp, selector);
  checkCodePresent(selector, code);
  if (faulted()) return;
  const level = isConforming(code) ? cpl() : dplOf(code);
  if (virtual8086() && level != 0) return raiseSelector(Vector.gp, selector);
  if (level != cpl()) enterInner(gate, selector, code, level);
  else enterSame(gate, selector, code);
}

@inline function width(gate: u64): u32 { return typeOf(gate) & 8 ? 4 : 2; }
@inline function target(gate: u64): u64 { return typeOf(gate) & 8 ? gateOffset(gate) : gateOffset(gate) & 0xffff; }

function enterSame(gate: u64, selector: u32, code: u64): void {
  openCurrent(false);
  if (!checkRoom(pushesError ? 4 : 3, width(gate))) return;
  if (target(gate) > limitOf(code)) return raiseError(Vector.gp, external);
  finish(gate, selector, code, cpl());
}

function enterInner(gate: u64, selector: u32, code: u64, level: u32): void {
  const wide = wideTask();
  const top = innerStack(level, wide);
  const stackSelector = innerStackSelector(level, wide);
  if (faulted()) return;
  const stack = checkStack(stackSelector, level, Vector.ts);
  if (faulted()) return;
  openLegacy(stackSelector, baseOf(stack), limitOf(stack), attributesOf(stack) | Attribute.accessed, top);
  const size = width(gate);
  const virtual = virtual8086();
  if (!checkRoom((pushesError ? 6 : 5) + (virtual ? 4 : 0), size)) return;
  if (target(gate) > limitOf(code)) return raiseError(Vector.gp, external);
  if (virtual) {
    pushFrame(segmentSelector(Seg.gs), size);
    pushFrame(segmentSelector(Seg.fs), size);
    pushFrame(segmentSelector(Seg.ds), size);
    pushFrame(segmentSelector(Seg.es), size);
  }
  pushFrame(segmentSelector(Seg.ss), size);
  pushFrame(gpr64(RSP), size);
  finish(gate, selector, code, level);
  if (faulted()) return;
  setFromDescriptor(Seg.ss, stackSelector, stack);
  if (!virtual) return;
  setNullSegment(Seg.gs, 0);
  setNullSegment(Seg.fs, 0);
  setNullSegment(Seg.ds, 0);
  setNullSegment(Seg.es, 0);
}

/** Pushes what every frame has and, if nothing faulted, goes to the handler. */
function finish(gate: u64, selector: u32, code: u64, level: u32): void {
  const flags = readFlags();
  const size = width(gate);
  pushFrame(flags | pushedFlags, size);
  pushFrame(segmentSelector(Seg.cs), size);
  pushFrame(rip(), size);
  if (pushesError) pushFrame(pushedError, size);
  if (faulted()) return;
  installCode(selector, code, level);
  commitFrame();
  setRip(target(gate));
  writeFlags(handlerFlags(flags, (typeOf(gate) & 1) == 0));
}
