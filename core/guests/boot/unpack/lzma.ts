/**
 * The LZMA decoder: literals and matches coded bit by bit by an adaptive range coder.
 *
 * One decoder serves the two containers kernels use: LZMA2 chunks (in XZ) and the old LZMA-alone file.
 * Source: LZMA specification by Igor Pavlov (draft of 2015), names follow it.
 */
import { DamagedStream, sound } from './damaged.ts';

const BIT_MODEL_TOTAL_BITS = 11;
const INITIAL = 1 << (BIT_MODEL_TOTAL_BITS - 1);
const MOVE_BITS = 5;
const STATES = 12;
const POSITION_STATES = 16;
const LENGTH_STATES = 4;
const ALIGN_BITS = 4;
const END_POSITION_MODEL = 14;
const FULL_DISTANCES = 1 << (END_POSITION_MODEL >> 1);

const probabilities = (count: number): Uint16Array => new Uint16Array(count).fill(INITIAL);

interface LengthCoder {
  readonly choice: Uint16Array;
  readonly low: Uint16Array;
  readonly middle: Uint16Array;
  readonly high: Uint16Array;
}

const lengthCoder = (): LengthCoder => ({
  choice: probabilities(2),
  low: probabilities(POSITION_STATES << 3),
  middle: probabilities(POSITION_STATES << 3),
  high: probabilities(256),
});

export class LzmaDecoder {
  /** Bytes written so far. */
  written = 0;

  private literalContext = 3;
  private literalMask = 0;
  private positionMask = 3;
  private state = 0;
  private rep0 = 0;
  private rep1 = 0;
  private rep2 = 0;
  private rep3 = 0;
  /** Matches may not reach before this position of the output (dictionary reset). */
  private dictionaryStart = 0;

  private literal = probabilities(0);
  private isMatch = probabilities(0);
  private isRep = probabilities(0);
  private isRepG0 = probabilities(0);
  private isRepG1 = probabilities(0);
  private isRepG2 = probabilities(0);
  private isRep0Long = probabilities(0);
  private positionSlot = probabilities(0);
  private positionSpecial = probabilities(0);
  private align = probabilities(0);
  private lengths = lengthCoder();
  private repLengths = lengthCoder();

  private input: Uint8Array = new Uint8Array(0);
  private at = 0;
  private range = 0;
  private code = 0;

  constructor(private readonly output: Uint8Array) {}

  /** Takes lc, lp and pb from their common byte; only before {@link resetState}. */
  setProperties(byte: number): void {
    sound(byte < 9 * 5 * 5, 'the LZMA properties are out of range');
    const lp = Math.floor(byte / 9) % 5;
    this.literalContext = byte % 9;
    this.literalMask = (1 << lp) - 1;
    this.positionMask = (1 << Math.floor(byte / 45)) - 1;
    this.literal = probabilities(0x300 << (this.literalContext + lp));
  }

  resetState(): void {
    this.state = 0;
    this.rep0 = this.rep1 = this.rep2 = this.rep3 = 0;
    this.literal.fill(INITIAL);
    this.isMatch = probabilities(STATES << 4);
    this.isRep = probabilities(STATES);
    this.isRepG0 = probabilities(STATES);
    this.isRepG1 = probabilities(STATES);
    this.isRepG2 = probabilities(STATES);
    this.isRep0Long = probabilities(STATES << 4);
    this.positionSlot = probabilities(LENGTH_STATES << 6);
    this.positionSpecial = probabilities(1 + FULL_DISTANCES - END_POSITION_MODEL);
    this.align = probabilities(1 << ALIGN_BITS);
    this.lengths = lengthCoder();
    this.repLengths = lengthCoder();
  }

  resetDictionary(): void {
    this.dictionaryStart = this.written;
  }

  /** Stored bytes of an uncompressed LZMA2 chunk. */
  store(bytes: Uint8Array): void {
    sound(this.written + bytes.length <= this.output.length, 'the stream gives more bytes than announced');
    this.output.set(bytes, this.written);
    this.written += bytes.length;
  }

  /**
   * Decodes `input` (which begins with the five bytes of the range coder) until `count` bytes were written or an end
   * marker is met. @returns true at an end marker.
   */
  decode(input: Uint8Array, count: number): boolean {
    const limit = this.written + count;
    sound(limit <= this.output.length, 'the stream gives more bytes than announced');
    sound(input[0] === 0, 'the range coder does not start with zero');
    this.input = input;
    this.at = 5;
    this.range = 0xffff_ffff;
    this.code = (((input[1] ?? 0) << 24) | ((input[2] ?? 0) << 16) | ((input[3] ?? 0) << 8) | (input[4] ?? 0)) >>> 0;
    while (this.written < limit) {
      const positionState = this.written & this.positionMask;
      if (this.bit(this.isMatch, (this.state << 4) + positionState) === 0) this.literalByte();
      else if (this.match(positionState, limit)) return true;
      if (this.at > input.length) throw new DamagedStream('the LZMA data end too early');
    }
    return false;
  }

