/**
 * Stores of a guest's kernel into its own L1 tables, which it sees read-only: the instruction is done for it, and the entry
 * it would have written is checked like that of an mmu_update (assist `writable_pagetables`).
 */
import { Pte } from '../../../abi/xen/memory.table.ts';
import { Register } from '../../../seams/machine.ts';
import { type Decoded, decode } from './decode.ts';
import { frameOf, isGuestRange, tableIndex } from './entry.ts';
import { STATUS, storeEffect, storeSize } from './store-effects.ts';
import type { PvVcpu } from './vcpu.ts';

/** STOS for bytes, and for the operand size. */
const STOS: readonly number[] = [0xaa, 0xab];
/** Of RFLAGS: strings are gone through downwards. */
const DIRECTION = 0x400n;

/** Machine address of the table entry that `address` lies in, if it is a read-only mapping of an L1 table in use; else -1. */
const writtenEntry = (vcpu: PvVcpu, address: number): number => {
  const { xen } = vcpu.domain;
  if (!isGuestRange(address, 1)) return -1;
  const at = xen.updates.locateL1(
    vcpu.kernelRoot,
    tableIndex(address, 4),
    tableIndex(address, 3),
    tableIndex(address, 2),
    tableIndex(address, 1),
  );
  if (at === -1) return -1;
  const low = xen.memory.readU32(at);
  if ((low & (Pte.PRESENT | Pte.WRITABLE)) !== Pte.PRESENT) return -1;
  const frame = frameOf(low, xen.memory.readU32(at + 4));
  if (xen.frames.owner[frame] !== vcpu.domain.owner || xen.updates.tableLevel(frame) !== 1) return -1;
  return frame * 4096 + (address & 0xff8);
};

/** Tries to do the store that faulted at `address`. @returns false: not ours, reflect the fault */
export const emulateTableWrite = (vcpu: PvVcpu, address: number): boolean => {
  const entry = writtenEntry(vcpu, address);
  if (entry === -1) return false;
  const { context, domain } = vcpu;
  const bytes = vcpu.fetch();
  const decoded = bytes === undefined ? undefined : decode(bytes);
  if (decoded === undefined || (decoded.modrm >= 0xc0 && decoded.modrm !== -1)) return false;
  const size = storeSize(decoded);
  if (size === undefined || (address & (size - 1)) !== 0) return false;
  const { registers, rflags } = context;
  const shift = BigInt((address & 7) * 8);
  const whole = domain.xen.memory.readU64(entry);
  const effect = storeEffect(decoded, BigInt.asUintN(8 * size, whole >> shift), rflags, registers);
  if (effect === undefined) return false;
  if (effect.value !== undefined) {
    const mask = BigInt.asUintN(8 * size, -1n) << shift;
    const value = (whole & ~mask) | (effect.value << shift);
    const result = domain.xen.updates.modify(domain, 1, entry, Number(value & 0xffff_ffffn), Number(value >> 32n), false);
    if (result !== 0) return false;
  }
  for (const [register, value] of effect.registers ?? []) registers[register] = value;
  if (effect.flags !== undefined) context.rflags = (rflags & ~STATUS) | effect.flags;
  if (STOS.includes(decoded.opcode)) return finishStringStore(vcpu, decoded, size);
  context.rip = BigInt.asUintN(64, context.rip + BigInt(decoded.length));
  return true;
};

/** STOS moves RDI on; with a repeat prefix the instruction goes on until RCX is used up. */
const finishStringStore = (vcpu: PvVcpu, decoded: Decoded, size: number): boolean => {
  const { registers } = vcpu.context;
  const backwards = (vcpu.context.rflags & DIRECTION) !== 0n;
  registers[Register.rdi] = (registers[Register.rdi] ?? 0n) + BigInt(backwards ? -size : size);
  if (decoded.repeat) {
    registers[Register.rcx] = (registers[Register.rcx] ?? 0n) - 1n;
    if (registers[Register.rcx] !== 0n) return true;
  }
  vcpu.context.rip = BigInt.asUintN(64, vcpu.context.rip + BigInt(decoded.length));
  return true;
};
