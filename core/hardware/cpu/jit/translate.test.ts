/**
 * Translated code is compared with the interpreter: the same random programs, cut into the same runs, must leave the
 * same registers, flags, memory, clock and number of instructions after every run.
 *
 * Everything that is reached once is translated (threshold 1), so programs of a few hundred bytes exercise entries,
 * loops, the end of a budget inside a unit, faults, and units whose code is written while they run.
 */
import { describe, expect, it } from 'vitest';
import { type Random, random } from '../../../base/random.ts';
import type { Trap } from '../../../seams/machine.ts';
import { CODE, DATA, type Kernel, kernel, type Start, USER_CODE } from '../../testing/kernel.ts';
import { randomProgram } from './testing/random-program.ts';

const PROGRAMS = Number(process.env.JIT_PROGRAMS ?? 25);
const SEED = Number(process.env.JIT_SEED ?? 1);
const CYCLES = 4000;
const EAGER = { translation: { threshold: 1, batch: 1 } };
const MEMORY = 0x4_0000;
const RUNS = [1, 2, 3, 10, 40, 100, 1000];

const origin = (start: Start): number => (start === 'user' ? USER_CODE : CODE);

function prepare(k: Kernel, start: Start, chance: Random): void {
  const at = origin(start);
  k.engine.translator?.dropAll();
  const program = randomProgram(chance, 3 + chance.below(20));
  const data = Uint8Array.from({ length: 0x1000 }, () => chance.below(256));
  k.memory.write(at, program);
  k.memory.write(DATA, data);
  for (let i = 0; i < 16; i++) {
    const pointer = BigInt(DATA + 16 * chance.below(0x100));
    k.context.registers[i] = chance.chance(0.6) ? pointer : chance.chance(0.5) ? BigInt(chance.below(64)) : chance.u64();
  }
  k.context.registers[4] = BigInt(DATA + 0x800 + 8 * chance.below(64));
  if (start === 'protected') for (let i = 0; i < 16; i++) k.context.registers[i] = (k.context.registers[i] ?? 0n) & 0xffff_ffffn;
  k.context.rip = BigInt(at);
  k.context.rflags = 2n;
  k.context.halted = 0;
}

function stateOf(k: Kernel, trap: Trap): unknown {
  const float = new Uint8Array(512);
  k.context.saveFloat(float);
  return {
    trap,
    registers: [...k.context.registers.subarray(0, 16)],
    rip: k.context.rip,
    rflags: k.context.rflags,
    cycles: k.context.cycles,
    instructions: k.context.instructions,
    vectors: Buffer.from(float.subarray(160, 416)).toString('hex'),
  };
}

const memoryOf = (k: Kernel): string => Buffer.from(k.memory.read(0x1_0000, MEMORY)).toString('base64');

describe.each<Start>(['long', 'user', 'protected'])('random programs, %s', (start) => {
  it('end as interpreted', () => {
    const interpreted = kernel(start, '', { translation: false });
    const translated = kernel(start, '', EAGER);
    for (let program = 0; program < PROGRAMS; program++) {
      for (const k of [interpreted, translated]) prepare(k, start, random(SEED * 1000 + program));
      const chance = random(program);
      for (let done = 0; done < CYCLES; ) {
        const cycles = chance.pick(RUNS);
        const [first, second] = [interpreted, translated].map((k) => stateOf(k, k.engine.run(k.context, cycles)));
        expect(second, `program ${program} after ${done} + ${cycles} cycles`).toEqual(first);
        done += cycles;
        if (interpreted.context.halted !== 0) break;
      }
      expect(memoryOf(translated) === memoryOf(interpreted), `memory after program ${program}`).toBe(true);
    }
    expect(translated.engine.translator?.counts.units).toBeGreaterThan(PROGRAMS);
  });
});

describe('the share of translated code', () => {
  const TURNS = 1000;
  // mov ecx, TURNS; turn: dec ecx; jnz turn; hlt
  const LOOP = 'b9 e8 03 00 00  ff c9  75 fc  f4';
  const run = (translation: typeof EAGER.translation | false) => {
    const k = kernel('long', LOOP, { translation });
    k.run(10 * TURNS);
    const [counters] = k.engine.counters();
    return { counters, counts: k.engine.translator?.counts };
  };

  it('is what was retired in units', () => {
    const { counters, counts } = run(EAGER.translation);
    expect(counters?.instructions).toBe(2 + 2 * TURNS);
    expect(counters?.translated).toBeGreaterThan(2 * TURNS - 10);
    expect(counters?.translated).toBeLessThan(2 + 2 * TURNS);
    expect(counts?.instructions).toBeGreaterThan(0);
    expect(counts?.compileSeconds).toBeGreaterThan(0);
  });

  it('is nothing when all is interpreted', () => {
    expect(run(false).counters).toMatchObject({ instructions: 2 + 2 * TURNS, translated: 0 });
  });
});
