// Delivery of exceptions, interrupts and software interrupts through the IDT, and what happens when that faults.
//
// SDM vol. 3, chapter 6; vol. 2, INT n. An event goes to machine code through its tables, or, if an occupant of our own
// sits in ring 0, it is returned from `run` untouched. The run loop has put rip back before it delivers a fault.
//
//   first event \ second     benign     contributory (0 10-13)     page fault
//   benign, INT, interrupt   second     second                     second
//   contributory             second     double fault               second
//   page fault               second     double fault               double fault
//   double fault             shutdown   shutdown                   shutdown
import { Constant, Offset } from './gen/offsets';
import { cancelStep, debugDelivered, detected, forgetHits } from './debug';
import { enterLegacy } from './deliver-legacy';
import { enterLong } from './deliver-long';
import { enterReal } from './deliver-real';
import { longMode, realMode, setExternal } from './descriptors';
import { systemFlags } from './flags';
import { clearFault, faulted, stop, Vector } from './raise';
import { cpu, Flag, rip } from './state';

/** Which instruction asked for a software interrupt. */
export const enum Software { int = 0, int3 = 1, into = 2, int1 = 3 }

/** An entry of the IDT as error codes name it: index, table bit IDT, and EXT by the caller. */
@inline export function gateError(vector: u32): u32 { return (vector << 3) | 2; }

/** The event under way: error code to push, and RFLAGS bits the pushed image gets on top. */
export let pushesError: bool = false;
export let pushedError: u32 = 0;
export let pushedFlags: u64 = 0;
/** INT n, INT3, INTO: the gate's DPL must admit CPL. */
export let checksGate: bool = false;

function enter(vector: u32): void {
  if (realMode()) enterReal(vector);
  else if (longMode()) enterLong(vector);
  else enterLegacy(vector);
}

/** One attempt to deliver an event that did not come from an INT instruction. */
function enterExternal(vector: u32, error: u32, hasError: bool, flags: u64): void {
  pushesError = hasError;
  pushedError = error;
  pushedFlags = systemFlags() & Flag.rf | flags;
  checksGate = false;
  store<u32>(cpu, 0, Offset.halted);
  setExternal(1);
  enter(vector);
  setExternal(0);
}

@inline function contributory(vector: u32): bool {
  return vector == Vector.de || (vector >= <u32>Vector.ts && vector <= <u32>Vector.gp);
}

function doubles(first: u32, second: u32): bool {
  if (first == Vector.pf) return second == Vector.pf || contributory(second);
  return contributory(first) && contributory(second);
}

/**
 * RF in the pushed image: 1 for faults, so that the return does not meet the same breakpoint again (SDM vol. 3,
 * 17.3.1.1). Not for a breakpoint, whose handler decides, nor for the abort #DF; traps are pushed as they are, unless a
 * repeated instruction has iterations left.
 */
@inline function resumeFlag(vector: u32, repeating: bool): u64 {
  if (vector == Vector.db) return detected || repeating ? Flag.rf : 0;
  return vector == Vector.df || vector == Vector.bp || vector == Vector.of_ ? 0 : Flag.rf;
}

/** Delivers an exception; rip is where it is to be reported. Ends in the handler, in a stop, or in shutdown. */
export function deliverException(vector: u32, error: u32, hasError: bool): void {
  const counter = cpu + (<usize>(vector & 31) << 3);
  store<u64>(counter, load<u64>(counter, Offset.countException) + 1, Offset.countException);
  if (load<u32>(cpu, Offset.occupant)) return stopException(vector, error, hasError, false);
  const repeating = load<u32>(cpu, Offset.repeating) != 0;
  store<u32>(cpu, 0, Offset.repeating);
  let first = vector;
  let code = error;
  let has = hasError;
  while (true) {
    if (first == Vector.pf) store<u64>(cpu, load<u64>(cpu, Offset.faultAddress), Offset.cr2);
    noteEvent(first, code, has);
    enterExternal(first, code, has, resumeFlag(first, repeating));
    if (!faulted()) {
      if (first == Vector.db) debugDelivered();
      return;
    }
    const second = load<u32>(cpu, Offset.faultVector) - 1;
    code = load<u32>(cpu, Offset.faultError);
    has = load<u32>(cpu, Offset.faultHasError) != 0;
    clearFault();
    if (first == Vector.df) {
      noteEvent(second, code, has);
      return shutDown();
    }
    if (doubles(first, second)) {
      if (second == Vector.pf) store<u64>(cpu, load<u64>(cpu, Offset.faultAddress), Offset.cr2);
      first = Vector.df;
      code = 0;
      has = true;
    } else first = second;
  }
}

