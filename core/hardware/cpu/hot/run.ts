// The run loop: fetch, dispatch, count; and at boundaries faults, events and the end of the run.
//
// One cycle for each instruction, taken from `remaining`. Whoever needs a boundary (a fault, an event, a stop) moves
// what remains to `withheld`, so that the inner loop tests one number only; a boundary gives it back. The clock of the
// CPU is therefore always cycles - remaining - withheld, where `cycles` is the time at which the budget is used up.
//
// Order at a boundary: fault of the last instruction; stop; budget; leave; NMI; external interrupt; halted.
import { debugArmed, beforeStep, afterStep } from './debug';
import { deliverException } from './deliver';
import { dispatch } from './gen/dispatch';
import { Constant, Offset } from './gen/offsets';
import { decodeRecord } from './code';
import { decodeAt, fetchKey, openWindow } from './fetch';
import { Shadow, deliverPendingNmi, takeInterrupt } from './interrupts';
import { charge, charged, clearFault, faulted, setCharged, stop, stopping, setStopping, withhold } from './raise';
import { Flag, IDENTITY, Op, Prefix, cpu, instructionRip, setCpu, setInstructionRip, setOp, setRip, rip } from './state';
import { enter, Exit, isHot, tell, translating } from './translated';
import { dropFetchWindow, fetchAddend, fetchLength, fetchStart } from './tlb';

/** Runs the CPU for at most `budget` cycles; returns why it came back (stop constants). */
export function run(context: usize, budget: i32): i32 {
  begin(context, budget);
  while (boundary()) {
    const flags = load<u64>(cpu, Offset.rflags);
    const held = load<u32>(cpu, Offset.shadow);
    if (held) store<u32>(cpu, 0, Offset.shadow);
    const repeating = load<u32>(cpu, Offset.repeating);
    if (repeating) store<u32>(cpu, 0, Offset.repeating);
    // The shadow of MOV SS and iterations already done hide instruction breakpoints as RF does.
    if (held || flags & Flag.rf || debugArmed()) step((flags & Flag.rf) != 0 || held == Shadow.stack || repeating != 0);
    else instructions();
    if (faulted()) fault();
  }
  return end();
}

function begin(context: usize, budget: i32): void {
  setCpu(context);
  dropFetchWindow();
  clearFault();
  setStopping(false);
  setCharged(0);
  budgetOfRun = budget;
  store<i32>(cpu, budget, Offset.remaining);
  store<u32>(cpu, 0, Offset.withheld);
  store<u32>(cpu, 0, Offset.attention);
  store<u64>(cpu, load<u64>(cpu, Offset.cycles) + <u64><i64>budget, Offset.cycles);
  store<u32>(cpu, Constant.stopBudget, Offset.stopKind);
}
let budgetOfRun: i32 = 0;

function end(): i32 {
  // A stop at the boundary itself has put the rest aside again.
  const left = load<i32>(cpu, Offset.remaining) + load<i32>(cpu, Offset.withheld);
  store<u64>(cpu, load<u64>(cpu, Offset.cycles) - <u64><i64>left, Offset.cycles);
  store<u64>(cpu, load<u64>(cpu, Offset.instructions) + <u64><i64>(budgetOfRun - left - charged), Offset.instructions);
  store<u32>(cpu, 0, Offset.remaining);
  store<u32>(cpu, 0, Offset.withheld);
  store<u32>(cpu, 0, Offset.leave);
  return load<u32>(cpu, Offset.stopKind);
}

/** Gives back what was withheld and handles events; false: the run ends. */
function boundary(): bool {
  store<i32>(cpu, load<i32>(cpu, Offset.remaining) + load<i32>(cpu, Offset.withheld), Offset.remaining);
  store<u32>(cpu, 0, Offset.withheld);
  store<u32>(cpu, 0, Offset.attention);
  if (stopping) return false;
  if (load<i32>(cpu, Offset.remaining) <= 0 || load<u32>(cpu, Offset.leave)) return false;
  if (!load<u32>(cpu, Offset.shadow)) events();
  if (stopping) return false;
  const halted = load<u32>(cpu, Offset.halted);
  if (halted) {
    stop(halted == 3 ? Constant.stopShutdown : Constant.stopHalt);
    return false;
  }
  return true;
}

