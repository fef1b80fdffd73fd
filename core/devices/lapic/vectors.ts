/** A set of 256 vectors, as IRR, ISR and TMR are. */

export class VectorSet {
  private readonly words = new Uint32Array(8);

  has(vector: number): boolean {
    return (((this.words[vector >> 5] ?? 0) >>> (vector & 31)) & 1) !== 0;
  }

  set(vector: number, present: boolean): void {
    const word = this.words[vector >> 5] ?? 0;
    const bit = 1 << (vector & 31);
    this.words[vector >> 5] = present ? word | bit : word & ~bit;
  }

  /** The highest member; -1: empty. */
  get highest(): number {
    for (let index = 7; index >= 0; index--) {
      const word = this.words[index] ?? 0;
      if (word !== 0) return index * 32 + 31 - Math.clz32(word);
    }
    return -1;
  }

  word(index: number): number {
    return this.words[index] ?? 0;
  }

  clear(): void {
    this.words.fill(0);
  }
}
