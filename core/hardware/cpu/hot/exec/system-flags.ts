// PUSHF, POPF, CLI, STI, STAC, CLAC, HLT: the flags of RFLAGS that belong to the system (SDM vol. 2; vol. 3, 2.3).
//
//   POPF may change    CPL 0                    CPL <= IOPL          else
//   IF                 yes                      yes                  kept
//   IOPL               yes                      kept                 kept
//   VM VIF VIP RF      kept, kept, kept, cleared in every case; AC and ID only with 32 or 64 bits
import { virtual8086 } from '../descriptors';
import { readFlags, systemFlags, writeFlags } from '../flags';
import { Offset } from '../gen/offsets';
import { castShadow, flagsChanged, Shadow } from '../interrupts';
import { drop, push, top } from '../push';
import { faulted, raiseGp, raiseUd, requestAttention } from '../raise';
import { cpl, cpu, Flag } from '../state';
import { changeableFlags, mayMask } from './iret';

/** In virtual-8086 mode these are the monitor's, unless IOPL is 3. */
function flagsForbidden(): bool { return virtual8086() && !mayMask(); }

export function pushf<T>(): void {
  if (flagsForbidden()) raiseGp();
  else push<T>(<T>(readFlags() & ~(<u64>(Flag.vm | Flag.rf))));
}

export function popf<T>(): void {
  if (flagsForbidden()) return raiseGp();
  const image = <u64>top<T>();
  if (faulted()) return;
  drop(sizeof<T>());
  const mask = changeableFlags(sizeof<T>()) & ~(<u64>(Flag.vif | Flag.vip | Flag.rf));
  const before = readFlags();
  const now = ((before & ~mask) | (image & mask)) & ~(<u64>Flag.rf);
  writeFlags(now);
  flagsChanged(before, now);
}

export function cli(): void {
  if (!mayMask()) return raiseGp();
  store<u64>(cpu, systemFlags() & ~(<u64>Flag.if_), Offset.rflags);
}

/** Interrupts stay off for one more instruction, so that STI; HLT and STI; RET are not torn apart. */
export function sti(): void {
  if (!mayMask()) return raiseGp();
  const before = systemFlags();
  if (before & Flag.if_) return;
  store<u64>(cpu, before | Flag.if_, Offset.rflags);
  castShadow(Shadow.sti);
}

export function stac(): void { setAccess(Flag.ac); }
export function clac(): void { setAccess(0); }

function setAccess(value: u64): void {
  if (cpl() != 0) return raiseUd();
  store<u64>(cpu, (systemFlags() & ~(<u64>Flag.ac)) | value, Offset.rflags);
}

/** The run loop stops at the boundary unless an event is due already. */
export function hlt(): void {
  if (cpl() != 0) return raiseGp();
  store<u32>(cpu, 1, Offset.halted);
  requestAttention();
}
