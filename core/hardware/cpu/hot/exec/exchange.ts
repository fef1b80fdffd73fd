// XCHG XADD CMPXCHG CMPXCHG8B CMPXCHG16B: every access is atomic, because CPUs take turns at instruction boundaries.
import { charge, faulted, raiseGp } from '../raise';
import { Kind, setFlags, setStatus } from '../flags';
import { commitT, modifyT, prepareWrite, probe, read64, write64 } from '../memory';
import { commitE, isMemory, linear, modifyE, readG, register, setRegister, writeG } from '../operands';
import { Flag, gpr32, gpr64, opReg, setGpr32, setGpr64 } from '../state';

const RAX: u32 = 0;
const RCX: u32 = 1;
const RDX: u32 = 2;
const RBX: u32 = 3;

@inline function failed<F>(): bool { return isMemory<F>() && faulted(); }

export function xchg_E_G<T, F>(): void {
  const v = modifyE<T, F>();
  if (failed<F>()) return;
  const g = readG<T>();
  commitE<T, F>(g);
  writeG<T>(v);
}
/** 90 without REX.B is NOP: it does not clear the upper half of RAX. */
export function xchg_Z_A<T>(): void {
  const i = opReg();
  if (i == RAX) return;
  const v = register<T>(i);
  setRegister<T>(i, register<T>(RAX));
  setRegister<T>(RAX, v);
}
export function nop(): void {}
/** Cycles of PAUSE since Skylake (Intel Optimization Reference Manual, 248966). Whoever spins gives its turn to others for that long. */
const PAUSE_CYCLES: u32 = 140;
export function pause(): void { charge(PAUSE_CYCLES - 1); }

export function xadd_E_G<T, F>(): void {
  const l = modifyE<T, F>();
  if (failed<F>()) return;
  const r = readG<T>();
  const s = <T>(l + r);
  setFlags<T>(Kind.add, l, r, s);
  // The register first: if both are the same, it holds the sum.
  writeG<T>(l);
  commitE<T, F>(s);
}

export function cmpxchg_E_G<T, F>(): void {
  const v = modifyE<T, F>();
  if (failed<F>()) return;
  const a = register<T>(RAX);
  setFlags<T>(Kind.sub, a, v, <T>(a - v));
  if (a == v) {
    commitE<T, F>(readG<T>());
  } else {
    // Manual: the destination is written either way; a register keeps its upper half on real processors.
    if (isMemory<F>()) commitE<T, F>(v);
    setRegister<T>(RAX, v);
  }
}

export function cmpxchg8b(): void {
  const v = modifyT<u64>(linear(8, true));
  if (faulted()) return;
  const expected = (<u64>gpr32(RDX) << 32) | <u64>gpr32(RAX);
  if (v == expected) {
    commitT<u64>((<u64>gpr32(RCX) << 32) | <u64>gpr32(RBX));
    setStatus(Flag.zf, Flag.zf);
  } else {
    commitT<u64>(v);
    setGpr32(RDX, <u32>(v >> 32));
    setGpr32(RAX, <u32>v);
    setStatus(Flag.zf, 0);
  }
}

export function cmpxchg16b(): void {
  const a = linear(16, true);
  if (faulted()) return;
  if (a & 15) return raiseGp();
  const host = prepareWrite(a, 16);
  if (!host && !probe(a, 16, true)) return;
  const low = host ? load<u64>(host) : read64(a);
  const top = host ? load<u64>(host, 8) : read64(a + 8);
  if (faulted()) return;
  if (low == gpr64(RAX) && top == gpr64(RDX)) {
    put(host, a, gpr64(RBX), gpr64(RCX));
    setStatus(Flag.zf, Flag.zf);
  } else {
    put(host, a, low, top);
    setGpr64(RAX, low);
    setGpr64(RDX, top);
    setStatus(Flag.zf, 0);
  }
}
function put(host: usize, a: u64, low: u64, top: u64): void {
  if (host) {
    store<u64>(host, low);
    store<u64>(host, top, 8);
  } else {
    write64(a, low);
    write64(a + 8, top);
  }
}

