// MOV and its relatives, LEA, exchanges of bytes within a register, sign extensions, XLAT.
import { faulted } from '../raise';
import { readT, writeT } from '../memory';
import { effective, isMemory, linear, readE, readG, register, segmented, setRegister, writeE, writeG } from '../operands';
import { FLAT, Op, gpr64, op, opImmediate, opReg, opSegment } from '../state';

const RAX: u32 = 0;
const RDX: u32 = 2;
const RBX: u32 = 3;

@inline function failed<F>(): bool { return isMemory<F>() && faulted(); }

export function mov_E_G<T, F>(): void { writeE<T, F>(readG<T>()); }
export function mov_G_E<T, F>(): void { const v = readE<T, F>(); if (!failed<F>()) writeG<T>(v); }
export function mov_Z_I<T>(): void { setRegister<T>(opReg(), <T>opImmediate()); }
export function mov_E_I<T, F>(): void { writeE<T, F>(<T>opImmediate()); }

/** Linear address of an absolute offset (O). */
@inline function absolute(size: u32, write: bool): u64 {
  const offset = <u64>opImmediate();
  return opSegment() >= FLAT ? offset : segmented(opSegment(), offset, size, write);
}
export function mov_A_O<T>(): void { const v = readT<T>(absolute(<u32>sizeof<T>(), false)); if (!faulted()) setRegister<T>(RAX, v); }
export function mov_O_A<T>(): void { writeT<T>(absolute(<u32>sizeof<T>(), true), register<T>(RAX)); }

export function movzx_G_Eb<T, F>(): void { const v = readE<u8, F>(); if (!failed<F>()) writeG<T>(<T>v); }
export function movzx_G_Ew<T, F>(): void { const v = readE<u16, F>(); if (!failed<F>()) writeG<T>(<T>v); }
export function movsx_G_Eb<T, F>(): void { const v = readE<u8, F>(); if (!failed<F>()) writeG<T>(<T><i64><i8>v); }
export function movsx_G_Ew<T, F>(): void { const v = readE<u16, F>(); if (!failed<F>()) writeG<T>(<T><i64><i16>v); }
export function movsxd_G_Ed<T, F>(): void {
  // With a 16-bit operand size only 16 bits are read.
  if (sizeof<T>() == 2) {
    const v = readE<u16, F>();
    if (!failed<F>()) writeG<T>(<T>v);
  } else {
    const v = readE<u32, F>();
    if (!failed<F>()) writeG<T>(<T><i64><i32>v);
  }
}

export function movbe_G_M<T>(): void { const v = readT<T>(linear(<u32>sizeof<T>(), false)); if (!faulted()) writeG<T>(bswap<T>(v)); }
export function movbe_M_G<T>(): void { writeT<T>(linear(<u32>sizeof<T>(), true), bswap<T>(readG<T>())); }
/** Manual: BSWAP of 16 bits is undefined; processors clear the register's low half. */
/** An ordinary store here; no part of the SSE state, so CR4.OSFXSR and CR0.TS do not matter. */
export function movnti<T>(): void { writeT<T>(linear(<u32>sizeof<T>(), true), readG<T>()); }

export function bswap_Z<T>(): void {
  if (sizeof<T>() == 2) setRegister<u16>(opReg(), 0);
  else setRegister<T>(opReg(), bswap<T>(register<T>(opReg())));
}

export function lea<T>(): void { writeG<T>(<T>effective()); }

export function cbw<T>(): void {
  if (sizeof<T>() == 2) setRegister<u16>(RAX, <u16><i16><i8>gpr64(RAX));
  else if (sizeof<T>() == 4) setRegister<u32>(RAX, <u32><i32><i16>gpr64(RAX));
  else setRegister<u64>(RAX, <u64><i64><i32>gpr64(RAX));
}
export function cwd<T>(): void {
  if (sizeof<T>() == 2) setRegister<u16>(RDX, <u16>(<i16>gpr64(RAX) >> 15));
  else if (sizeof<T>() == 4) setRegister<u32>(RDX, <u32>(<i32>gpr64(RAX) >> 31));
  else setRegister<u64>(RDX, <u64>(<i64>gpr64(RAX) >> 63));
}

export function xlat(): void {
  const size = load<u8>(op, Op.addressSize);
  let offset = gpr64(RBX) + <u64>(<u8>gpr64(RAX));
  if (size == 4) offset &= 0xffff_ffff;
  else if (size == 2) offset &= 0xffff;
  const v = readT<u8>(opSegment() >= FLAT ? offset : segmented(opSegment(), offset, 1, false));
  if (!faulted()) setRegister<u8>(RAX, v);
}

