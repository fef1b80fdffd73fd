// SWAPGS, RDFSBASE, RDGSBASE, WRFSBASE, WRGSBASE: the bases of FS and GS, which are MSRs (SDM vol. 3, 3.4.4.1 and 5.8.8).
import { Offset } from '../gen/offsets';
import { raiseGp, raiseUd } from '../raise';
import { canonical, cpl, cpu, Cr4, cr4, gpr32, gpr64, opRm, opSize, Seg, segmentBase, setGpr32, setGpr64 } from '../state';

@inline function setBase(segment: u32, value: u64): void { store<u64>(cpu + (<usize>segment << 3), value, Offset.segmentBase); }

export function swapgs(): void {
  if (cpl() != 0) return raiseGp();
  const base = segmentBase(Seg.gs);
  setBase(Seg.gs, load<u64>(cpu, Offset.kernelGsBase));
  store<u64>(cpu, base, Offset.kernelGsBase);
}

function read(segment: u32): void {
  if (!(cr4() & Cr4.fsgsbase)) return raiseUd();
  if (opSize() == 8) setGpr64(opRm(), segmentBase(segment));
  else setGpr32(opRm(), <u32>segmentBase(segment));
}

function write(segment: u32): void {
  if (!(cr4() & Cr4.fsgsbase)) return raiseUd();
  const value = opSize() == 8 ? gpr64(opRm()) : <u64>gpr32(opRm());
  if (canonical(value)) setBase(segment, value);
  else raiseGp();
}

export function rdfsbase(): void { read(Seg.fs); }
export function rdgsbase(): void { read(Seg.gs); }
export function wrfsbase(): void { write(Seg.fs); }
export function wrgsbase(): void { write(Seg.gs); }
