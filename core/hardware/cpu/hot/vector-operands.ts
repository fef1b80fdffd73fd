// Operands of vector instructions: XMM and MMX registers, 16-byte memory, and whether they may be used at all.
//
// A handler reads its sources first, asks `faulted()` once, and only then writes:
//   const b = source(); if (!faulted()) result(i8x16.add(left(), b));
// What stops an instruction before its operands (SDM vol. 3 §13.1, vol. 2 §2.4):
//            CR0.EM=1   CR4.OSFXSR=0   CR0.TS=1   FSW.ES=1   memory not aligned to 16
//   SSE      #UD        #UD            #NM        -          #GP(0), except MOVUPS and its like, and scalars
//   MMX      #UD        -              #NM        #MF        -
import { Offset } from './gen/offsets';
import { linear } from './operands';
import { POISON, prepareRead, prepareWrite, probe, read16, read32, read64, write64 } from './memory';
import { faulted, raise, raiseGp, raiseUd, Vector } from './raise';
import { checkPending, enterMmx } from './x87';
import { cpu, Cr0, cr0, cr4, Cr4, opReg, opRm } from './state';

@inline export function zeroVector(): v128 { return i64x2.splat(0); }

@inline export function xmm(i: u32): v128 { return v128.load(cpu + (<usize>i << 4), Offset.xmm); }
@inline export function setXmm(i: u32, v: v128): void { v128.store(cpu + (<usize>i << 4), v, Offset.xmm); }
@inline export function xmm64(i: u32): u64 { return load<u64>(cpu + (<usize>i << 4), Offset.xmm); }
@inline export function xmm32(i: u32): u32 { return load<u32>(cpu + (<usize>i << 4), Offset.xmm); }
/** The low part changes, the rest stays. */
@inline export function setXmm64(i: u32, v: u64): void { store<u64>(cpu + (<usize>i << 4), v, Offset.xmm); }
@inline export function setXmm32(i: u32, v: u32): void { store<u32>(cpu + (<usize>i << 4), v, Offset.xmm); }

/** The register of ModRM.reg, as first source and as destination. */
@inline export function left(): v128 { return xmm(opReg()); }
@inline export function result(v: v128): void { setXmm(opReg(), v); }

/** False: a fault was raised. */
@inline export function sseReady(): bool {
  return (cr0() & (Cr0.em | Cr0.ts)) == 0 && (cr4() & Cr4.osfxsr) != 0 || refuseSse();
}
function refuseSse(): bool {
  if ((cr0() & Cr0.em) != 0 || (cr4() & Cr4.osfxsr) == 0) raiseUd();
  else raise(Vector.nm);
  return false;
}

/** 16 bytes of memory: the address may have any alignment. */
export function readVector(a: u64): v128 {
  const host = prepareRead(a, 16);
  if (host) return v128.load(host);
  if (faulted()) return zeroVector();
  const low = read64(a);
  return i64x2.replace_lane(i64x2.splat(low), 1, read64(a + 8));
}

export function writeVector(a: u64, v: v128): void {
  const host = prepareWrite(a, 16);
  if (host) { v128.store(host, v); return; }
  // Both halves must be writable before the first is stored.
  if (faulted() || !probe(a, 16, true)) return;
  write64(a, i64x2.extract_lane(v, 0));
  write64(a + 8, i64x2.extract_lane(v, 1));
}

/** Linear address of a 16-byte operand that must be aligned; POISON after a fault. */
export function alignedOperand(write: bool): u64 {
  const a = linear(16, write);
  if ((a & 15) == 0) return a;
  raiseGp();
  return POISON;
}

/** W, 16 bytes, aligned in memory. */
export function source(): v128 {
  if (!sseReady()) return zeroVector();
  const rm = opRm();
  return rm != 0xff ? xmm(rm) : readVector(alignedOperand(false));
}
/** W, 16 bytes, any alignment. */
export function sourceUnaligned(): v128 {
  if (!sseReady()) return zeroVector();
  const rm = opRm();
  return rm != 0xff ? xmm(rm) : readVector(linear(16, false));
}
/** W, the low 8, 4 or 2 bytes. */
export function source64(): u64 {
  if (!sseReady()) return 0;
  const rm = opRm();
  return rm != 0xff ? xmm64(rm) : read64(linear(8, false));
}
export function source32(): u32 {
  if (!sseReady()) return 0;
  const rm = opRm();
  return rm != 0xff ? xmm32(rm) : <u32>read32(linear(4, false));
}
export function source16(): u32 {
  if (!sseReady()) return 0;
  const rm = opRm();
  return rm != 0xff ? xmm32(rm) & 0xffff : <u32>read16(linear(2, false));
}

// MMX. Registers are the significands of the x87 registers, counted from R0 whatever TOP is.
@inline export function mm(i: u32): u64 { return load<u64>(cpu + (<usize>(i & 7) << 4), Offset.fpr); }

/** Sign and exponent become ones (SDM vol. 1 §9.2.2). */
@inline export function setMm(i: u32, v: u64): void {
  const at = cpu + (<usize>(i & 7) << 4);
  store<u64>(at, v, Offset.fpr);
  store<u16>(at, 0xffff, Offset.fpr + 8);
}

/** False: a fault was raised. SDM vol. 3 table 12-1. */
export function mmxReady(): bool {
  if (cr0() & Cr0.em) raiseUd();
  else if (cr0() & Cr0.ts) raise(Vector.nm);
  else return checkPending();
  return false;
}

/** Q, 8 bytes; checks `mmxReady`. */
export function mmxSource(): u64 {
  if (!mmxReady()) return 0;
  const rm = opRm();
  return rm != 0xff ? mm(rm) : read64(linear(8, false));
}
/** Q, 4 bytes: the low unpack instructions read no more from memory. */
export function mmxSource32(): u64 {
  if (!mmxReady()) return 0;
  const rm = opRm();
  return rm != 0xff ? mm(rm) : read32(linear(4, false));
}
@inline export function mmxLeft(): u64 { return mm(opReg()); }
/** Every MMX instruction but EMMS makes all registers valid and TOP 0 (SDM vol. 1 §9.5.1). */
@inline export function mmxResult(v: u64): void {
  enterMmx();
  setMm(opReg(), v);
}

// MMX values as the low half of a vector.
@inline export function widen(v: u64): v128 { return i64x2.replace_lane(zeroVector(), 0, v); }
@inline export function narrow(v: v128): u64 { return i64x2.extract_lane(v, 0); }
