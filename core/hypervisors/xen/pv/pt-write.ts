/**
 * Stores of a guest's kernel into its own L1 tables, which it sees read-only: the instruction is done for it, and the entry
 * it would have written is checked like that of an mmu_update (assist `writable_pagetables`).
 */
import { Pte } from '../../../abi/xen/memory.table.ts';
import { Register } from '../../../seams/machine.ts';
import { type Decoded, decode } from './decode.ts';
import { frameOf, isGuestRange, tableIndex } from './entry.ts';
import type { PvVcpu } from './vcpu.ts';

const CARRY = 1n;
const PARITY = 4n;
const ADJUST = 0x10n;
const ZERO = 0x40n;
const SIGN = 0x80n;
const OVERFLOW = 0x800n;
const STATUS = CARRY | PARITY | ADJUST | ZERO | SIGN | OVERFLOW;

const parity = (value: bigint): boolean => {
  let bits = Number(value & 0xffn);
  bits ^= bits >>> 4;
  bits ^= bits >>> 2;
  bits ^= bits >>> 1;
  return (bits & 1) === 0;
};

/** What an instruction does to the operand in memory. */
interface Effect {
  readonly value: bigint;
  /** Status flags afterwards; undefined: unchanged. */
  readonly flags: bigint | undefined;
  /** Register written, with its new value (already merged); -1: none. */
  readonly register: number;
  readonly registerValue: bigint;
  /** False for a compare-and-exchange that did not match. */
  readonly stores: boolean;
}

const resultFlags = (value: bigint, bits: number): bigint =>
  (value === 0n ? ZERO : 0n) | (((value >> BigInt(bits - 1)) & 1n) === 1n ? SIGN : 0n) | (parity(value) ? PARITY : 0n);

const add = (left: bigint, right: bigint, carry: bigint, bits: number): { value: bigint; flags: bigint } => {
  const value = BigInt.asUintN(bits, left + right + carry);
  const top = BigInt(bits - 1);
  const overflow = ((((left ^ value) & (right ^ value)) >> top) & 1n) === 1n;
  const flags = (left + right + carry) >> BigInt(bits) !== 0n ? CARRY : 0n;
  return { value, flags: flags | (overflow ? OVERFLOW : 0n) | ((left ^ right ^ value) & ADJUST) | resultFlags(value, bits) };
};

const subtract = (left: bigint, right: bigint, borrow: bigint, bits: number): { value: bigint; flags: bigint } => {
  const value = BigInt.asUintN(bits, left - right - borrow);
  const overflow = ((((left ^ right) & (left ^ value)) >> BigInt(bits - 1)) & 1n) === 1n;
  const flags = left < right + borrow ? CARRY : 0n;
  return { value, flags: flags | (overflow ? OVERFLOW : 0n) | ((left ^ right ^ value) & ADJUST) | resultFlags(value, bits) };
};

/** The eight operations of the arithmetic group in encoding order; 7 (cmp) stores nothing. */
const arithmetic = (
  operation: number,
  left: bigint,
  right: bigint,
  carry: bigint,
  bits: number,
): { value: bigint; flags: bigint } => {
  const logic = (value: bigint): { value: bigint; flags: bigint } => ({ value, flags: resultFlags(value, bits) });
  switch (operation) {
    case 0:
      return add(left, right, 0n, bits);
    case 1:
      return logic(left | right);
    case 2:
      return add(left, right, carry, bits);
    case 3:
      return subtract(left, right, carry, bits);
    case 4:
      return logic(left & right);
    case 6:
      return logic(left ^ right);
    default:
      return subtract(left, right, 0n, bits);
  }
};

/** Reads and writes the registers of an operand of `size` bytes, as the encoding names them. */
class Operands {
  readonly bits: number;

  constructor(
    private readonly registers: BigUint64Array,
    private readonly decoded: Decoded,
    readonly size: number,
  ) {
    this.bits = size * 8;
  }

  private high(index: number): boolean {
    return this.size === 1 && this.decoded.rex === 0 && index >= 4 && index < 8;
  }

  read(index: number): bigint {
    const value = this.high(index) ? (this.registers[index - 4] ?? 0n) >> 8n : (this.registers[index] ?? 0n);
    return BigInt.asUintN(this.bits, value);
  }

  /** The whole register after writing `value` to its operand part; 32-bit results clear the upper half. */
  merged(index: number, value: bigint): { register: number; registerValue: bigint } {
    const high = this.high(index);
    const register = high ? index - 4 : index;
    const old = this.registers[register] ?? 0n;
    if (this.size >= 4) return { register, registerValue: value };
    const mask = ((1n << BigInt(this.bits)) - 1n) << (high ? 8n : 0n);
    return { register, registerValue: (old & ~mask) | (value << (high ? 8n : 0n)) };
  }
}

const plain = (value: bigint, flags?: bigint): Effect => ({ value, flags, register: -1, registerValue: 0n, stores: true });

const bitOperation = (decoded: Decoded, old: bigint, flags: bigint, operands: Operands): Effect | undefined => {
  const immediate = decoded.opcode === 0x0fba;
  const index = BigInt.asUintN(
    operands.bits === 64 ? 6 : operands.bits === 32 ? 5 : 4,
    immediate ? decoded.immediate : operands.read(decoded.reg),
  );
  const kind = immediate ? decoded.reg & 7 : decoded.opcode === 0x0fab ? 5 : decoded.opcode === 0x0fb3 ? 6 : 7;
  if (kind < 5) return undefined;
  const bit = 1n << index;
  const carry = (old & bit) !== 0n ? CARRY : 0n;
  const value = kind === 5 ? old | bit : kind === 6 ? old & ~bit : old ^ bit;
  return plain(value, (flags & STATUS & ~CARRY) | carry);
};

