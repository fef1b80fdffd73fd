// CPUID, clocks and counters, RDPID, XGETBV and XSETBV, and the calls to the layer below.
import { call, cpuid as askCpuid } from '../env';
import { Offset } from '../gen/offsets';
import { writeRegister } from '../operands';
import { raiseGp, raiseUd } from '../raise';
import { cpl, cpu, Cr0, cr0, Cr4, cr4, gpr32, is64, opRm, setGpr32 } from '../state';
import { timeStamp } from './msr';

const RAX: u32 = 0;
const RCX: u32 = 1;
const RDX: u32 = 2;

export function cpuid(): void { askCpuid(cpu); }

/** CR4.TSD reserves the counter for ring 0. */
function clockForbidden(): bool { return (cr4() & Cr4.tsd) != 0 && cpl() != 0 && (cr0() & Cr0.pe) != 0; }

function setPair(value: u64): void {
  setGpr32(RAX, <u32>value);
  setGpr32(RDX, <u32>(value >> 32));
}

export function rdtsc(): void {
  if (clockForbidden()) raiseGp();
  else setPair(timeStamp());
}

export function rdtscp(): void {
  if (clockForbidden()) return raiseGp();
  setPair(timeStamp());
  setGpr32(RCX, <u32>load<u64>(cpu, Offset.tscAux));
}

export function rdpid(): void {
  writeRegister(opRm(), is64() ? 8 : 4, load<u64>(cpu, Offset.tscAux) & 0xffff_ffff);
}

/** No performance counter is offered: any number is out of range. */
export function rdpmc(): void { raiseGp(); }

export function xgetbv(): void {
  if (!(cr4() & Cr4.osxsave)) return raiseUd();
  if (gpr32(RCX) != 0) return raiseGp();
  setPair(load<u64>(cpu, Offset.xcr0));
}

/** x87 state cannot be switched off; SSE state may be left out; nothing else exists. */
export function xsetbv(): void {
  if (!(cr4() & Cr4.osxsave)) return raiseUd();
  const value = <u64>gpr32(RAX) | (<u64>gpr32(RDX) << 32);
  if (cpl() != 0 || gpr32(RCX) != 0 || !(value & 1) || value & ~3) return raiseGp();
  store<u64>(cpu, value, Offset.xcr0);
}

/** Whoever is below decides; on bare hardware nobody answers. */
export function vmcall(): void { if (!call(cpu)) raiseUd(); }
export function vmmcall(): void { if (!call(cpu)) raiseUd(); }
