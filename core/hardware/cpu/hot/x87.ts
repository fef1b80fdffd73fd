// The x87 register stack: registers, tags, status, and how an instruction ends with its exceptions (SDM vol. 1 §8.1, §8.5).
//
//   FSW   0-5 IE DE ZE OE UE PE, 6 SF, 7 ES, 8 C0, 9 C1, 10 C2, 11-13 TOP, 14 C3, 15 B (always as ES)
//   FCW   0-5 masks, 8-9 PC (0: 24 bits, 2: 53, 3: 64), 10-11 RC
//   FTW   two bits for each physical register R0-R7; kept here: 3 empty, 0 not empty. The difference between valid, zero
//         and special is derived from the register when the tag word is stored, as processors do.
// An exception that is not masked only sets ES. The next waiting instruction finds it and raises #MF (§8.7).
import { Offset, Place } from './gen/offsets';
import { effective } from './operands';
import { raise, requestAttention, Vector } from './raise';
import { Cr0, cpu, cr0, instructionRip, op, Op, opRm } from './state';
import { Exception, exceptions, increased, INDEFINITE, setExceptions, setIncreased, signal } from './softfloat';
import { packExtended, packedHigh, packedTop, unpackExtended } from './softfloat-formats';

export const enum Fsw { exceptions = 0x3f, stack = 0x40, summary = 0x80, c0 = 0x100, c1 = 0x200, c2 = 0x400, top = 0x3800, c3 = 0x4000, busy = 0x8000, conditions = 0x4700 }
/** Sign and exponent of the default NaN. */
export const INDEFINITE_TOP: u32 = 0xffff;

@inline export function fcw(): u32 { return load<u16>(cpu, Offset.fcw); }
@inline export function fsw(): u32 { return load<u16>(cpu, Offset.fsw); }
@inline export function setFsw(v: u32): void { store<u16>(cpu, <u16>v, Offset.fsw); }
@inline export function top(): u32 { return fsw() >> 11 & 7; }
@inline export function setTop(v: u32): void { setFsw(fsw() & ~Fsw.top | (v & 7) << 11); }
@inline export function rounding(): u32 { return fcw() >> 10 & 3; }
/** Significant bits of results under precision control; the reserved value acts as 64. */
@inline export function precision(): u32 { const pc = fcw() >> 8 & 3; return pc == 0 ? 24 : pc == 2 ? 53 : 64; }
@inline export function unmaskedFloat(): u32 { return ~fcw() & Fsw.exceptions; }

/** Physical register of ST(i). */
@inline export function physical(i: u32): u32 { return top() + i & 7; }
@inline export function registerAt(physicalIndex: u32): usize { return cpu + (<usize>physicalIndex << 4); }
@inline export function isEmpty(i: u32): bool { return (<u32>load<u16>(cpu, Offset.ftw) >> (physical(i) << 1) & 3) == 3; }
@inline function setTag(physicalIndex: u32, tag: u32): void {
  const shift = physicalIndex << 1;
  store<u16>(cpu, <u16>(<u32>load<u16>(cpu, Offset.ftw) & ~(3 << shift) | tag << shift), Offset.ftw);
}
@inline export function stTop(i: u32): u32 { return load<u16>(registerAt(physical(i)), Offset.fpr + 8); }
@inline export function stHigh(i: u32): u64 { return load<u64>(registerAt(physical(i)), Offset.fpr); }
@inline export function setSt(i: u32, signExponent: u32, significand: u64): void {
  const index = physical(i), at = registerAt(index);
  store<u64>(at, significand, Offset.fpr);
  store<u16>(at, <u16>signExponent, Offset.fpr + 8);
  setTag(index, 0);
}
@inline export function setIndefinite(i: u32): void { setSt(i, INDEFINITE_TOP, INDEFINITE); }
@inline export function free(i: u32): void { setTag(physical(i), 3); }
@inline export function pop(): void { free(0); setTop(top() + 1); }
@inline export function pops(count: u32): void { for (let i: u32 = 0; i < count; i++) pop(); }
@inline export function unpackSt(n: usize, i: u32): void { unpackExtended(n, stTop(i), stHigh(i)); }

/** MMX instructions make all registers valid and TOP 0 (SDM vol. 1 §9.5.1). */
@inline export function enterMmx(): void {
  setFsw(fsw() & ~Fsw.top);
  store<u16>(cpu, 0, Offset.ftw);
}
@inline export function emptyAll(): void { store<u16>(cpu, 0xffff, Offset.ftw); }
/** TOP 0 alone: what remains of an MMX store that faults. */
@inline export function beginMmxStore(): void { setFsw(fsw() & ~Fsw.top); }

/** FNINIT (SDM vol. 3 table 9-1); the registers keep their contents. */
export function initialise(): void {
  store<u16>(cpu, 0x37f, Offset.fcw);
  setFsw(0);
  emptyAll();
  store<u16>(cpu, 0, Offset.fop);
  store<u64>(cpu, 0, Offset.fip);
  store<u64>(cpu, 0, Offset.fdp);
}

