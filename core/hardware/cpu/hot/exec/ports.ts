// IN, OUT, INS, OUTS and the permission to use a port (SDM vol. 1, 19.5; vol. 2).
//
// CPL <= IOPL may use every port, others and virtual-8086 mode what the I/O map of the TSS allows: its offset is the word at 102, one bit for
// each port, clear = allowed. The processor reads two bytes, so that a map ends with a byte of ones.
import { watchPort } from '../debug';
import { Attribute, realMode, virtual8086 } from '../descriptors';
import { portRead, portWrite } from '../env';
import { systemFlags } from '../flags';
import { Offset } from '../gen/offsets';
import { probe, read16, read32, read8, readSystem16, write16, write32, write8 } from '../memory';
import { repeated, segmented } from '../operands';
import { charged, faulted, raiseGp, setCharged } from '../raise';
import {
  cpu, Flag, FLAT, gpr16, gpr32, gpr64, instructionRip, opAddressSize, opImmediate, opSegment, opSize, Seg, segmentAttributes, segmentBase,
  segmentLimit, setGpr16, setGpr32, setGpr64, setRip,
} from '../state';
import { mayMask } from './iret';

const RAX: u32 = 0;
const RCX: u32 = 1;
const RDX: u32 = 2;
const RSI: u32 = 6;
const RDI: u32 = 7;
const IO_MAP_AT: u32 = 102;

/** Ports are at most 32 bits wide, whatever REX.W says. */
@inline function width(): u32 { return min(opSize(), 4); }

/** True if `size` bytes from `port` may be used, else #GP(0). */
function permitted(port: u32, size: u32): bool {
  if (realMode() || (!virtual8086() && mayMask())) return true;
  if (allowedByTask(port, size)) return true;
  if (!faulted()) raiseGp();
  return false;
}

function allowedByTask(port: u32, size: u32): bool {
  const task = segmentAttributes(Seg.tr);
  const limit = segmentLimit(Seg.tr);
  // An occupant has no TSS of its own: it sees the fault and decides. A 16-bit TSS has no map.
  if (load<u32>(cpu, Offset.occupant) || task & Attribute.unusable || !(task & 8) || limit < IO_MAP_AT + 1) return false;
  const at = <u32>readSystem16(segmentBase(Seg.tr) + IO_MAP_AT) + (port >> 3);
  if (faulted() || at + 1 > limit) return false;
  const bits = <u32>readSystem16(segmentBase(Seg.tr) + at) >> (port & 7);
  return !faulted() && (bits & ((1 << size) - 1)) == 0;
}

function input(port: u32): void {
  const size = width();
  if (!permitted(port, size)) return;
  watchPort(port, size);
  const value = portRead(cpu, port, size);
  if (size == 1) store<u8>(cpu, <u8>value, Offset.gpr);
  else if (size == 2) setGpr16(RAX, value);
  else setGpr32(RAX, value);
}

function output(port: u32): void {
  const size = width();
  if (!permitted(port, size)) return;
  watchPort(port, size);
  const value = gpr32(RAX);
  portWrite(cpu, port, size, size == 1 ? value & 0xff : size == 2 ? value & 0xffff : value);
}

export function in_Ib(): void { input(<u32>opImmediate() & 0xff); }
export function in_DX(): void { input(gpr16(RDX)); }
export function out_Ib(): void { output(<u32>opImmediate() & 0xff); }
export function out_DX(): void { output(gpr16(RDX)); }

// Index and count registers are as wide as addresses.
function counter(register: u32): u64 {
  const size = opAddressSize();
  return size == 8 ? gpr64(register) : size == 4 ? gpr32(register) : gpr16(register);
}
function setCounter(register: u32, value: u64): void {
  const size = opAddressSize();
  if (size == 8) setGpr64(register, value);
  else if (size == 4) setGpr32(register, <u32>value);
  else setGpr16(register, <u32>value);
}
function advance(register: u32): void {
  const size = <u64>width();
  setCounter(register, systemFlags() & Flag.df ? counter(register) - size : counter(register) + size);
}

/** One transfer from the port to ES:rDI. The destination is checked first: a port must not be read in vain. */
function inputString(port: u32): void {
  const size = width();
  const at = segmented(Seg.es, counter(RDI), size, true);
  if (!probe(at, size, true)) return;
  watchPort(port, size);
  const value = <u64>portRead(cpu, port, size);
  if (size == 1) write8(at, value);
  else if (size == 2) write16(at, value);
  else write32(at, value);
  if (!faulted()) advance(RDI);
}

/** One transfer from DS:rSI, or another segment, to the port. */
function outputString(port: u32): void {
  const size = width();
  const segment = opSegment() >= FLAT ? Seg.ds : opSegment();
  const at = segmented(segment, counter(RSI), size, false);
  const value = size == 1 ? read8(at) : size == 2 ? read16(at) : read32(at);
  if (faulted()) return;
  watchPort(port, size);
  portWrite(cpu, port, size, <u32>value);
  advance(RSI);
}

/** REP with a count of 0 does nothing. */
function begins(): bool { return !repeated() || counter(RCX) != 0; }

/** A dispatch is one iteration: while some are left RIP goes back, so that events and breakpoints come between them. */
function endIteration(): void {
  if (faulted() || !repeated()) return;
  const left = counter(RCX) - 1;
  setCounter(RCX, left);
  if (!left) return;
  setRip(instructionRip);
  store<u32>(cpu, 1, Offset.repeating);
  // The whole repetition counts as one instruction.
  setCharged(charged + 1);
}

export function ins(): void {
  const port = gpr16(RDX);
  if (!begins() || !permitted(port, width())) return;
  inputString(port);
  endIteration();
}

export function outs(): void {
  const port = gpr16(RDX);
  if (!begins() || !permitted(port, width())) return;
  outputString(port);
  endIteration();
}