function events(): void {
  if (load<u32>(cpu, Offset.halted) >= 2) return;
  if (load<u32>(cpu, Offset.nmiLine) && !load<u32>(cpu, Offset.nmiBlocked)) {
    store<u32>(cpu, 0, Offset.halted);
    deliverPendingNmi();
    if (faulted()) fault();
  } else if (load<u32>(cpu, Offset.interruptLine)) {
    if (load<u32>(cpu, Offset.occupant)) {
      stop(Constant.stopInterrupt);
      return;
    }
    if (!(load<u64>(cpu, Offset.rflags) & Flag.if_)) return;
    if (takeInterrupt()) store<u32>(cpu, 0, Offset.halted);
    if (faulted()) fault();
  }
}

/** The last instruction faulted: nothing of it happened but the time. */
function fault(): void {
  const vector = load<u32>(cpu, Offset.faultVector) - 1;
  clearFault();
  setRip(instructionRip);
  deliverException(vector, load<u32>(cpu, Offset.faultError), load<u32>(cpu, Offset.faultHasError) != 0);
}

/** Exactly one instruction, with what single step and breakpoints ask before and after it. */
function step(resuming: bool): void {
  if (resuming) store<u64>(cpu, load<u64>(cpu, Offset.rflags) & ~(<u64>Flag.rf), Offset.rflags);
  setInstructionRip(rip());
  beforeStep(resuming);
  if (!faulted()) {
    withhold();
    instructions();
  } else charge(1);
  if (!faulted() && !stopping) afterStep();
}

/** Keeps the way here for a crash report. */
@inline function noteHead(at: u64): void {
  const count = load<u32>(cpu, Offset.trailCount);
  store<u64>(cpu + (<usize>(count & 15) << 3), at, Offset.trail);
  store<u32>(cpu, count + 1, Offset.trailCount);
}

/** Instructions until nothing remains; from the head of a block in translated code, if there is any. */
function instructions(): void {
  let head = translating();
  do {
    const at = load<u64>(cpu, Offset.rip);
    if (at - fetchStart >= fetchLength && !openWindow(at)) {
      setInstructionRip(at);
      break;
    }
    const host = <u32>at + fetchAddend;
    let record = decodeRecord(host);
    const known = (load<u64>(record) & IDENTITY) == (<u64>host | fetchKey);
    if (head) noteHead(at);
    if (head && (!known || isHot(record))) {
      const why = enter(host, at);
      if (why <= <u32>Exit.short && load<i32>(cpu, Offset.remaining) <= 0) {
        if (faulted()) setCharged(charged + 1);
        return;
      }
      // Otherwise rip is at an instruction that must be interpreted.
      head = why == Exit.onward;
      if (why != <u32>Exit.none) continue;
    }
    if (!known) {
      setInstructionRip(at);
      record = decodeAt(at, host);
      if (!record) break;
      if (head && isHot(record)) tell(host);
    }
    setOp(record);
    setInstructionRip(at);
    store<u64>(cpu, at + load<u8>(record, Op.length), Offset.rip);
    dispatch(load<u16>(record, Op.row));
    head = (load<u8>(record, Op.flags) & Prefix.endsBlock) != 0 && translating();
    const left = load<i32>(cpu, Offset.remaining) - 1;
    store<i32>(cpu, left, Offset.remaining);
    if (left <= 0) {
      if (faulted()) setCharged(charged + 1);
      return;
    }
  } while (true);
  // The fetch faulted: it costs the cycle of an instruction.
  charge(1);
}
