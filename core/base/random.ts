/** Seeded pseudo-random numbers: the only source of chance in core, so that a printed seed repeats a run. */
import { invariant } from './bug.ts';

export interface Random {
  /** Unsigned 32-bit. */
  u32(): number;
  /** Unsigned 64-bit. */
  u64(): bigint;
  /** Integer in [0, bound), bound at most 2^32. */
  below(bound: number): number;
  /** In [0, 1), 53 bits. */
  unit(): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
}

/** Generator xoshiro128** (Blackman and Vigna 2018), its state filled from the seed by SplitMix32. */
export function random(seed: number): Random {
  let split = seed >>> 0;
  const fill = (): number => {
    split = (split + 0x9e37_79b9) >>> 0;
    let z = split;
    z = Math.imul(z ^ (z >>> 16), 0x85eb_ca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2_ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  let [a, b, c, d] = [fill(), fill(), fill(), fill() | 1];
  const rotate = (x: number, k: number): number => ((x << k) | (x >>> (32 - k))) >>> 0;

  const u32 = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return result;
  };
  const unit = (): number => ((u32() >>> 5) * 0x400_0000 + (u32() >>> 6)) / 2 ** 53;
  const below = (bound: number): number => Math.floor(unit() * bound);
  return {
    u32,
    u64: () => (BigInt(u32()) << 32n) | BigInt(u32()),
    below,
    unit,
    chance: (probability) => unit() < probability,
    pick: (items) => {
      const item = items[below(items.length)];
      invariant(item !== undefined, 'there is something to pick from');
      return item;
    },
  };
}
