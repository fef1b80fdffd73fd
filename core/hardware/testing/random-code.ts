/** Bytes as code: at random, but those that begin interesting instructions more often than chance. */
import type { Random } from '../../base/random.ts';

const LIKELY = [
  0x0f, 0x48, 0x66, 0x67, 0xf2, 0xf3, 0x8e, 0x8c, 0xc4, 0xc5, 0xff, 0xf7, 0x0f, 0xcf, 0xcb, 0xa4, 0xab, 0xd9, 0xdb, 0x9d, 0xfb,
  0xe8, 0xeb, 0x01, 0xae,
];

export function randomCode(chance: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => (chance.chance(0.3) ? chance.pick(LIKELY) : chance.below(256)));
}
