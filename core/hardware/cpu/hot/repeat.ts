// REP: how often a string instruction runs in one dispatch, and what it costs.
//
// Every iteration costs one cycle, a REP with a count of 0 costs one. The instruction retires once, at its end. It is
// interruptible between iterations: when the cycles are used up, or an event or fault ended one, RIP is left at the
// instruction and the registers say what remains.
import { Offset } from './gen/offsets';
import { debugArmed } from './debug';
import { charged, faulted, setCharged } from './raise';
import { Op, Prefix, cpu, gpr64, instructionRip, op, setGpr16, setGpr32, setGpr64, setRip } from './state';

const RCX: u32 = 1;

@inline export function isRepeated(): bool { return (load<u8>(op, Op.flags) & (Prefix.rep | Prefix.repne)) != 0; }

/** Bits of RCX, RSI and RDI that count. */
@inline export function addressMask(): u64 {
  const size = load<u8>(op, Op.addressSize);
  return size == 8 ? ~(<u64>0) : size == 4 ? 0xffff_ffff : 0xffff;
}
/** Writes an address-sized register: 32 bits clear the upper half, 16 bits keep the rest. */
@inline export function setAddressRegister(i: u32, v: u64): void {
  const size = load<u8>(op, Op.addressSize);
  if (size == 8) setGpr64(i, v);
  else if (size == 4) setGpr32(i, <u32>v);
  else setGpr16(i, <u32>v);
}

/** Iterations still to do. */
@inline export function repeatCount(): u64 { return gpr64(RCX) & addressMask(); }

/** Iterations that the cycles left allow now; the first of a dispatch is the instruction's own cycle. */
export function affordable(first: bool): u64 {
  if (debugArmed()) return <u64>first;
  const left = load<i32>(cpu, Offset.remaining) - (first ? 0 : 1);
  return left > 0 ? <u64>left : <u64>first;
}

/** `n` iterations were done; `first` as above. */
export function account(n: u64, first: bool): void {
  setAddressRegister(RCX, repeatCount() - n);
  const cost = <i32>n - (first ? 1 : 0);
  store<i32>(cpu, load<i32>(cpu, Offset.remaining) - cost, Offset.remaining);
  setCharged(charged + cost);
}

/** Leaves the instruction with iterations to do; its own cycle is no retired instruction. */
export function suspend(): void {
  if (faulted()) return;
  setRip(instructionRip);
  store<u32>(cpu, 1, Offset.repeating);
  setCharged(charged + 1);
}
