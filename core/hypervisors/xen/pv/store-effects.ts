/**
 * What an instruction that stores to memory makes of the value that is there (SDM vol. 2): the forms that kernels use on page
 * tables. Whether the store may be done is the caller's question.
 */
import { Register } from '../../../seams/machine.ts';
import type { Decoded } from './decode.ts';

const CARRY = 1n;
const PARITY = 4n;
const ADJUST = 0x10n;
const ZERO = 0x40n;
const SIGN = 0x80n;
const OVERFLOW = 0x800n;
/** The bits of RFLAGS that results change. */
export const STATUS = CARRY | PARITY | ADJUST | ZERO | SIGN | OVERFLOW;

export interface Effect {
  /** What memory holds afterwards; undefined: what it held, as after a compare-and-exchange that did not match. */
  readonly value: bigint | undefined;
  /** Status flags afterwards; undefined: unchanged. */
  readonly flags?: bigint;
  /** Whole registers that are written, by number. */
  readonly registers?: readonly (readonly [number, bigint])[];
}

interface Result {
  readonly value: bigint;
  readonly flags: bigint;
}

const evenParity = (value: bigint): boolean => {
  let bits = Number(value & 0xffn);
  bits ^= bits >>> 4;
  bits ^= bits >>> 2;
  bits ^= bits >>> 1;
  return (bits & 1) === 0;
};

const resultFlags = (value: bigint, bits: number): bigint =>
  (value === 0n ? ZERO : 0n) | (((value >> BigInt(bits - 1)) & 1n) === 1n ? SIGN : 0n) | (evenParity(value) ? PARITY : 0n);

const add = (left: bigint, right: bigint, carry: bigint, bits: number): Result => {
  const value = BigInt.asUintN(bits, left + right + carry);
  const overflow = ((((left ^ value) & (right ^ value)) >> BigInt(bits - 1)) & 1n) === 1n;
  const flags = (left + right + carry) >> BigInt(bits) !== 0n ? CARRY : 0n;
  return { value, flags: flags | (overflow ? OVERFLOW : 0n) | ((left ^ right ^ value) & ADJUST) | resultFlags(value, bits) };
};

const subtract = (left: bigint, right: bigint, borrow: bigint, bits: number): Result => {
  const value = BigInt.asUintN(bits, left - right - borrow);
  const overflow = ((((left ^ right) & (left ^ value)) >> BigInt(bits - 1)) & 1n) === 1n;
  const flags = left < right + borrow ? CARRY : 0n;
  return { value, flags: flags | (overflow ? OVERFLOW : 0n) | ((left ^ right ^ value) & ADJUST) | resultFlags(value, bits) };
};

const logic = (value: bigint, bits: number): Result => ({ value, flags: resultFlags(value, bits) });

type Arithmetic = (left: bigint, right: bigint, carry: bigint, bits: number) => Result;

/** ADD, OR, ADC, SBB, AND, SUB, XOR: in the order of their encoding, of which CMP is the last and stores nothing. */
const ARITHMETIC: readonly Arithmetic[] = [
  (left, right, _carry, bits) => add(left, right, 0n, bits),
  (left, right, _carry, bits) => logic(left | right, bits),
  add,
  subtract,
  (left, right, _carry, bits) => logic(left & right, bits),
  (left, right, _carry, bits) => subtract(left, right, 0n, bits),
  (left, right, _carry, bits) => logic(left ^ right, bits),
];

/** An instruction, what is in memory, and the registers, seen in operands of its size. */
class Store {
  readonly bits: number;

  constructor(
    readonly decoded: Decoded,
    readonly size: number,
    readonly old: bigint,
    readonly flags: bigint,
    private readonly registers: BigUint64Array,
  ) {
    this.bits = 8 * size;
  }

  /** The register that ModRM names beside memory. */
  get source(): bigint {
    return this.read(this.decoded.reg);
  }

  get immediate(): bigint {
    return BigInt.asUintN(this.bits, this.decoded.immediate);
  }

  get carry(): bigint {
    return this.flags & CARRY;
  }

  /** The number in the place of a register that says which instruction of a group it is. */
  get extension(): number {
    return this.decoded.reg & 7;
  }

  /** AH, CH, DH or BH: registers 4 to 7 of one byte without a REX prefix. */
  private high(index: number): boolean {
    return this.size === 1 && this.decoded.rex === 0 && index >= 4 && index < 8;
  }

  read(index: number): bigint {
    const value = this.high(index) ? this.whole(index - 4) >> 8n : this.whole(index);
    return BigInt.asUintN(this.bits, value);
  }

  whole(index: number): bigint {
    return this.registers[index] ?? 0n;
  }

  /** The whole register after `value` was put into its operand part; 32 bits clear the upper half. */
  merged(index: number, value: bigint): readonly [number, bigint] {
    if (this.size >= 4) return [index, value];
    const high = this.high(index);
    const register = high ? index - 4 : index;
    const mask = ((1n << BigInt(this.bits)) - 1n) << (high ? 8n : 0n);
    return [register, (this.whole(register) & ~mask) | (value << (high ? 8n : 0n))];
  }
}

