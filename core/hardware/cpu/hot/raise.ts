// Faults, charges and requests for attention: records in the state block; nothing is thrown.
//
// A handler raises and returns. The first fault of an instruction wins. The run loop sees `faultVector`, puts rip back
// and delivers. A handler checks `faulted()` after its last access that may fault and before it commits anything.
import { Offset, Place } from './gen/offsets';
import { cpu, is64 } from './state';

export const enum Vector {
  de = 0, db = 1, nmi = 2, bp = 3, of_ = 4, br = 5, ud = 6, nm = 7, df = 8, ts = 10, np = 11, ss = 12, gp = 13, pf = 14, mf = 16, ac = 17, xm = 19,
}

@inline export function faulted(): bool { return load<u32>(cpu, Offset.faultVector) != 0; }
@inline export function clearFault(): void { store<u32>(cpu, 0, Offset.faultVector); }

export function raise(vector: u32): void {
  if (faulted()) return;
  withhold();
  store<u32>(cpu, vector + 1, Offset.faultVector);
  store<u32>(cpu, 0, Offset.faultError);
  store<u32>(cpu, 0, Offset.faultHasError);
}

export function raiseError(vector: u32, error: u32): void {
  if (faulted()) return;
  withhold();
  store<u32>(cpu, vector + 1, Offset.faultVector);
  store<u32>(cpu, error, Offset.faultError);
  store<u32>(cpu, 1, Offset.faultHasError);
}

/** CR2 is written when the fault is delivered to machine code; for an occupant the address is part of the stop. */
export function pageFault(address: u64, error: u32): void {
  if (faulted()) return;
  store<u64>(cpu, address, Offset.faultAddress);
  raiseError(Vector.pf, error);
}

@inline export function raiseGp(): void { raiseError(Vector.gp, 0); }
@inline export function raiseUd(): void { raise(Vector.ud); }

/** A row without a handler: #UD, and counted so that it can be shown. */
export function undefinedRow(row: u32): void {
  const at = <usize>Place.counters + (<usize>row << 2);
  store<u32>(at, load<u32>(at) + 1);
  if (row == 1) raiseGp();
  else raise(Vector.ud);
}

/** Cycles beyond the one of each instruction. */
export let charged: u32 = 0;
@inline export function setCharged(value: u32): void { charged = value; }

/** Costs `n` more cycles of virtual time. */
@inline export function charge(n: u32): void {
  charged += n;
  store<i32>(cpu, load<i32>(cpu, Offset.remaining) - <i32>n, Offset.remaining);
}

/** Ends the inner loop after the current instruction: all but its own cycle is put aside until the boundary. */
export function withhold(): void {
  const left = load<i32>(cpu, Offset.remaining) - 1;
  if (left <= 0) return;
  store<i32>(cpu, load<i32>(cpu, Offset.withheld) + left, Offset.withheld);
  store<i32>(cpu, 1, Offset.remaining);
}

/** Makes the run loop look at events, shadow, single step after the current instruction. */
export function requestAttention(): void {
  if (load<u32>(cpu, Offset.attention) != 0) return;
  store<u32>(cpu, 1, Offset.attention);
  withhold();
}

/** The run is about to end; stopKind says why. */
export let stopping: bool = false;
@inline export function setStopping(value: bool): void { stopping = value; }

/** Ends the run after the current instruction. */
export function stop(kind: u32): void {
  store<u32>(cpu, kind, Offset.stopKind);
  stopping = true;
  withhold();
}

/** Cycles consumed up to the current instruction: the clock as this instruction sees it. */
@inline export function now(): u64 {
  return load<u64>(cpu, Offset.cycles) - <u64>(<i64>load<i32>(cpu, Offset.remaining) + <i64>load<i32>(cpu, Offset.withheld));
}

/** A general protection or stack fault for an address that is not canonical. */
export function raiseNotCanonical(stack: bool): void {
  raiseError(stack && is64() ? Vector.ss : Vector.gp, 0);
}
