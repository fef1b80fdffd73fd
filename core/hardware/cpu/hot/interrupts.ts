// Interrupts at an instruction boundary, and what decides whether they may come (SDM vol. 3, 6.7 and 6.8).
//
//                    held off by
//   NMI              an earlier NMI until IRET; the shadow of MOV SS, POP SS and, as on most processors, STI
//   external         RFLAGS.IF clear; every shadow
import { acknowledge } from './env';
import { Offset } from './gen/offsets';
import { deliverInterrupt } from './deliver';
import { alignmentChanged } from './mode';
import { requestAttention, Vector } from './raise';
import { cpu, Flag } from './state';

/** What holds interrupts off for one instruction; debug traps respect only the second. */
export const enum Shadow { none = 0, sti = 1, stack = 2 }

export function castShadow(kind: u32): void {
  store<u32>(cpu, kind, Offset.shadow);
  requestAttention();
}

/** Delivers the pending NMI; further ones wait for IRET. */
export function deliverPendingNmi(): void {
  store<u32>(cpu, 0, Offset.nmiLine);
  store<u32>(cpu, 1, Offset.nmiBlocked);
  deliverInterrupt(Vector.nmi);
}

/** Acknowledges the offered interrupt and delivers it; false if it went away. */
export function takeInterrupt(): bool {
  const vector = acknowledge(cpu);
  if (vector < 0) return false;
  deliverInterrupt(<u32>vector & 0xff);
  return true;
}

/** IRET, even one that faults, ends the blocking of NMIs (SDM vol. 3, 6.7.1). */
export function unblockNmi(): void {
  if (!load<u32>(cpu, Offset.nmiBlocked)) return;
  store<u32>(cpu, 0, Offset.nmiBlocked);
  if (load<u32>(cpu, Offset.nmiLine)) requestAttention();
}

/** RFLAGS changed from `before` to `now`: the run loop must look if something could not happen before. */
export function flagsChanged(before: u64, now: u64): void {
  if (now & Flag.ac) alignmentChanged();
  if (now & (Flag.tf | Flag.rf) || (now & ~before & Flag.if_ && load<u32>(cpu, Offset.interruptLine))) requestAttention();
}
