// The stack of pushes, pops, near calls and returns: SS:RSP as wide as the mode says (SDM vol. 1 §6.2.3).
import { Offset } from './gen/offsets';
import { faulted } from './raise';
import { readSlow, setImplicitStack, writeSlow } from './memory';
import { segmented } from './operands';
import { Mode, Seg, cpu, gpr64, mode, segmentAttributes, setGpr16, setGpr64 } from './state';
import { tlbEntry } from './tlb';

const RSP: u32 = 4;

/** Bits of RSP that are the stack pointer. */
@inline export function stackPointerMask(): u64 {
  return mode() == Mode.code64 ? ~(<u64>0) : narrowMask();
}
function narrowMask(): u64 { return segmentAttributes(Seg.ss) & 0x400 ? 0xffff_ffff : 0xffff; }

/** RSP becomes `value`; a 16-bit stack keeps its upper bits. */
@inline export function setStackPointer(value: u64): void {
  if (mode() == Mode.code64) setGpr64(RSP, value);
  else setNarrow(value);
}
function setNarrow(value: u64): void {
  if (narrowMask() == 0xffff) setGpr16(RSP, <u32>value);
  else setGpr64(RSP, value & 0xffff_ffff);
}

/** Linear address of an offset on the stack. */
@inline export function stackLinear(offset: u64, size: u32, write: bool): u64 {
  return mode() == Mode.code64 ? offset : segmented(Seg.ss, offset, size, write);
}

/** Reads at an offset of the stack segment; 0 after a fault. */
export function readStack<T>(offset: u64): T {
  const a = stackLinear(offset, <u32>sizeof<T>(), false);
  const e = tlbEntry(load<u32>(cpu, Offset.tlbRead), a);
  if (load<u64>(e) == ((a + (sizeof<T>() - 1)) & ~0xfff)) return load<T>(<usize>(<u32>a + load<u32>(e, 8)));
  setImplicitStack(true);
  const v = <T>readSlow(a, <u32>sizeof<T>());
  setImplicitStack(false);
  return v;
}
export function writeStack<T>(offset: u64, v: T): void {
  const a = stackLinear(offset, <u32>sizeof<T>(), true);
  const e = tlbEntry(load<u32>(cpu, Offset.tlbWrite), a);
  if (load<u64>(e) == ((a + (sizeof<T>() - 1)) & ~0xfff)) {
    store<T>(<usize>(<u32>a + load<u32>(e, 8)), v);
    return;
  }
  setImplicitStack(true);
  writeSlow(a, <u32>sizeof<T>(), <u64>v);
  setImplicitStack(false);
}

/** On a fault RSP is as it was. */
@inline export function push<T>(v: T): void {
  const to = (gpr64(RSP) - sizeof<T>()) & stackPointerMask();
  writeStack<T>(to, v);
  if (!faulted()) setStackPointer(to);
}
/** The value on top; RSP stays. */
@inline export function top<T>(): T { return readStack<T>(gpr64(RSP) & stackPointerMask()); }
/** Moves RSP up. */
@inline export function drop(bytes: u64): void { setStackPointer(gpr64(RSP) + bytes); }

// The same by run-time size.
export function pushSized(v: u64, size: u32): void {
  if (size == 8) push<u64>(v);
  else if (size == 4) push<u32>(<u32>v);
  else push<u16>(<u16>v);
}
export function topSized(size: u32): u64 {
  return size == 8 ? top<u64>() : size == 4 ? <u64>top<u32>() : <u64>top<u16>();
}