  private bit(model: Uint16Array, index: number): number {
    const probability = model[index] as number;
    const bound = (this.range >>> BIT_MODEL_TOTAL_BITS) * probability;
    let symbol = 0;
    if (this.code < bound) {
      this.range = bound;
      model[index] = probability + (((1 << BIT_MODEL_TOTAL_BITS) - probability) >> MOVE_BITS);
    } else {
      this.range -= bound;
      this.code -= bound;
      model[index] = probability - (probability >> MOVE_BITS);
      symbol = 1;
    }
    if (this.range < 0x100_0000) this.normalize();
    return symbol;
  }

  private normalize(): void {
    this.range = (this.range << 8) >>> 0;
    this.code = ((this.code << 8) | (this.input[this.at++] as number)) >>> 0;
  }

  private tree(model: Uint16Array, base: number, bits: number): number {
    let symbol = 1;
    for (let i = 0; i < bits; i++) symbol = (symbol << 1) | this.bit(model, base + symbol);
    return symbol - (1 << bits);
  }

  private reverseTree(model: Uint16Array, base: number, bits: number): number {
    let symbol = 1;
    let result = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.bit(model, base + symbol);
      symbol = (symbol << 1) | bit;
      result |= bit << i;
    }
    return result;
  }

  private direct(bits: number): number {
    let result = 0;
    for (let i = 0; i < bits; i++) {
      this.range >>>= 1;
      const bit = this.code >= this.range ? 1 : 0;
      if (bit === 1) this.code -= this.range;
      if (this.range < 0x100_0000) this.normalize();
      result = result * 2 + bit;
    }
    return result;
  }

  private literalByte(): void {
    const { output, written, literal } = this;
    const previous = written > this.dictionaryStart ? (output[written - 1] as number) : 0;
    const context = ((written & this.literalMask) << this.literalContext) + (previous >> (8 - this.literalContext));
    const base = 0x300 * context;
    let symbol = 1;
    if (this.state >= 7) {
      let matched = output[written - this.rep0 - 1] as number;
      while (symbol < 0x100) {
        const matchBit = (matched >> 7) & 1;
        matched <<= 1;
        const bit = this.bit(literal, base + ((1 + matchBit) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (matchBit !== bit) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.bit(literal, base + symbol);
    output[written] = symbol;
    this.written = written + 1;
    this.state = this.state < 4 ? 0 : this.state < 10 ? this.state - 3 : this.state - 6;
  }

  /** @returns true at the end marker. */
  private match(positionState: number, limit: number): boolean {
    let length: number;
    if (this.bit(this.isRep, this.state) !== 0) {
      sound(this.written > this.dictionaryStart, 'a match before any byte');
      if (this.bit(this.isRepG0, this.state) === 0) {
        if (this.bit(this.isRep0Long, (this.state << 4) + positionState) === 0) {
          this.state = this.state < 7 ? 9 : 11;
          this.copy(1, limit);
          return false;
        }
      } else {
        this.takeOlderDistance();
      }
      length = this.length(this.repLengths, positionState);
      this.state = this.state < 7 ? 8 : 11;
    } else {
      this.rep3 = this.rep2;
      this.rep2 = this.rep1;
      this.rep1 = this.rep0;
      length = this.length(this.lengths, positionState);
      this.state = this.state < 7 ? 7 : 10;
      this.rep0 = this.distance(length);
      if (this.rep0 === 0xffff_ffff) return true;
    }
    this.copy(length + 2, limit);
    return false;
  }

  private takeOlderDistance(): void {
    let distance: number;
    if (this.bit(this.isRepG1, this.state) === 0) distance = this.rep1;
    else {
      if (this.bit(this.isRepG2, this.state) === 0) distance = this.rep2;
      else {
        distance = this.rep3;
        this.rep3 = this.rep2;
      }
      this.rep2 = this.rep1;
    }
    this.rep1 = this.rep0;
    this.rep0 = distance;
  }

  private length(coder: LengthCoder, positionState: number): number {
    if (this.bit(coder.choice, 0) === 0) return this.tree(coder.low, positionState << 3, 3);
    if (this.bit(coder.choice, 1) === 0) return 8 + this.tree(coder.middle, positionState << 3, 3);
    return 16 + this.tree(coder.high, 0, 8);
  }

  private distance(length: number): number {
    const slot = this.tree(this.positionSlot, Math.min(length, LENGTH_STATES - 1) << 6, 6);
    if (slot < 4) return slot;
    const directBits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** directBits;
    if (slot < END_POSITION_MODEL) return base + this.reverseTree(this.positionSpecial, base - slot, directBits);
    const high = this.direct(directBits - ALIGN_BITS) * (1 << ALIGN_BITS);
    return base + high + this.reverseTree(this.align, 0, ALIGN_BITS);
  }

  private copy(length: number, limit: number): void {
    const { output } = this;
    const distance = this.rep0 + 1;
    let to = this.written;
    sound(distance <= to - this.dictionaryStart, 'a match points before the start');
    sound(to + length <= limit, 'a match runs over the end of its chunk');
    for (let from = to - distance; length > 0; length--) output[to++] = output[from++] as number;
    this.written = to;
  }
}
