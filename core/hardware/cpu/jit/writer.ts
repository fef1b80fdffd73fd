/**
 * Writes WebAssembly into one preallocated array.
 *
 * A class with plain numeric fields, because every byte of every translated instruction passes through it: arrays of
 * opcodes joined afterwards cost 6-12 us per guest instruction, more than the WebAssembly compiler itself; this 0.04 us.
 */
import { V, W } from './opcodes.table.ts';

/** Width of a length that is known only later; a padded LEB128 is valid. */
const LENGTH_BYTES = 5;

export class Writer {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  op(code: number): void {
    this.bytes[this.at++] = code;
  }

  /** Unsigned LEB128, up to 32 bits. */
  unsigned(value: number): void {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.bytes[this.at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.at++] = rest;
  }

  /** Signed LEB128 of a 32-bit number. */
  signed(value: number): void {
    let rest = value | 0;
    while (rest < -64 || rest > 63) {
      this.bytes[this.at++] = (rest & 0x7f) | 0x80;
      rest >>= 7;
    }
    this.bytes[this.at++] = rest & 0x7f;
  }

  /** Signed LEB128 of a 64-bit number in two halves. */
  signed64(low: number, high: number): void {
    let lo = low | 0;
    let hi = high | 0;
    while (hi !== lo >> 31 || lo < -64 || lo > 63) {
      this.bytes[this.at++] = (lo & 0x7f) | 0x80;
      lo = (lo >>> 7) | (hi << 25);
      hi >>= 7;
    }
    this.bytes[this.at++] = lo & 0x7f;
  }

  /** Leaves room for a length; {@link close} fills it in. */
  open(): number {
    const start = this.at;
    this.at += LENGTH_BYTES;
    return start;
  }

  /** Writes the number of bytes since {@link open} into the room left there. */
  close(start: number): void {
    let rest = this.at - start - LENGTH_BYTES;
    for (let i = 0; i < LENGTH_BYTES - 1; i++) {
      this.bytes[start + i] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[start + LENGTH_BYTES - 1] = rest;
  }

  name(text: string): void {
    this.unsigned(text.length);
    for (let i = 0; i < text.length; i++) this.bytes[this.at++] = text.charCodeAt(i);
  }

  get(local: number): void {
    this.bytes[this.at++] = W.localGet;
    this.unsigned(local);
  }

  set(local: number): void {
    this.bytes[this.at++] = W.localSet;
    this.unsigned(local);
  }

  tee(local: number): void {
    this.bytes[this.at++] = W.localTee;
    this.unsigned(local);
  }

  i32(value: number): void {
    this.bytes[this.at++] = W.i32Const;
    this.signed(value);
  }

  /** A constant that fits in 32 bits, sign-extended. */
  i64(value: number): void {
    this.bytes[this.at++] = W.i64Const;
    this.signed(value);
  }

  i64Parts(low: number, high: number): void {
    this.bytes[this.at++] = W.i64Const;
    this.signed64(low, high);
  }

  /** A load or store; the address (and value) are on the stack. */
  memory(code: number, offset: number): void {
    this.bytes[this.at++] = code;
    this.bytes[this.at++] = 0;
    this.unsigned(offset);
  }

  vector(code: number): void {
    this.bytes[this.at++] = 0xfd;
    this.unsigned(code);
  }

  vectorMemory(code: number, offset: number): void {
    this.vector(code);
    this.bytes[this.at++] = 0;
    this.unsigned(offset);
  }

  vectorLane(code: number, lane: number): void {
    this.vector(code);
    this.bytes[this.at++] = lane;
  }

  vectorZero(): void {
    this.vector(V.const);
    for (let i = 0; i < 16; i++) this.bytes[this.at++] = 0;
  }

  /** Byte permutation of the two vectors on the stack. */
  shuffle(lanes: readonly number[]): void {
    this.vector(V.shuffle);
    for (const lane of lanes) this.bytes[this.at++] = lane;
  }

  block(type: number): void {
    this.bytes[this.at++] = W.block;
    this.bytes[this.at++] = type;
  }

  loop(): void {
    this.bytes[this.at++] = W.loop;
    this.bytes[this.at++] = 0x40;
  }

  if(type: number): void {
    this.bytes[this.at++] = W.if;
    this.bytes[this.at++] = type;
  }

  br(depth: number): void {
    this.bytes[this.at++] = W.br;
    this.unsigned(depth);
  }

  brIf(depth: number): void {
    this.bytes[this.at++] = W.brIf;
    this.unsigned(depth);
  }

  call(index: number): void {
    this.bytes[this.at++] = W.call;
    this.unsigned(index);
  }

  /** Opens a gap of `length` bytes at `start` by moving what follows. */
  insert(start: number, length: number): void {
    this.bytes.copyWithin(start + length, start, this.at);
    this.at += length;
  }
}
