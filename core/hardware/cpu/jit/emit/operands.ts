/**
 * Operands in translated code: registers by size, immediates, effective addresses, and checked accesses to memory.
 *
 * A value of 1, 2 or 4 bytes is kept zero-extended in a 64-bit local, as the lazy flags want it. `wrap` and `extend`
 * rather than a mask for 32 bits: the optimising compiler removes the pair, it does not remove the mask.
 */
import { Constant, Offset } from '../../gen/offsets.ts';
import type { Instruction } from '../instruction.ts';
import { Exit, L } from '../locals.ts';
import { W } from '../opcodes.table.ts';
import type { Path } from '../path.ts';
import { IN_MEMORY, NO_REGISTER, PREFIX, RIP_BASE } from '../record.ts';

export const Reg = { rax: 0, rcx: 1, rdx: 2, rbx: 3, rsp: 4, rbp: 5, rsi: 6, rdi: 7 } as const;

const TLB_ENTRY_SHIFT = 8;
const TLB_ENTRY_MASK = (Constant.tlbEntries - 1) << 4;
const TLB_WRITE = Constant.tlbEntries * 16;
const TLB_ADDEND = 8;

/** Cuts the 64-bit value on the stack to `size` bytes. */
export function cut(u: Path, size: number): void {
  const { w } = u;
  if (size === 4) {
    w.op(W.i32WrapI64);
    w.op(W.i64ExtendI32U);
  } else if (size < 4) {
    w.i64(size === 1 ? 0xff : 0xffff);
    w.op(W.i64And);
  }
}

/** Sign-extends the value on the stack from `size` bytes to 64 bits. */
export function extendSigned(u: Path, size: number): void {
  if (size === 4) u.w.op(W.i64Extend32S);
  else if (size === 2) u.w.op(W.i64Extend16S);
  else if (size === 1) u.w.op(W.i64Extend8S);
}

/** Without REX, byte registers 4-7 are AH CH DH BH. */
const isHighByte = (i: Instruction, r: number, size: number): boolean =>
  size === 1 && r >= 4 && r < 8 && (i.flags & PREFIX.rex) === 0;

/** Pushes a register, zero-extended. */
export function getRegister(u: Path, i: Instruction, r: number, size: number): void {
  const { w } = u;
  if (isHighByte(i, r, size)) {
    u.getRegister(r - 4);
    w.i64(8);
    w.op(W.i64ShrU);
  } else u.getRegister(r);
  cut(u, size);
}

/** Puts `local`, a zero-extended value, into a register: 32 bits clear the upper half, 16 and 8 bits keep the rest. */
export function putRegister(u: Path, i: Instruction, r: number, size: number, local: number): void {
  const { w } = u;
  if (size >= 4) {
    w.get(local);
    u.setRegister(r);
    return;
  }
  const high = isHighByte(i, r, size);
  const register = high ? r - 4 : r;
  u.getRegister(register);
  if (high) w.i64(~0xff00);
  else w.i64(size === 1 ? ~0xff : ~0xffff);
  w.op(W.i64And);
  w.get(local);
  if (high) {
    w.i64(8);
    w.op(W.i64Shl);
  }
  w.op(W.i64Or);
  u.setRegister(register);
}

/** Pushes the immediate, cut to `size` bytes. */
export function getImmediate(u: Path, i: Instruction, size: number): void {
  if (size === 8) u.w.i64Parts(i.low, i.high);
  else if (size === 4) u.w.i64Parts(i.low, 0);
  else u.w.i64(i.low & (size === 1 ? 0xff : 0xffff));
}

/** Pushes the effective address (LEA): offset within the segment. */
export function getEffective(u: Path, i: Instruction): void {
  const { w } = u;
  let some = false;
  const add = (): void => {
    if (some) w.op(W.i64Add);
    some = true;
  };
  if (i.base === RIP_BASE) {
    w.get(L.page);
    w.i64(u.behind);
    w.op(W.i64Add);
    some = true;
  } else if (i.base < NO_REGISTER) {
    u.getRegister(i.base);
    some = true;
  }
  if (i.index < NO_REGISTER) {
    u.getRegister(i.index);
    if (i.scale > 0) {
      w.i64(i.scale);
      w.op(W.i64Shl);
    }
    add();
  }
  if (i.disp !== 0 || !some) {
    w.i64(i.disp);
    add();
  }
  if (i.addressSize === 4) cut(u, 4);
}

