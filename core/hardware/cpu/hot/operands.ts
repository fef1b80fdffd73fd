// Operands of the current instruction: effective addresses, and ModRM operands by size and form.
//
// Handlers are generic where speed asks for it: T is the operand type (u8 u16 u32 u64), F the form of the ModRM
// operand. The dispatcher names both, so nothing is tested at run time.
import { Offset } from './gen/offsets';
import { FLAT, Mode, Op, Prefix, Seg, cpu, gpr16, gpr32, gpr64, gpr8, op, setGpr16, setGpr32, setGpr64, setGpr8 } from './state';
import { POISON, commitT, modifyT, readT, writeT } from './memory';
import { raiseError, raiseGp, Vector } from './raise';

/** Form markers: only their size is looked at. */
export type InRegister = u8;
export type InMemory = u16;
@inline export function isMemory<F>(): bool { return sizeof<F>() == 2; }

/** Effective address: offset within the segment, wrapped to the address size. */
@inline export function effective(): u64 {
  const o = op;
  const a = load<u64>(cpu + (<usize>load<u8>(o, Op.base) << 3)) +
    (load<u64>(cpu + (<usize>load<u8>(o, Op.index) << 3)) << <u64>load<u8>(o, Op.scale)) + <u64><i64>load<i32>(o, Op.disp);
  return load<u8>(o, Op.addressSize) == 8 ? a : narrow(a);
}

function narrow(a: u64): u64 {
  return load<u8>(op, Op.addressSize) == 4 ? a & 0xffff_ffff : a & 0xffff;
}

/** Linear address of the memory operand for `size` bytes; POISON after a fault. */
@inline export function linear(size: u32, write: bool): u64 {
  const offset = effective();
  return load<u8>(op, Op.segment) >= FLAT ? offset : segmented(load<u8>(op, Op.segment), offset, size, write);
}

/**
 * Offset in a segment to linear address; checks rights and limit outside 64-bit mode (SDM vol. 3 §5.3, 5.5).
 * In 64-bit mode only FS and GS have a base and nothing is checked.
 */
export function segmented(segment: u32, offset: u64, size: u32, write: bool): u64 {
  const base = load<u64>(cpu + (<usize>segment << 3), Offset.segmentBase);
  if (load<u32>(cpu, Offset.mode) == Mode.code64) return segment == Seg.fs || segment == Seg.gs ? base + offset : offset;
  const attributes = <u32>load<u16>(cpu + (<usize>segment << 1), Offset.segmentAttributes);
  const limit = load<u32>(cpu + (<usize>segment << 2), Offset.segmentLimit);
  const last = offset + <u64>(size - 1);
  let good: bool;
  // Type bits: 8 code, 4 expand-down (data), 2 writable (data) or readable (code).
  if (attributes & 0x8000) good = false;
  else if (attributes & 8) good = last <= <u64>limit && !write && (attributes & 2) != 0;
  else if (attributes & 4) good = offset > <u64>limit && last <= (attributes & 0x400 ? 0xffff_ffff : 0xffff);
  else good = last <= <u64>limit;
  if (!(attributes & 8) && write && !(attributes & 2)) good = false;
  if (!good) {
    if (segment == Seg.ss) raiseError(Vector.ss, 0);
    else raiseGp();
    return POISON;
  }
  return (base + offset) & 0xffff_ffff;
}

// Registers by type.
@inline export function register<T>(i: u32): T {
  if (sizeof<T>() == 8) return <T>gpr64(i);
  if (sizeof<T>() == 4) return <T>gpr32(i);
  if (sizeof<T>() == 2) return <T>gpr16(i);
  return <T>gpr8(i);
}
@inline export function setRegister<T>(i: u32, v: T): void {
  if (sizeof<T>() == 8) setGpr64(i, <u64>v);
  else if (sizeof<T>() == 4) setGpr32(i, <u32>v);
  else if (sizeof<T>() == 2) setGpr16(i, <u32>v);
  else setGpr8(i, <u32>v);
}
/** The operand ModRM.reg (G). */
@inline export function readG<T>(): T { return register<T>(load<u8>(op, Op.reg)); }
@inline export function writeG<T>(v: T): void { setRegister<T>(load<u8>(op, Op.reg), v); }
/** The operand ModRM.rm (E). After reading memory the caller checks faulted(). */
@inline export function readE<T, F>(): T {
  return isMemory<F>() ? readT<T>(linear(<u32>sizeof<T>(), false)) : register<T>(load<u8>(op, Op.rm));
}
/** A store is the last thing a handler does: it either happens or faults. */
@inline export function writeE<T, F>(v: T): void {
  if (isMemory<F>()) writeT<T>(linear(<u32>sizeof<T>(), true), v);
  else setRegister<T>(load<u8>(op, Op.rm), v);
}
/** Read for a later commitE of the same operand: faults as a write would. */
@inline export function modifyE<T, F>(): T {
  return isMemory<F>() ? modifyT<T>(linear(<u32>sizeof<T>(), true)) : register<T>(load<u8>(op, Op.rm));
}
@inline export function commitE<T, F>(v: T): void {
  if (isMemory<F>()) commitT<T>(v);
  else setRegister<T>(load<u8>(op, Op.rm), v);
}

// The same by run-time size and form, for handlers that need no speed.
export function readRm(size: u32): u64 {
  const rm = load<u8>(op, Op.rm);
  if (rm == 0xff) {
    const a = linear(size, false);
    switch (size) {
      case 1: return <u64>readT<u8>(a);
      case 2: return <u64>readT<u16>(a);
      case 4: return <u64>readT<u32>(a);
      default: return readT<u64>(a);
    }
  }
  return readRegister(rm, size);
}
export function writeRm(size: u32, v: u64): void {
  const rm = load<u8>(op, Op.rm);
  if (rm != 0xff) {
    writeRegister(rm, size, v);
    return;
  }
  const a = linear(size, true);
  switch (size) {
    case 1: writeT<u8>(a, <u8>v); break;
    case 2: writeT<u16>(a, <u16>v); break;
    case 4: writeT<u32>(a, <u32>v); break;
    default: writeT<u64>(a, v); break;
  }
}
export function readRegister(i: u32, size: u32): u64 {
  switch (size) {
    case 1: return <u64>gpr8(i);
    case 2: return <u64>gpr16(i);
    case 4: return <u64>gpr32(i);
    default: return gpr64(i);
  }
}
export function writeRegister(i: u32, size: u32, v: u64): void {
  switch (size) {
    case 1: setGpr8(i, <u32>v); break;
    case 2: setGpr16(i, <u32>v); break;
    case 4: setGpr32(i, <u32>v); break;
    default: setGpr64(i, v); break;
  }
}
/** The current instruction has a REP prefix of either kind. */
@inline export function repeated(): bool { return (load<u8>(op, Op.flags) & (Prefix.rep | Prefix.repne)) != 0; }