/** Keeps what happened for a crash report. */
function noteEvent(vector: u32, error: u32, hasError: bool): void {
  const count = load<u32>(cpu, Offset.eventCount);
  const slot = cpu + (<usize>(count & 7) << 3);
  store<u64>(slot, rip(), Offset.eventAt);
  store<u64>(slot, <u64>(vector | (<u32>hasError << 8)) | (<u64>error << 32), Offset.eventWhat);
  store<u64>(slot, load<u64>(cpu, Offset.cr2), Offset.eventAddress);
  store<u32>(cpu, count + 1, Offset.eventCount);
}

/** Triple fault: the processor stops until reset. */
function shutDown(): void {
  store<u32>(cpu, 3, Offset.halted);
  stop(Constant.stopShutdown);
}

/** An interrupt, maskable or not, between two instructions. A fault on the way is delivered in its place. */
export function deliverInterrupt(vector: u32): void {
  store<u64>(cpu, load<u64>(cpu, Offset.countInterrupt) + 1, Offset.countInterrupt);
  // Between two iterations of a repeated instruction it is resumed, not begun (SDM vol. 3, 17.3.1.1).
  enterExternal(vector, 0, false, load<u32>(cpu, Offset.repeating) ? <u64>Flag.rf : 0);
  store<u32>(cpu, 0, Offset.repeating);
  if (!faulted()) return;
  const second = load<u32>(cpu, Offset.faultVector) - 1;
  const error = load<u32>(cpu, Offset.faultError);
  const has = load<u32>(cpu, Offset.faultHasError) != 0;
  clearFault();
  deliverException(second, error, has);
}

/**
 * INT n, INT3, INTO, INT1; rip is behind the instruction. A fault stays recorded: the run loop then reports it at the
 * instruction, as any other.
 */
export function deliverSoftware(vector: u32, kind: u32): void {
  if (load<u32>(cpu, Offset.occupant)) return stopException(vector, 0, false, true);
  pushesError = false;
  pushedFlags = 0;
  // INT1 counts as a hardware event: no privilege check, EXT set (SDM vol. 2, INT1).
  checksGate = kind != Software.int1;
  setExternal(<u32>(kind == Software.int1));
  enter(vector);
  setExternal(0);
  // The handler runs with TF clear and the instruction itself is not stepped (SDM vol. 3, 17.3.1.4).
  if (faulted()) return;
  cancelStep();
  if (kind == Software.int1) forgetHits();
}

function stopException(vector: u32, error: u32, hasError: bool, software: bool): void {
  store<u32>(cpu, vector, Offset.stopVector);
  store<u32>(cpu, hasError ? error : 0, Offset.stopError);
  store<u32>(cpu, <u32>software, Offset.stopSoftware);
  store<u64>(cpu, vector == Vector.pf ? load<u64>(cpu, Offset.faultAddress) : 0, Offset.stopAddress);
  stop(Constant.stopException);
}

/** Flags a handler starts with: no trap, no nested task, no resume; an interrupt gate also masks interrupts. */
@inline export function handlerFlags(flags: u64, masks: bool): u64 {
  const kept = flags & ~(<u64>(Flag.tf | Flag.nt | Flag.rf | Flag.vm));
  return masks ? kept & ~(<u64>Flag.if_) : kept;
}