/** ES and B follow from flags and masks; after anything that loads FCW or FSW. */
export function refreshSummary(): void {
  const status = fsw() & ~(Fsw.summary | Fsw.busy);
  setFsw((status & unmaskedFloat()) != 0 ? status | Fsw.summary | Fsw.busy : status);
}

/** False: the x87 may not be used now and a fault was raised (SDM vol. 3 table 2-2). For instructions that do not wait. */
@inline export function x87Present(): bool {
  if ((cr0() & (Cr0.em | Cr0.ts)) == 0) return true;
  raise(Vector.nm);
  return false;
}
/** As x87Present, for instructions that wait: an exception left by an earlier instruction comes now. */
@inline export function x87Ready(): bool { return x87Present() && checkPending(); }

@inline export function checkPending(): bool { return (fsw() & Fsw.summary) == 0 || pendingException(); }

/**
 * With CR0.NE the exception is #MF. Without, the processor asserts FERR#, which a PC's board turns into IRQ 13, and goes on
 * here as with IGNNE# asserted: the interrupt arrives when the board sends it (SDM vol. 1 §8.7.2).
 */
function pendingException(): bool {
  if (cr0() & Cr0.ne) {
    raise(Vector.mf);
    return false;
  }
  store<u32>(cpu, 1, Offset.floatErrorLine);
  store<u32>(cpu, 1, Offset.leave);
  requestAttention();
  return true;
}

/**
 * Ends a non-control instruction: exceptions into FSW, C1 as given, pointers to the instruction. True if the result is to be
 * written; false if an unmasked exception that is found before the operation forbids it.
 * FIP is always that of the last instruction; FDP and FOP only change with an unmasked exception (CPUID leaf 7 EBX bit 6;
 * SDM vol. 1 §8.1.9.1).
 */
export function conclude(c1: bool): bool {
  let found = exceptions;
  setExceptions(0);
  store<u64>(cpu, instructionRip, Offset.fip);
  let status = fsw() & ~Fsw.c1;
  const unmasked = found & unmaskedFloat();
  const stopped = (unmasked & Exception.before) != 0;
  if (stopped) found &= Exception.before | Exception.stack;
  status |= found;
  if (c1) status |= Fsw.c1;
  if (unmasked) {
    status |= Fsw.summary | Fsw.busy;
    notePointers();
  }
  setFsw(status);
  return !stopped;
}

function notePointers(): void {
  if (opRm() == 0xff) store<u64>(cpu, effective(), Offset.fdp);
  // An instruction that crosses a page is not cached: its bytes were gathered behind the record.
  let at = op == <usize>Place.scratch ? op + Op.bytes : <usize>load<u32>(op, Op.key);
  for (let i = 0; i < 15; i++, at++) {
    const byte = <u32>load<u8>(at);
    if ((byte & 0xf8) == 0xd8) {
      store<u16>(cpu, <u16>((byte & 7) << 8 | load<u8>(at + 1)), Offset.fop);
      return;
    }
  }
}

/** Ends an instruction that leaves C1 as it is unless the stack underflows. */
@inline export function concludeKeeping(): bool { return conclude((exceptions & Exception.stack) == 0 && (fsw() & Fsw.c1) != 0); }

/** Reading an empty register: invalid operation with SF, C1 clear. */
@inline export function stackUnderflow(): void { signal(Exception.invalid | Exception.stack); }

/** Space for a push; else the stack has overflowed: invalid operation with SF, C1 set. */
@inline export function canPush(): bool { return isEmpty(7); }

/** Pushes onto a stack that was seen to have room. */
export function push(signExponent: u32, significand: u64): void {
  setTop(top() - 1);
  setSt(0, signExponent, significand);
}

/** Ends an instruction that found no room to push: the masked response pushes the default NaN. */
export function stackOverflow(): void {
  stackUnderflow();
  if (conclude(true)) push(INDEFINITE_TOP, INDEFINITE);
}

/** RESULT, rounded under precision control, to ST(i); then `count` pops. */
export function storeResult(i: u32, count: u32): void { storeRounded(i, count, precision()); }

export function storeRounded(i: u32, count: u32, bits: u32): void {
  setIncreased(false);
  // The operation is not carried out if one of these stops it.
  const stopped = (exceptions & unmaskedFloat() & Exception.before) != 0;
  if (!stopped) packExtended(bits, rounding(), unmaskedFloat());
  if (!conclude(increased && !stopped)) return;
  setSt(i, packedTop, packedHigh);
  pops(count);
}

/** Ends an instruction that read an empty register and would have written ST(i). */
export function underflowResult(i: u32, count: u32): void {
  stackUnderflow();
  if (!conclude(false)) return;
  setIndefinite(i);
  pops(count);
}
