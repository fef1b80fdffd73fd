// Delivery through the 64-bit IDT: 16-byte gates, IST, aligned stack, always SS:RSP in the frame (SDM vol. 3, 6.14).
//
//   IDT entry   127-96 -  | 95-64 offset 63-32 | 63-48 offset 31-16 | 47 P 46-45 DPL 43-40 type | 34-32 IST | 31-16 selector | 15-0 offset 15-0
//   frame       SS, RSP, RFLAGS, CS, RIP, [error code]; 8 bytes each, the highest address first, SS pushed at a multiple of 16
import { Offset } from './gen/offsets';
import { checksGate, gateError, handlerFlags, pushedError, pushedFlags, pushesError } from './deliver';
import { dplOf, external, gateOffset, gateSelector, isBig, isConforming, isLong, isPresent, isSegment, raiseSelector, System, typeOf } from './descriptors';
import { readFlags, writeFlags } from './flags';
import { readSystem64 } from './memory';
import { faulted, raiseError, Vector } from './raise';
import { checkCodePresent, fetchCode, installCode, setNullStack } from './segments';
import { checkRoom, commitFrame, innerStack64, openLong, pushFrame } from './stack';
import { canonical, cpl, cpu, gpr64, rip, Seg, segmentSelector, setRip } from './state';

const RSP: u32 = 4;

/** Reads the first half of a gate after the checks that name the IDT entry. */
function fetchGate(vector: u32): u64 {
  if ((vector << 4) + 15 > load<u32>(cpu, Offset.idtLimit)) {
    raiseError(Vector.gp, gateError(vector) | external);
    return 0;
  }
  const gate = readSystem64(load<u64>(cpu, Offset.idtBase) + (vector << 4));
  if (faulted()) return 0;
  const type = typeOf(gate);
  const usable = !isSegment(gate) && (type == System.interruptGate || type == System.trapGate);
  if (!usable || (checksGate && dplOf(gate) < cpl())) raiseError(Vector.gp, gateError(vector) | external);
  else if (!isPresent(gate)) raiseError(Vector.np, gateError(vector) | external);
  return gate;
}

export function enterLong(vector: u32): void {
  const gate = fetchGate(vector);
  const upper = readSystem64(load<u64>(cpu, Offset.idtBase) + (vector << 4) + 8);
  if (faulted()) return;
  const selector = gateSelector(gate);
  const code = fetchCode(selector);
  if (faulted()) return;
  if (!isLong(code) || isBig(code) || dplOf(code) > cpl()) raiseSelector(Vector.gp, selector);
  checkCodePresent(selector, code);
  const level = isConforming(code) ? cpl() : dplOf(code);
  const ist = <u32>(gate >> 32) & 7;
  const switches = level != cpl();
  // IST stacks lie behind the three inner stacks and one reserved slot.
  const top = ist ? innerStack64(ist + 3) : switches ? innerStack64(level) : gpr64(RSP);
  if (faulted()) return;
  openLong(top & ~15, level);
  if (!checkRoom(pushesError ? 6 : 5, 8)) return;
  const target = gateOffset(gate) | (upper << 32);
  if (!canonical(target)) return raiseError(Vector.gp, external);
  const flags = readFlags();
  pushFrame(segmentSelector(Seg.ss), 8);
  pushFrame(gpr64(RSP), 8);
  pushFrame(flags | pushedFlags, 8);
  pushFrame(segmentSelector(Seg.cs), 8);
  pushFrame(rip(), 8);
  if (pushesError) pushFrame(pushedError, 8);
  if (faulted()) return;
  if (switches) setNullStack(level, level);
  installCode(selector, code, level);
  commitFrame();
  setRip(target);
  writeFlags(handlerFlags(flags, typeOf(gate) == System.interruptGate));
}
