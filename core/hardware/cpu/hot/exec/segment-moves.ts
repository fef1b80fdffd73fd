// MOV, PUSH and POP of segment registers, LDS LES LFS LGS LSS (SDM vol. 2).
import { castShadow, Shadow } from '../interrupts';
import { readRm, writeRegister } from '../operands';
import { pushSized } from '../push';
import { faulted, raiseUd } from '../raise';
import { loadSegment } from '../segments';
import { commitPops, openPops, popFrame } from '../stack';
import { opReg, opSize, Seg, segmentSelector } from '../state';
import { storeWord } from './control-registers';
import { farOffset, farSelector, readFarPointer } from './far';

export function mov_Ev_Sw(): void {
  if (opReg() > 5) raiseUd();
  else storeWord(segmentSelector(opReg()));
}

export function mov_Sw_Ew(): void {
  const index = opReg();
  if (index > 5 || index == Seg.cs) return raiseUd();
  const selector = <u32>readRm(2);
  if (faulted()) return;
  loadSegment(index, selector);
  if (index == Seg.ss && !faulted()) castShadow(Shadow.stack);
}

/** Zero-extended to the operand size; some processors write two bytes only, and the manual allows both. */
function push(index: u32): void { pushSized(segmentSelector(index), opSize()); }
export function push_es(): void { push(Seg.es); }
export function push_cs(): void { push(Seg.cs); }
export function push_ss(): void { push(Seg.ss); }
export function push_ds(): void { push(Seg.ds); }
export function push_fs(): void { push(Seg.fs); }
export function push_gs(): void { push(Seg.gs); }

function pop(index: u32): void {
  openPops();
  const selector = <u32>popFrame(opSize()) & 0xffff;
  if (faulted()) return;
  loadSegment(index, selector);
  if (faulted()) return;
  commitPops();
  if (index == Seg.ss) castShadow(Shadow.stack);
}
export function pop_es(): void { pop(Seg.es); }
export function pop_ss(): void { pop(Seg.ss); }
export function pop_ds(): void { pop(Seg.ds); }
export function pop_fs(): void { pop(Seg.fs); }
export function pop_gs(): void { pop(Seg.gs); }

function loadFar(index: u32): void {
  if (!readFarPointer()) return;
  loadSegment(index, farSelector());
  if (!faulted()) writeRegister(opReg(), opSize(), farOffset());
}
export function les(): void { loadFar(Seg.es); }
export function lds(): void { loadFar(Seg.ds); }
export function lss(): void { loadFar(Seg.ss); }
export function lfs(): void { loadFar(Seg.fs); }
export function lgs(): void { loadFar(Seg.gs); }
