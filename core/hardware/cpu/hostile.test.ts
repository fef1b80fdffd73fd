/**
 * Random bytes as code, in every mode and ring: nothing may throw, hang or reach beyond the guest's memory, and the
 * course must not depend on how it is cut into runs.
 */
import { describe, expect, it } from 'vitest';
import { type Random, random } from '../../base/random.ts';
import { CODE, DATA, GDT, type Kernel, kernel, PML4, type Start, USER_CODE } from '../testing/kernel.ts';
import { randomCode } from '../testing/random-code.ts';
import { DEFAULT_OPTIONS, type TranslatorOptions } from './jit/install.ts';

const ROUNDS = Number(process.env.HOSTILE_ROUNDS ?? 6);
const SEED = Number(process.env.HOSTILE_SEED ?? 1);
const PROGRAMS = 12;
const CYCLES = 3000;

/** One random program into the present state of the computer, whatever the last one left. */
function prepare(k: Kernel, start: Start, chance: Random): void {
  const at = start === 'user' ? USER_CODE : CODE;
  k.memory.write(at, randomCode(chance, 512));
  k.memory.write(DATA, randomCode(chance, 256));
  for (let i = 0; i < 16; i++) {
    k.context.registers[i] = chance.chance(0.6)
      ? BigInt(DATA + chance.below(0x2000))
      : chance.chance(0.5)
        ? chance.u64()
        : BigInt(chance.below(64));
  }
  k.context.rip = start === 'real' ? 0n : BigInt(at);
  k.context.halted = 0;
}

/** Registers, clocks and memory, to compare two courses. */
function state(k: Kernel): string {
  let sum = 0;
  for (const byte of k.memory.read(CODE, DATA + 0x4000 - CODE)) sum = (Math.imul(sum, 31) + byte) | 0;
  return [...k.context.registers, k.context.rip, k.context.rflags, k.context.cycles, k.context.instructions, sum].join(' ');
}

function course(start: Start, seed: number, translation: TranslatorOptions | false, slice: () => number): string[] {
  const chance = random(seed);
  const k = kernel(start, '', { translation });
  // Page tables are read-only: code that changes them without INVLPG may see old or new translations, as on hardware,
  // and the beginning of a run may decide which.
  for (let page = PML4; page < GDT; page += 0x1000) k.setPage(page, 5n);
  const states: string[] = [];
  for (let program = 0; program < PROGRAMS; program++) {
    prepare(k, start, chance);
    const end = k.context.cycles + CYCLES;
    while (k.context.cycles < end && k.context.halted === 0) {
      const before = k.context.cycles;
      k.engine.run(k.context, Math.min(slice(), end - before));
      expect(k.context.cycles - before).toBeLessThanOrEqual(CYCLES);
      if (k.context.cycles === before && k.context.halted === 0) break;
    }
    states.push(state(k));
  }
  return states;
}

/** Translates at once, so that nearly everything that is executed twice is translated code. */
const EAGER: TranslatorOptions = { ...DEFAULT_OPTIONS, threshold: 2 };

describe.each(['long', 'user', 'protected', 'real'] as const)('random bytes in %s mode', (start) => {
  it.each([
    ['interpreted', false],
    ['translated', EAGER],
  ] as const)(`run the same way in slices, %s (seed ${SEED})`, (_tier, translation) => {
    for (let round = 0; round < ROUNDS; round++) {
      const seed = SEED * 1000 + round;
      const sizes = random(seed + 77);
      const whole = course(start, seed, false, () => CYCLES);
      expect(course(start, seed, translation, () => 1 + sizes.below(50))).toEqual(whole);
    }
  });
});