/** What `decoded` makes of `old`; undefined: not a store of a known form. */
const effectOf = (
  decoded: Decoded,
  old: bigint,
  flags: bigint,
  operands: Operands,
  registers: BigUint64Array,
): Effect | undefined => {
  const { opcode, immediate } = decoded;
  const { bits } = operands;
  const carry = flags & CARRY;
  if (opcode <= 0x31) {
    const result = arithmetic(opcode >>> 3, old, operands.read(decoded.reg), carry, bits);
    return plain(result.value, result.flags);
  }
  switch (opcode) {
    case 0x80:
    case 0x81:
    case 0x83: {
      if ((decoded.reg & 7) === 7) return undefined;
      const result = arithmetic(decoded.reg & 7, old, BigInt.asUintN(bits, immediate), carry, bits);
      return plain(result.value, result.flags);
    }
    case 0x86:
    case 0x87:
      return { value: operands.read(decoded.reg), flags: undefined, ...operands.merged(decoded.reg, old), stores: true };
    case 0x88:
    case 0x89:
      return plain(operands.read(decoded.reg));
    case 0xc6:
    case 0xc7:
      return (decoded.reg & 7) === 0 ? plain(BigInt.asUintN(bits, immediate)) : undefined;
    case 0xaa:
    case 0xab:
      return plain(operands.read(Register.rax));
    case 0x0fab:
    case 0x0fb3:
    case 0x0fbb:
    case 0x0fba:
      return bitOperation(decoded, old, flags, operands);
    case 0x0fb0:
    case 0x0fb1: {
      const expected = operands.read(Register.rax);
      const compared = subtract(expected, old, 0n, bits);
      if (expected !== old) return { value: old, flags: compared.flags, ...operands.merged(Register.rax, old), stores: false };
      return plain(operands.read(decoded.reg), compared.flags);
    }
    case 0x0fc0:
    case 0x0fc1: {
      const result = add(old, operands.read(decoded.reg), 0n, bits);
      return { value: result.value, flags: result.flags, ...operands.merged(decoded.reg, old), stores: true };
    }
    case 0x0fc7: {
      if ((decoded.reg & 7) !== 1 || bits !== 64 || decoded.wide === 8) return undefined;
      const low = (index: number): bigint => BigInt.asUintN(32, registers[index] ?? 0n);
      const expected = (low(Register.rdx) << 32n) | low(Register.rax);
      if (expected === old) return plain((low(Register.rcx) << 32n) | low(Register.rbx), (flags & STATUS) | ZERO);
      registers[Register.rdx] = old >> 32n;
      return {
        value: old,
        flags: flags & STATUS & ~ZERO,
        register: Register.rax,
        registerValue: BigInt.asUintN(32, old),
        stores: false,
      };
    }
    default:
      return undefined;
  }
};

const operandSize = (decoded: Decoded): number => {
  if (decoded.opcode === 0x0fc7) return 8;
  if (decoded.opcode === 0x0fba || decoded.opcode === 0x0fab || decoded.opcode === 0x0fb3 || decoded.opcode === 0x0fbb)
    return decoded.wide;
  return (decoded.opcode & 1) === 0 ? 1 : decoded.wide;
};

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
  const size = operandSize(decoded);
  if ((address & (size - 1)) !== 0) return false;
  const { registers } = context;
  const operands = new Operands(registers, decoded, size);
  const shift = BigInt((address & 7) * 8);
  const whole = domain.xen.memory.readU64(entry);
  const old = BigInt.asUintN(operands.bits, whole >> shift);
  const flags = context.rflags;
  const effect = effectOf(decoded, old, flags, operands, registers);
  if (effect === undefined) return false;
  if (effect.stores) {
    const mask = BigInt.asUintN(operands.bits, -1n) << shift;
    const value = (whole & ~mask) | (effect.value << shift);
    const result = domain.xen.updates.modify(domain, 1, entry, Number(value & 0xffff_ffffn), Number(value >> 32n), false);
    if (result !== 0) return false;
  }
  if (effect.register !== -1) registers[effect.register] = effect.registerValue;
  if (effect.flags !== undefined) context.rflags = (flags & ~STATUS) | effect.flags;
  if (decoded.opcode === 0xaa || decoded.opcode === 0xab) return finishStringStore(vcpu, decoded, size);
  context.rip = BigInt.asUintN(64, context.rip + BigInt(decoded.length));
  return true;
};

/** STOS moves RDI on; with a repeat prefix the instruction goes on until RCX is used up. */
const finishStringStore = (vcpu: PvVcpu, decoded: Decoded, size: number): boolean => {
  const { registers } = vcpu.context;
  const backwards = (vcpu.context.rflags & 0x400n) !== 0n;
  registers[Register.rdi] = (registers[Register.rdi] ?? 0n) + BigInt(backwards ? -size : size);
  if (decoded.repeat) {
    registers[Register.rcx] = (registers[Register.rcx] ?? 0n) - 1n;
    if (registers[Register.rcx] !== 0n) return true;
  }
  vcpu.context.rip = BigInt.asUintN(64, vcpu.context.rip + BigInt(decoded.length));
  return true;
};
