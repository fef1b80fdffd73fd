// Near JMP CALL RET, LOOP, JRCXZ, UD.
import { faulted, raiseUd } from '../raise';
import { zero } from '../flags';
import { isMemory, readE } from '../operands';
import { checkTarget, jumpRelative, jumpTo, target } from '../branch';
import { drop, pushSized, push, top, topSized } from '../push';
import { Op, gpr64, op, opImmediate, opSize, rip, setGpr16, setGpr32, setGpr64, setRip } from '../state';

const RCX: u32 = 1;

export function jmp_J(): void { jumpRelative(); }
export function jmp_E<T, F>(): void { const to = <u64>readE<T, F>(); if (!(isMemory<F>() && faulted())) jumpTo(to); }

/** The target is checked before anything is pushed. */
@inline function call(to: u64): void {
  if (!checkTarget(to)) return;
  const where = target;
  if (opSize() == 8) push<u64>(rip());
  else pushSized(rip(), opSize());
  if (!faulted()) setRip(where);
}
export function call_J(): void { call(rip() + <u64>opImmediate()); }
export function call_E<T, F>(): void { const to = <u64>readE<T, F>(); if (!(isMemory<F>() && faulted())) call(to); }

@inline function returnNear(released: u64): void {
  const size = opSize();
  const to = size == 8 ? top<u64>() : topSized(size);
  if (faulted() || !checkTarget(to)) return;
  setRip(target);
  drop(<u64>size + released);
}
export function ret(): void { returnNear(0); }
export function ret_I(): void { returnNear(<u64>opImmediate() & 0xffff); }

/** The count register is as wide as the address size. */
@inline function count(): u64 {
  const size = load<u8>(op, Op.addressSize);
  return size == 8 ? gpr64(RCX) : size == 4 ? gpr64(RCX) & 0xffff_ffff : gpr64(RCX) & 0xffff;
}
@inline function setCount(v: u64): void {
  const size = load<u8>(op, Op.addressSize);
  if (size == 8) setGpr64(RCX, v);
  else if (size == 4) setGpr32(RCX, <u32>v);
  else setGpr16(RCX, <u32>v);
}
/** A jump that faults leaves the count as it was. */
@inline function loopIf(holds: bool): void {
  const before = count();
  const last = before == 1;
  if (!last && holds) {
    jumpRelative();
    if (faulted()) return;
  }
  setCount(before - 1);
}
export function loop(): void { loopIf(true); }
export function loope(): void { loopIf(zero() != 0); }
export function loopne(): void { loopIf(zero() == 0); }
export function jrcxz(): void { if (count() == 0) jumpRelative(); }

export function ud0(): void { raiseUd(); }
export function ud1(): void { raiseUd(); }
export function ud2(): void { raiseUd(); }
