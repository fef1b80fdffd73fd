/** Arguments of one hypercall, as 32-bit halves: taken from registers or from an entry of a multicall, never allocated anew. */
import { Register } from '../../../seams/machine.ts';
import { type SignedLinear, signedLinear } from './entry.ts';

/** RDI, RSI, RDX, R10, R8, R9: the order of arguments. */
export const ARGUMENT_REGISTERS = [Register.rdi, Register.rsi, Register.rdx, Register.r10, Register.r8, Register.r9] as const;

export class CallArguments {
  readonly words = new Uint32Array(12);

  /** Arguments that are not those of registers or of a list. */
  static of(...values: readonly bigint[]): CallArguments {
    const made = new CallArguments();
    for (const [index, value] of values.entries()) {
      made.words[2 * index] = Number(BigInt.asUintN(32, value));
      made.words[2 * index + 1] = Number(BigInt.asUintN(32, value >> 32n));
    }
    return made;
  }

  /** @param halves all registers in encoding order, low half first */
  fromRegisters(halves: Uint32Array): void {
    for (let index = 0; index < ARGUMENT_REGISTERS.length; index++) {
      const register = ARGUMENT_REGISTERS[index] ?? 0;
      this.words[2 * index] = halves[2 * register] ?? 0;
      this.words[2 * index + 1] = halves[2 * register + 1] ?? 0;
    }
  }

  /** Counts, commands and other 32-bit arguments; upper halves may hold garbage. */
  low(index: number): number {
    return this.words[2 * index] ?? 0;
  }

  high(index: number): number {
    return this.words[2 * index + 1] ?? 0;
  }

  /** A pointer. */
  address(index: number): SignedLinear {
    return signedLinear(this.low(index), this.high(index));
  }

  isNull(index: number): boolean {
    return this.low(index) === 0 && this.high(index) === 0;
  }

  /** An unsigned number; exact up to 2^53, and beyond that larger than any valid frame, address or size. */
  number(index: number): number {
    return this.high(index) * 0x1_0000_0000 + this.low(index);
  }

  big(index: number): bigint {
    return (BigInt(this.high(index)) << 32n) | BigInt(this.low(index));
  }
}
