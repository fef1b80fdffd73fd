// RDMSR and WRMSR: the registers the engine keeps itself, each with its rule; all others belong to the board (SDM vol. 4).
//
//   rule        a write raises #GP if
//   any         never
//   address     the value is not canonical
//   word        bits 63-32 are set
//   special     see the function of its name
import { msrRead, msrWrite } from '../env';
import { Offset } from '../gen/offsets';
import { writeEfer } from '../mode';
import { faulted, now, raiseGp, raiseUd } from '../raise';
import { canonical, cpl, cpu, gpr32, Seg, setGpr32 } from '../state';

const RAX: u32 = 0;
const RCX: u32 = 1;
const RDX: u32 = 2;

const enum Msr {
  tsc = 0x10, tscAdjust = 0x3b, tscDeadline = 0x6e0, sysenterCs = 0x174, sysenterEsp = 0x175, sysenterEip = 0x176, pat = 0x277,
  efer = 0xc000_0080, star = 0xc000_0081, lstar = 0xc000_0082, cstar = 0xc000_0083, sfmask = 0xc000_0084,
  fsBase = 0xc000_0100, gsBase = 0xc000_0101, kernelGsBase = 0xc000_0102, tscAux = 0xc000_0103,
}

const enum Rule { any = 0, address = 1, word = 2, special = 3 }

/** Where a register of the engine lies in the state block, or 0 if the board has it; `gpr` lies at 0. */
function placeOf(msr: u32): usize {
  switch (msr) {
    case Msr.tsc: return Offset.tscOffset;
    case Msr.tscAdjust: return Offset.tscAdjust;
    case Msr.sysenterCs: return Offset.sysenterCs;
    case Msr.sysenterEsp: return Offset.sysenterEsp;
    case Msr.sysenterEip: return Offset.sysenterEip;
    case Msr.pat: return Offset.pat;
    case Msr.efer: return Offset.efer;
    case Msr.star: return Offset.star;
    case Msr.lstar: return Offset.lstar;
    case Msr.cstar: return Offset.cstar;
    case Msr.sfmask: return Offset.sfmask;
    case Msr.fsBase: return Offset.segmentBase + 8 * Seg.fs;
    case Msr.gsBase: return Offset.segmentBase + 8 * Seg.gs;
    case Msr.kernelGsBase: return Offset.kernelGsBase;
    case Msr.tscAux: return Offset.tscAux;
  }
  return 0;
}

function ruleOf(msr: u32): u32 {
  switch (msr) {
    case Msr.lstar:
    case Msr.cstar:
    case Msr.fsBase:
    case Msr.gsBase:
    case Msr.kernelGsBase:
    case Msr.sysenterEsp:
    case Msr.sysenterEip: return Rule.address;
    case Msr.sfmask:
    case Msr.tscAux:
    case Msr.sysenterCs: return Rule.word;
    case Msr.tsc:
    case Msr.tscAdjust:
    case Msr.pat:
    case Msr.efer: return Rule.special;
  }
  return Rule.any;
}

/** The time-stamp counter as this instruction sees it. */
export function timeStamp(): u64 { return now() + load<u64>(cpu, Offset.tscOffset); }

/** What the outside answered to the last request: 0 fine, 1 #GP(0), 2 #UD. */
@inline function outcome(): u32 { return load<u32>(cpu, Offset.outcomeFault); }

export function rdmsr(): void {
  if (cpl() != 0) return raiseGp();
  const msr = gpr32(RCX);
  const place = placeOf(msr);
  let value: u64;
  if (msr == Msr.tsc) value = timeStamp();
  else if (place) value = load<u64>(cpu + place);
  else {
    store<u32>(cpu, 0, Offset.outcomeFault);
    value = msrRead(cpu, msr);
    if (outcome()) return refuse();
    if (msr == Msr.tscDeadline && value) value += load<u64>(cpu, Offset.tscOffset);
  }
  setGpr32(RAX, <u32>value);
  setGpr32(RDX, <u32>(value >> 32));
}

export function wrmsr(): void {
  if (cpl() != 0) return raiseGp();
  const msr = gpr32(RCX);
  const value = <u64>gpr32(RAX) | (<u64>gpr32(RDX) << 32);
  const place = placeOf(msr);
  if (!place) {
    store<u32>(cpu, 0, Offset.outcomeFault);
    msrWrite(cpu, msr, msr == Msr.tscDeadline ? deadline(value) : value);
    if (outcome()) refuse();
    return;
  }
  switch (ruleOf(msr)) {
    case Rule.special: writeSpecial(msr, value); return;
    case Rule.address: if (!canonical(value)) raiseGp(); break;
    case Rule.word: if (value >> 32) raiseGp(); break;
  }
  if (!faulted()) store<u64>(cpu + place, value);
}

/** The board's clock is not moved by software, the counter that a deadline means is; 0 disarms, the past is due at once. */
function deadline(value: u64): u64 {
  if (!value) return 0;
  const at = <i64>(value - load<u64>(cpu, Offset.tscOffset));
  return at > 0 ? <u64>at : 1;
}

function refuse(): void {
  if (outcome() == 2) raiseUd();
  else raiseGp();
}

function writeSpecial(msr: u32, value: u64): void {
  switch (msr) {
    case Msr.efer: writeEfer(value); break;
    case Msr.pat: writePat(value); break;
    case Msr.tsc: moveTime(value - timeStamp()); break;
    case Msr.tscAdjust: moveTime(value - load<u64>(cpu, Offset.tscAdjust)); break;
  }
}

/** Writing the counter moves TSC_ADJUST by the same amount, and the other way round (SDM vol. 3, 17.17.3). */
function moveTime(by: u64): void {
  store<u64>(cpu, load<u64>(cpu, Offset.tscOffset) + by, Offset.tscOffset);
  store<u64>(cpu, load<u64>(cpu, Offset.tscAdjust) + by, Offset.tscAdjust);
}

/** Eight memory types of one byte: 0, 1, 4, 5, 6, 7; 2 and 3 are reserved (SDM vol. 3, 11.12.2). */
function writePat(value: u64): void {
  const two = (value >> 1) & 0x0101_0101_0101_0101;
  const four = (value >> 2) & 0x0101_0101_0101_0101;
  if (value & 0xf8f8_f8f8_f8f8_f8f8 || two & ~four) raiseGp();
  else store<u64>(cpu, value, Offset.pat);
}