/** Pushes the linear address of the memory operand. */
export function getLinear(u: Path, i: Instruction): void {
  getEffective(u, i);
  addSegment(u, i.segment);
}

/** Adds the base of FS or GS, which is all that a segment does in 64-bit mode. */
export function addSegment(u: Path, segment: number): void {
  if (segment !== 4 && segment !== 5) return;
  u.w.get(L.cpu);
  u.w.memory(W.i64Load, Offset.segmentBase + 8 * segment);
  u.w.op(W.i64Add);
}

/**
 * The linear address on the stack becomes a host address in L.host: one compare of the TLB entry's tag with the page
 * of the last byte, which also sees a page crossing. On a miss the interpreter does the whole instruction, and fills the
 * entry. (A call that fills it and comes back cost more than it saved: registers are spilled around calls, on the fast
 * path as well, and the optimising compiler took 1.5 times as long; there are 4 misses in 10,000 instructions.)
 */
export function check(u: Path, size: number, access: 'read' | 'write'): void {
  const { w } = u;
  const table = access === 'read' ? 0 : TLB_WRITE;
  w.tee(L.address);
  w.i64(TLB_ENTRY_SHIFT);
  w.op(W.i64ShrU);
  w.op(W.i32WrapI64);
  w.i32(TLB_ENTRY_MASK);
  w.op(W.i32And);
  w.get(L.tlb);
  w.op(W.i32Add);
  w.tee(L.entry);
  w.memory(W.i64Load, table);
  w.get(L.address);
  if (size > 1) {
    w.i64(size - 1);
    w.op(W.i64Add);
  }
  w.i64(-4096);
  w.op(W.i64And);
  w.op(W.i64Eq);
  u.openIf();
  w.get(L.address);
  w.op(W.i32WrapI64);
  w.get(L.entry);
  w.memory(W.i32Load, table + TLB_ADDEND);
  w.op(W.i32Add);
  w.set(L.host);
  u.else();
  u.leavePrecisely(Exit.precise);
  u.close();
}

/** Checks the memory operand. */
export function checkOperand(u: Path, i: Instruction, size: number, access: 'read' | 'write'): void {
  getLinear(u, i);
  check(u, size, access);
}

/** Pushes `size` bytes at L.host, zero-extended. */
export function loadHost(u: Path, size: number): void {
  u.w.get(L.host);
  u.w.memory(size === 8 ? W.i64Load : size === 4 ? W.i64Load32U : size === 2 ? W.i64Load16U : W.i64Load8U, 0);
}

/** Stores the low bytes of a local at L.host. */
export function storeHost(u: Path, size: number, local: number): void {
  u.w.get(L.host);
  u.w.get(local);
  u.w.memory(size === 8 ? W.i64Store : size === 4 ? W.i64Store32 : size === 2 ? W.i64Store16 : W.i64Store8, 0);
}

/** Sets `local` to the ModRM operand, zero-extended. */
export function readE(u: Path, i: Instruction, size: number, local: number): void {
  if (i.rm === IN_MEMORY) {
    checkOperand(u, i, size, 'read');
    loadHost(u, size);
  } else getRegister(u, i, i.rm, size);
  u.w.set(local);
}

/** Puts `local` into the ModRM operand, whose check for writing comes first. */
export function writeE(u: Path, i: Instruction, size: number, local: number): void {
  if (i.rm === IN_MEMORY) {
    checkOperand(u, i, size, 'write');
    storeHost(u, size, local);
  } else putRegister(u, i, i.rm, size, local);
}

/** As {@link readE} for an operand that {@link commitE} then replaces. */
export function modifyE(u: Path, i: Instruction, size: number, local: number): void {
  if (i.rm === IN_MEMORY) {
    checkOperand(u, i, size, 'write');
    loadHost(u, size);
  } else getRegister(u, i, i.rm, size);
  u.w.set(local);
}

export function commitE(u: Path, i: Instruction, size: number, local: number): void {
  if (i.rm === IN_MEMORY) storeHost(u, size, local);
  else putRegister(u, i, i.rm, size, local);
}
