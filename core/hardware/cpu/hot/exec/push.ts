// PUSH POP PUSHA POPA ENTER LEAVE BOUND.
import { Vector, faulted, raise } from '../raise';
import { isMemory, linear, readE, readRegister, register, setRegister, writeE, writeRegister } from '../operands';
import { probe, readT, setImplicitStack } from '../memory';
import { drop, push, pushSized, readStack, setStackPointer, stackLinear, stackPointerMask, top, writeStack } from '../push';
import { gpr32, gpr64, opImmediate, opReg, opSize, setGpr64 } from '../state';

const RSP: u32 = 4;
const RBP: u32 = 5;

export function push_Z<T>(): void { push<T>(register<T>(opReg())); }
export function push_I<T>(): void { push<T>(<T>opImmediate()); }
export function push_E<T, F>(): void { const v = readE<T, F>(); if (!(isMemory<F>() && faulted())) push<T>(v); }

/** POP RSP: the value read, not the pointer moved, is what stays. */
export function pop_Z<T>(): void {
  const v = top<T>();
  if (faulted()) return;
  drop(sizeof<T>());
  setRegister<T>(opReg(), v);
}
/** An address that uses RSP sees it after the pop; a fault of the store takes the pop back. */
export function pop_E<T, F>(): void {
  const v = top<T>();
  if (faulted()) return;
  const before = gpr64(RSP);
  drop(sizeof<T>());
  writeE<T, F>(v);
  if (isMemory<F>() && faulted()) setGpr64(RSP, before);
}

/** All eight slots are checked before any is written, or none is. */
export function pusha<T>(): void {
  const mask = stackPointerMask();
  const from = gpr64(RSP);
  for (let i: u32 = 0; i < 8; i++) {
    writeStack<T>((from - sizeof<T>() * (i + 1)) & mask, register<T>(i));
    if (faulted()) return;
  }
  setStackPointer(from - 8 * sizeof<T>());
}
/** The slot of SP is skipped. */
export function popa<T>(): void {
  const mask = stackPointerMask();
  const from = gpr64(RSP);
  for (let i: u32 = 0; i < 8; i++) {
    readStack<T>((from + sizeof<T>() * i) & mask);
    if (faulted()) return;
  }
  for (let i: u32 = 0; i < 8; i++) if (i != 3) setRegister<T>(7 - i, readStack<T>((from + sizeof<T>() * i) & mask));
  drop(8 * sizeof<T>());
}

export function enter(): void {
  const size = <u64>opSize();
  const frame = <u64>opImmediate() & 0xffff;
  const level = <u32>(opImmediate() >> 16) & 31;
  const mask = stackPointerMask();
  const before = gpr64(RSP);
  pushSized(readRegister(RBP, <u32>size), <u32>size);
  if (faulted()) return;
  const pointer = gpr64(RSP);
  for (let i: u32 = 1; i < level; i++) {
    const link = readLink((gpr64(RBP) - size * i) & mask, <u32>size);
    if (!faulted()) pushSized(link, <u32>size);
    if (faulted()) break;
  }
  if (level > 0 && !faulted()) pushSized(pointer, <u32>size);
  // A write at the new stack pointer must be possible (SDM vol. 2, ENTER).
  if (!faulted()) {
    setImplicitStack(true);
    probe(stackLinear((gpr64(RSP) - frame) & mask, <u32>size, true), <u32>size, true);
    setImplicitStack(false);
  }
  if (faulted()) {
    setGpr64(RSP, before);
    return;
  }
  writeRegister(RBP, mask == 0xffff ? 2 : <u32>size, pointer);
  setStackPointer(gpr64(RSP) - frame);
}
function readLink(offset: u64, size: u32): u64 {
  return size == 8 ? readStack<u64>(offset) : size == 4 ? <u64>readStack<u32>(offset) : <u64>readStack<u16>(offset);
}

export function leave<T>(): void {
  const at = gpr64(RBP) & stackPointerMask();
  const v = readStack<T>(at);
  if (faulted()) return;
  setStackPointer(at + sizeof<T>());
  setRegister<T>(RBP, v);
}

/** Bounds are two signed numbers in memory. */
export function bound(): void {
  const size = opSize();
  const a = linear(2 * size, false);
  const lower = size == 2 ? <i32><i16>readT<u16>(a) : <i32>readT<u32>(a);
  const upper = size == 2 ? <i32><i16>readT<u16>(a + 2) : <i32>readT<u32>(a + 4);
  if (faulted()) return;
  const index = size == 2 ? <i32><i16>gpr32(opReg()) : <i32>gpr32(opReg());
  if (index < lower || index > upper) raise(Vector.br);
}
