// x87 control instructions: initialisation, control and status words, waiting, the stack pointer and tags (SDM vol. 1 §8.1, §8.3.11).
//
// The "N" forms do not look at a pending exception; the assembler's forms without N are FWAIT followed by them.
import { linear } from '../operands';
import { read16, write16 } from '../memory';
import { faulted, raise, Vector } from '../raise';
import { Cr0, cr0, opRm, setGpr16 } from '../state';
import { setFcw } from '../x87-image';
import { checkPending, conclude, concludeKeeping, fcw, free, Fsw, fsw, initialise, pop, setFsw, setTop, top, x87Present, x87Ready } from '../x87';

export function fninit(): void { if (x87Present()) initialise(); }
export function fnclex(): void { if (x87Present()) setFsw(fsw() & ~(Fsw.exceptions | Fsw.stack | Fsw.summary | Fsw.busy)); }

/** With CR0.MP, FWAIT is subject to task switching as the others are. */
export function fwait(): void {
  if ((cr0() & (Cr0.mp | Cr0.ts)) == (Cr0.mp | Cr0.ts)) raise(Vector.nm);
  else checkPending();
}

export function fldcw(): void {
  if (!x87Ready()) return;
  const value = <u32>read16(linear(2, false));
  if (!faulted()) setFcw(value);
}
export function fnstcw(): void { if (x87Present()) write16(linear(2, true), fcw()); }
export function fnstsw_Mw(): void { if (x87Present()) write16(linear(2, true), fsw()); }
export function fnstsw_AX(): void { if (x87Present()) setGpr16(0, fsw()); }

export function fnop(): void { if (x87Ready()) concludeKeeping(); }
/** FENI, FDISI, FSETPM: meant something to the 8087 and the 80287 only. */
export function fnop_control(): void { x87Present(); }

export function fincstp(): void { if (x87Ready()) { conclude(false); setTop(top() + 1); } }
export function fdecstp(): void { if (x87Ready()) { conclude(false); setTop(top() - 1); } }
export function ffree(): void { if (x87Ready()) { conclude(false); free(opRm() & 7); } }
export function ffreep(): void { if (x87Ready()) { conclude(false); free(opRm() & 7); pop(); } }
