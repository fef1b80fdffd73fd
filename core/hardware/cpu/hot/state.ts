// The running CPU: where its state block is, and how handlers reach registers and the current instruction.
//
// Decoded instruction record (32 bytes, `op` points at the current one):
//    0 u64 key   host address of the first byte | mode << 40 | heat << 48; 0 = empty. Heat: how often a block began here
//    8 u16 row   id of the dispatcher case
//   10 u8  length
//   11 u8  size  operand size in bytes
//   12 u8  reg   ModRM.reg (+REX.R), or the register in the opcode (+REX.B)
//   13 u8  rm    register of mod 3 (+REX.B); 0xff = memory operand
//   14 u8  base  0-15, 16 = none (gpr[16] is always 0), 17 = RIP (it follows in the state block)
//   15 u8  index 0-15, 16 = none
//   16 i32 disp
//   20 u8  scale shift
//   21 u8  segment 0-5; 6 = flat (64-bit mode, not FS or GS), 7 = flat, SS by default
//   22 u8  flags FLAG_*
//   23 u8  address size in bytes
//   24 i64 immediate; far pointers: offset | selector << 32; VEX: imm8 | vvvv << 8 | L << 16
import { Offset } from './gen/offsets';

export const enum Op {
  key = 0, row = 8, length = 10, size = 11, reg = 12, rm = 13, base = 14, index = 15,
  disp = 16, scale = 20, segment = 21, flags = 22, addressSize = 23, immediate = 24,
  heat = 6,
  bytes = 32,
}
/** The part of a key that says which instruction it is. */
export const IDENTITY: u64 = 0xffff_ffff_ffff;

export const enum Prefix {
  lock = 1, rep = 2, repne = 4, addressSize = 8, rex = 16, operandSize = 32, endsBlock = 64,
}

/** Segment registers by number, in ModRM order; FLAT segments need no base. */
export const enum Seg { es = 0, cs = 1, ss = 2, ds = 3, fs = 4, gs = 5, ldtr = 6, tr = 7 }
export const FLAT: u32 = 6;
export const FLAT_STACK: u32 = 7;

export const enum Mode { code16 = 0, code32 = 1, code64 = 2 }

/** Bits of RFLAGS. */
export const enum Flag {
  cf = 1, pf = 4, af = 0x10, zf = 0x40, sf = 0x80, tf = 0x100, if_ = 0x200, df = 0x400, of_ = 0x800,
  nt = 0x4000, rf = 0x1_0000, vm = 0x2_0000, ac = 0x4_0000, vif = 0x8_0000, vip = 0x10_0000, id = 0x20_0000,
  iopl = 0x3000, status = 0x8d5,
}

export const enum Cr0 { pe = 1, mp = 2, em = 4, ts = 8, ne = 0x20, wp = 0x1_0000, am = 0x4_0000, pg = 0x8000_0000 }
export const enum Cr4 {
  vme = 1, pvi = 2, tsd = 4, de = 8, pse = 0x10, pae = 0x20, mce = 0x40, pge = 0x80, pce = 0x100, osfxsr = 0x200,
  osxmmexcpt = 0x400, umip = 0x800, fsgsbase = 0x1_0000, pcide = 0x2_0000, osxsave = 0x4_0000, smep = 0x10_0000, smap = 0x20_0000,
}
export const enum Efer { sce = 1, lme = 0x100, lma = 0x400, nxe = 0x800 }

/** State block of the running CPU. */
export let cpu: usize = 0;
/** Record of the current instruction. */
export let op: usize = 0;
/** RIP of the current instruction; the register itself already points behind it. */
export let instructionRip: u64 = 0;

@inline export function setCpu(value: usize): void { cpu = value; }
@inline export function setOp(value: usize): void { op = value; }
@inline export function setInstructionRip(value: u64): void { instructionRip = value; }

// Registers. Writing 32 bits clears the upper half (SDM vol. 1 §3.4.1.1); 16 and 8 bits leave the rest.
@inline export function gpr64(i: u32): u64 { return load<u64>(cpu + (<usize>i << 3), Offset.gpr); }
@inline export function gpr32(i: u32): u32 { return load<u32>(cpu + (<usize>i << 3), Offset.gpr); }
@inline export function gpr16(i: u32): u32 { return load<u16>(cpu + (<usize>i << 3), Offset.gpr); }
@inline export function setGpr64(i: u32, v: u64): void { store<u64>(cpu + (<usize>i << 3), v, Offset.gpr); }
@inline export function setGpr32(i: u32, v: u32): void { store<u64>(cpu + (<usize>i << 3), <u64>v, Offset.gpr); }
@inline export function setGpr16(i: u32, v: u32): void { store<u16>(cpu + (<usize>i << 3), <u16>v, Offset.gpr); }

/** Address of an 8-bit register: without REX, 4-7 are AH CH DH BH. */
@inline export function gpr8At(i: u32): usize {
  return i >= 4 && i < 8 && !(load<u8>(op, Op.flags) & Prefix.rex) ? cpu + (<usize>(i - 4) << 3) + 1 : cpu + (<usize>i << 3);
}
@inline export function gpr8(i: u32): u32 { return load<u8>(gpr8At(i), Offset.gpr); }
@inline export function setGpr8(i: u32, v: u32): void { store<u8>(gpr8At(i), <u8>v, Offset.gpr); }

@inline export function rip(): u64 { return load<u64>(cpu, Offset.rip); }
@inline export function setRip(v: u64): void { store<u64>(cpu, v, Offset.rip); }
@inline export function mode(): u32 { return load<u32>(cpu, Offset.mode); }
@inline export function cpl(): u32 { return load<u32>(cpu, Offset.cpl); }
@inline export function is64(): bool { return load<u32>(cpu, Offset.mode) == Mode.code64; }
@inline export function cr0(): u64 { return load<u64>(cpu, Offset.cr0); }
@inline export function cr4(): u64 { return load<u64>(cpu, Offset.cr4); }
@inline export function efer(): u64 { return load<u64>(cpu, Offset.efer); }
@inline export function segmentBase(s: u32): u64 { return load<u64>(cpu + (<usize>s << 3), Offset.segmentBase); }
@inline export function segmentLimit(s: u32): u32 { return load<u32>(cpu + (<usize>s << 2), Offset.segmentLimit); }
@inline export function segmentAttributes(s: u32): u32 { return load<u16>(cpu + (<usize>s << 1), Offset.segmentAttributes); }
@inline export function segmentSelector(s: u32): u32 { return load<u16>(cpu + (<usize>s << 1), Offset.segmentSelector); }

// The current instruction.
@inline export function opReg(): u32 { return load<u8>(op, Op.reg); }
@inline export function opRm(): u32 { return load<u8>(op, Op.rm); }
@inline export function opSize(): u32 { return load<u8>(op, Op.size); }
@inline export function opImmediate(): i64 { return load<i64>(op, Op.immediate); }
@inline export function opFlags(): u32 { return load<u8>(op, Op.flags); }
@inline export function opAddressSize(): u32 { return load<u8>(op, Op.addressSize); }
@inline export function opSegment(): u32 { return load<u8>(op, Op.segment); }
@inline export function opIsRegister(): bool { return load<u8>(op, Op.rm) != 0xff; }
@inline export function opVvvv(): u32 { return load<u8>(op, Op.immediate + 1); }

/** True if the address is canonical for 48 bits: bits 63-47 all equal. */
@inline export function canonical(a: u64): bool { return ((<i64>a << 16) >> 16) == <i64>a; }