type Rule = (store: Store) => Effect | undefined;

const byRegister =
  (operation: Arithmetic): Rule =>
  ({ old, source, carry, bits }) =>
    operation(old, source, carry, bits);

const byImmediate: Rule = ({ extension, old, immediate, carry, bits }) => ARITHMETIC[extension]?.(old, immediate, carry, bits);

type BitOperation = (old: bigint, bit: bigint) => bigint;
const set: BitOperation = (old, bit) => old | bit;
const reset: BitOperation = (old, bit) => old & ~bit;
const complement: BitOperation = (old, bit) => old ^ bit;
/** By the extension of the form with an immediate; BT stores nothing. */
const BIT_GROUP: Readonly<Record<number, BitOperation>> = { 5: set, 6: reset, 7: complement };

const changeBit = (store: Store, operation: BitOperation, offset: bigint): Effect => {
  const bit = 1n << (offset & BigInt(store.bits - 1));
  const carry = (store.old & bit) !== 0n ? CARRY : 0n;
  return { value: operation(store.old, bit), flags: (store.flags & STATUS & ~CARRY) | carry };
};

const bitByRegister =
  (operation: BitOperation): Rule =>
  (store) =>
    changeBit(store, operation, store.source);

const bitByImmediate: Rule = (store) => {
  const operation = BIT_GROUP[store.extension];
  return operation && changeBit(store, operation, store.immediate);
};

const exchange: Rule = (store) => ({ value: store.source, registers: [store.merged(store.decoded.reg, store.old)] });

const exchangeAdd: Rule = (store) => ({
  ...add(store.old, store.source, 0n, store.bits),
  registers: [store.merged(store.decoded.reg, store.old)],
});

const compareExchange: Rule = (store) => {
  const expected = store.read(Register.rax);
  const { flags } = subtract(expected, store.old, 0n, store.bits);
  if (expected === store.old) return { value: store.source, flags };
  return { value: undefined, flags, registers: [store.merged(Register.rax, store.old)] };
};

const CMPXCHG8B = 1;

/** EDX:EAX with memory; CMPXCHG16B, which the operand size of 8 makes of it, is two entries of a table and not done. */
const compareExchangePair: Rule = (store) => {
  if (store.extension !== CMPXCHG8B || store.decoded.wide === 8) return undefined;
  const pair = (high: number, low: number): bigint =>
    (BigInt.asUintN(32, store.whole(high)) << 32n) | BigInt.asUintN(32, store.whole(low));
  if (pair(Register.rdx, Register.rax) === store.old)
    return { value: pair(Register.rcx, Register.rbx), flags: (store.flags & STATUS) | ZERO };
  const registers = [[Register.rax, BigInt.asUintN(32, store.old)] as const, [Register.rdx, store.old >> 32n] as const];
  return { value: undefined, flags: store.flags & STATUS & ~ZERO, registers };
};

type Size = (decoded: Decoded) => number;
const lowBit: Size = ({ opcode, wide }) => ((opcode & 1) === 0 ? 1 : wide);
const operandSize: Size = ({ wide }) => wide;
const pairSize: Size = () => 8;

interface Row {
  readonly rule: Rule;
  /** Bytes of memory that are stored to. */
  readonly size: Size;
}

/** The form for a byte, and behind it that for the operand size. */
const both = (opcode: number, rule: Rule): readonly (readonly [number, Row])[] => [
  [opcode, { rule, size: lowBit }],
  [opcode + 1, { rule, size: lowBit }],
];

/** By opcode as {@link Decoded} has it. */
const STORES: ReadonlyMap<number, Row> = new Map([
  ...ARITHMETIC.flatMap((operation, index) => both(8 * index, byRegister(operation))),
  ...both(0x80, byImmediate),
  [0x83, { rule: byImmediate, size: lowBit }],
  ...both(0x86, exchange),
  ...both(0x88, ({ source }) => ({ value: source })),
  ...both(0xaa, (store) => ({ value: store.read(Register.rax) })),
  ...both(0xc6, ({ extension, immediate }) => (extension === 0 ? { value: immediate } : undefined)),
  [0x0fab, { rule: bitByRegister(set), size: operandSize }],
  ...both(0x0fb0, compareExchange),
  [0x0fb3, { rule: bitByRegister(reset), size: operandSize }],
  [0x0fba, { rule: bitByImmediate, size: operandSize }],
  [0x0fbb, { rule: bitByRegister(complement), size: operandSize }],
  ...both(0x0fc0, exchangeAdd),
  [0x0fc7, { rule: compareExchangePair, size: pairSize }],
]);

/** Bytes that `decoded` stores; undefined: no store of a known form. */
export const storeSize = (decoded: Decoded): number | undefined => STORES.get(decoded.opcode)?.size(decoded);

/** What `decoded` makes of `old`, of {@link storeSize} bytes; undefined: no store of a known form. */
export const storeEffect = (decoded: Decoded, old: bigint, flags: bigint, registers: BigUint64Array): Effect | undefined => {
  const row = STORES.get(decoded.opcode);
  return row?.rule(new Store(decoded, row.size(decoded), old, flags, registers));
};
