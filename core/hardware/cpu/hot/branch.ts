// Near branches: where RIP may go (SDM vol. 2, JMP; vol. 1 §6.3).
//
// 64-bit mode: a target that is not canonical raises #GP. Otherwise the target is cut to the operand size and must lie
// within the limit of CS.
import { raiseGp } from './raise';
import { Mode, Op, Seg, canonical, mode, op, opImmediate, rip, segmentLimit, setRip } from './state';

/** Target as RIP may take it, or false after #GP. The cut value is in `target`. */
export let target: u64 = 0;

export function checkTarget(to: u64): bool {
  if (mode() == Mode.code64) {
    target = load<u8>(op, Op.size) == 2 ? to & 0xffff : to;
    if (canonical(target)) return true;
  } else {
    target = load<u8>(op, Op.size) == 2 ? to & 0xffff : to & 0xffff_ffff;
    if (target <= <u64>segmentLimit(Seg.cs)) return true;
  }
  raiseGp();
  return false;
}

@inline export function jumpTo(to: u64): void {
  if (load<u8>(op, Op.size) == 8 && canonical(to)) setRip(to);
  else if (checkTarget(to)) setRip(target);
}

@inline export function jumpRelative(): void { jumpTo(rip() + <u64>opImmediate()); }
