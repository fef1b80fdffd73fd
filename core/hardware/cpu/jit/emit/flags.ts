/** Emitters that change single flags, and the help for instructions that change only some of the six. */
import { Offset } from '../../gen/offsets.ts';
import type { Emitter } from '../instruction.ts';
import { Exit, L } from '../locals.ts';
import { W } from '../opcodes.table.ts';
import type { Path } from '../path.ts';
import { Status } from '../status-flags.ts';
import { pushCarry } from './conditions.ts';
import { Kind } from './kinds.ts';

const IOPL_SHIFT = 12;
/** Bits of RFLAGS besides the status flags. */
const Flag = { interrupt: 0x200, direction: 0x400 } as const;

/**
 * Replaces the flags in `mask` by the value that `push` leaves on the stack; the others are put in place in the state
 * block first, where they are no longer lazy.
 */
export function mergeFlags(u: Path, mask: number, push: () => void): void {
  u.cache.writeFlags();
  u.import('materialise');
  changeSystemFlags(u, mask, push);
  u.cache.forgetFlags();
}

/** Replaces bits of RFLAGS in the state block. */
function changeSystemFlags(u: Path, mask: number, push: (() => void) | undefined): void {
  const { w } = u;
  w.get(L.cpu);
  w.get(L.cpu);
  w.memory(W.i64Load, Offset.rflags);
  w.i64(~mask);
  w.op(W.i64And);
  if (push !== undefined) {
    push();
    w.op(W.i64Or);
  }
  w.memory(W.i64Store, Offset.rflags);
}

/** CF becomes what L.carry holds, 0 or 1; the others stay. */
export function replaceCarry(u: Path, size: number): void {
  const { w } = u;
  if ((u.live & ~Status.carry) === 0) {
    // Nobody looks at the others.
    w.get(L.carry);
    w.set(L.flagLeft);
    u.setKind(Kind.other, size);
    return;
  }
  mergeFlags(u, Status.carry, () => w.get(L.carry));
  u.cache.setBit();
}

/** CLC, STC, CMC. */
function setCarry(how: 'clear' | 'set' | 'complement'): Emitter {
  return {
    flags: { reads: how === 'complement' ? Status.carry : 0, writes: Status.carry },
    emit(u, i) {
      const { w } = u;
      if (!u.flagsLive) {
        u.cache.forgetFlags();
        return;
      }
      if (how === 'complement') {
        pushCarry(u);
        w.i64(1);
        w.op(W.i64Xor);
      } else w.i64(how === 'set' ? 1 : 0);
      w.set(L.carry);
      replaceCarry(u, i.size);
    },
  };
}

function setDirection(value: boolean): Emitter {
  return { emit: (u) => changeSystemFlags(u, Flag.direction, value ? () => u.w.i64(Flag.direction) : undefined) };
}

/** CLI where the privilege level allows it; otherwise the handler refuses. Interrupts become no more urgent by it. */
const clearInterrupts: Emitter = {
  leaves: true,
  emit(u) {
    const { w } = u;
    w.get(L.cpu);
    w.memory(W.i32Load, Offset.rflags);
    w.i32(IOPL_SHIFT);
    w.op(W.i32ShrU);
    w.i32(3);
    w.op(W.i32And);
    w.get(L.cpu);
    w.memory(W.i32Load, Offset.cpl);
    w.op(W.i32LtU);
    u.openIf();
    u.leavePrecisely(Exit.precise);
    u.close();
    changeSystemFlags(u, Flag.interrupt, undefined);
  },
};

export const FLAGS: readonly (readonly [string, Emitter])[] = [
  ['CLC', setCarry('clear')],
  ['STC', setCarry('set')],
  ['CMC', setCarry('complement')],
  ['CLD', setDirection(false)],
  ['STD', setDirection(true)],
  ['CLI', clearInterrupts],
];
