/** The loops compute the same in both tiers and both widths, and have as many instructions as they say. */
import { describe, expect, it } from 'vitest';
import type { EngineOptions } from '../../../hardware/cpu/engine.ts';
import { hotWasm } from '../../../hardware/testing/hot-wasm.ts';
import { bareWorld } from '../../../worlds/bare.ts';
import { assemble } from './assemble.ts';
import { Listener, type LoopProgram, loopKernel, type Width } from './kernel.ts';
import { PROGRAMS } from './programs.table.ts';

const WASM = hotWasm();

function run(program: LoopProgram, width: Width, turns: number, translation: EngineOptions['translation']) {
  const listener = new Listener<number>();
  const world = bareWorld({
    wasm: WASM,
    memoryBytes: 8 * 2 ** 20,
    cpus: 1,
    frequency: 1e9,
    epoch: 0,
    serial: { write: (bytes) => listener.hear(String.fromCharCode(...bytes), 0), onData: () => undefined },
    initrd: undefined,
    kernel: { name: 'loop', bytes: loopKernel(program, width, turns) },
    commandLine: '',
    modules: [],
    codecs: { gzip: (bytes) => bytes, zstd: (bytes) => bytes },
    engine: { memoryBytes: 128 * 2 ** 20, ...(translation === undefined ? {} : { translation }) },
  });
  const progress = world.run(1e9);
  return { progress, result: listener.told?.result, instructions: world.engine.instructions };
}

describe.each(Object.entries(PROGRAMS))('%s', (_, program) => {
  it.each([32, 64] as const)('has the instructions it says, %i-bit', (width) => {
    const { test } = program.turns;
    const [few, many] = [test, test + 1].map((turns) => run(program, width, turns, false));
    expect(few?.progress).toMatchObject({ kind: 'ended', outcome: { kind: 'debug-exit' } });
    expect((many?.instructions ?? 0) - (few?.instructions ?? 0)).toBe(
      program.instructions(test + 1, width) - program.instructions(test, width),
    );
  });

  it('comes to the same result in both tiers', () => {
    for (const width of [32, 64] as const) {
      const [interpreted, translated] = [false, { threshold: 1, batch: 1 }] as const;
      const expected = run(program, width, program.turns.test, interpreted);
      expect(expected.result).toBeDefined();
      expect(run(program, width, program.turns.test, translated)).toEqual(expected);
    }
  });
});

describe('the assembler', () => {
  it('puts in distances and numbers', () => {
    expect([...assemble('a:\n 74 <a> e8 <<a>> ; back\n b9 {n} {a}', 0x100, { n: -2 })]).toEqual([
      0x74, 0xfe, 0xe8, 0xf9, 0xff, 0xff, 0xff, 0xb9, 0xfe, 0xff, 0xff, 0xff, 0, 1, 0, 0,
    ]);
  });

  it('refuses what it does not know', () => {
    expect(() => assemble('zz', 0)).toThrow('not assembly');
    expect(() => assemble('74 <nowhere>', 0)).toThrow('nowhere');
  });
});
