// MOV to and from control and debug registers, LMSW, SMSW, CLTS, INVLPG, INVPCID, cache flushes (SDM vol. 2; vol. 3, 2.5, 17.2).
import { debugRegister, detectAccess, DR6_RESERVED, DR7_OFFERED, Dr6, Dr7, setDebugRegister } from '../debug';
import { invalidatePage as tellInvalidation, writeTaskPriority } from '../env';
import { Constant, Offset } from '../gen/offsets';
import { probe, read64 } from '../memory';
import { tellControl, writeCr0, writeCr3, writeCr4 } from '../mode';
import { effective, linear, readRegister, readRm, writeRegister, writeRm } from '../operands';
import { faulted, raiseGp, raiseUd, requestAttention } from '../raise';
import {
  canonical, cpl, cpu, Cr0, cr0, Cr4, cr4, FLAT, is64, opIsRegister, opReg, opRm, opSegment, opSize, segmentBase,
} from '../state';
import { flushAll, flushTranslations, invalidatePage } from '../tlb';

/** Operand size of these moves follows the mode alone. */
@inline function wide(): u32 { return is64() ? 8 : 4; }

export function mov_Ry_Cy(): void {
  if (cpl() != 0 && controlExists()) return raiseGp();
  let value: u64;
  switch (opReg()) {
    case 0: value = cr0(); break;
    case 2: value = load<u64>(cpu, Offset.cr2); break;
    case 3: value = load<u64>(cpu, Offset.cr3); break;
    case 4: value = cr4(); break;
    case 8: value = load<u64>(cpu, Offset.cr8); break;
    default: return raiseUd();
  }
  writeRegister(opRm(), wide(), value);
}

@inline function controlExists(): bool {
  const register = opReg();
  return register == 0 || (register >= 2 && register <= 4) || register == 8;
}

export function mov_Cy_Ry(): void {
  if (cpl() != 0 && controlExists()) return raiseGp();
  const value = readRegister(opRm(), wide());
  switch (opReg()) {
    case 0: writeCr0(value); break;
    case 2: store<u64>(cpu, value, Offset.cr2); break;
    case 3: writeCr3(value); break;
    case 4: writeCr4(value); break;
    case 8: writeCr8(value); break;
    default: raiseUd(); break;
  }
}

/** The task priority belongs to the interrupt controller; lowering it may let an interrupt in. */
function writeCr8(value: u64): void {
  if (value > 15) return raiseGp();
  store<u64>(cpu, value, Offset.cr8);
  writeTaskPriority(cpu, <u32>value);
  requestAttention();
}

/** DR4 and DR5 are DR6 and DR7 unless CR4.DE reserves them. Returns the number, or -1 after a fault. */
function debugOperand(): i32 {
  const register = opReg();
  if (register > 7 || ((register & 6) == 4 && cr4() & Cr4.de)) raiseUd();
  else if (cpl() != 0) raiseGp();
  else if (debugRegister(7) & Dr7.gd) detectAccess();
  else return (register & 6) == 4 ? register + 2 : register;
  return -1;
}

export function mov_Ry_Dy(): void {
  const register = debugOperand();
  if (register >= 0) writeRegister(opRm(), wide(), debugRegister(register));
}

export function mov_Dy_Ry(): void {
  const register = debugOperand();
  if (register < 0) return;
  const value = readRegister(opRm(), wide());
  if (register >= 6 && value >> 32) return raiseGp();
  if (register == 6) setDebugRegister(6, (value & (0xf | Dr6.bd | Dr6.bs | Dr6.bt)) | DR6_RESERVED);
  else if (register == 7) setDebugRegister(7, (value & DR7_OFFERED) | Dr7.fixed);
  else setDebugRegister(register, value);
  // Watched pages stay out of the TLB (debug.ts), so the set of watched pages decides what may be in it.
  if (debugRegister(7) & Dr7.enables) flushAll();
  requestAttention();
}

/** User-mode instruction prevention: what tells ring 3 about ring 0 raises #GP (SDM vol. 3, 2.5). */
export function hiddenFromUser(): bool {
  if (!(cr4() & Cr4.umip) || cpl() == 0) return false;
  raiseGp();
  return true;
}

/** A register gets the operand size, memory always 16 bits. */
export function storeWord(value: u64): void { writeRm(opIsRegister() ? opSize() : 2, value); }

export function smsw_Ev(): void { if (!hiddenFromUser()) storeWord(cr0()); }

/** LMSW reaches PE MP EM TS and cannot clear PE. */
export function lmsw_Ew(): void {
  if (cpl() != 0) return raiseGp();
  const value = readRm(2);
  if (!faulted()) writeCr0((cr0() & ~<u64>14) | (value & 15));
}

export function clts(): void {
  if (cpl() != 0) return raiseGp();
  store<u64>(cpu, cr0() & ~<u64>Cr0.ts, Offset.cr0);
  tellControl(0, cr0());
}

/** The operand is an address; nothing is accessed, so neither limit nor canonical form is checked. */
export function invlpg(): void {
  if (cpl() != 0) return raiseGp();
  const segment = opSegment();
  const sum = segment >= FLAT ? effective() : effective() + segmentBase(segment);
  const at = is64() ? sum : sum & 0xffff_ffff;
  if (canonical(at)) invalidatePage(at);
  if (load<u32>(cpu, Offset.controls) & Constant.controlInvlpg) tellInvalidation(cpu, at);
}

/**
 * Descriptor: 64 bits of PCID (12 used), 64 bits of address. Without CR4.PCIDE only PCID 0 exists. Loading CR3 forgets
 * whatever is not global, so nothing of another PCID is ever cached.
 */
export function invpcid(): void {
  if (cpl() != 0) return raiseGp();
  const kind = readRegister(opReg(), wide());
  const at = linear(16, false);
  const pcid = read64(at);
  const address = read64(at + 8);
  if (faulted()) return;
  const several = (cr4() & Cr4.pcide) != 0;
  if (kind > 3 || pcid >> 12 || (kind < 2 && pcid && !several) || (kind == 0 && !canonical(address))) return raiseGp();
  if (kind < 2 && several && pcid != (load<u64>(cpu, Offset.cr3) & 0xfff)) return;
  if (kind == 0) invalidatePage(address);
  else if (kind == 2) flushAll();
  else flushTranslations((cr4() & Cr4.pge) != 0);
}

// Memory is always coherent here: there is nothing to write back.
export function invd(): void { if (cpl() != 0) raiseGp(); }
export function wbinvd(): void { if (cpl() != 0) raiseGp(); }
/** Faults as a load of one byte would. */
export function clflush(): void { probe(linear(1, false), 1, false); }
