/** The emulated CPU does what this computer's own CPU does, for random programs from a printed seed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nativeOracle, type Oracle } from './native.ts';
import { compareStreams, streamRows } from './streams.ts';

/** Another seed each time at a desk; the same one where a red run must mean a change of ours. */
const seed = Number(process.env.BLANKET_SEED ?? (process.env.CI ? 20_261_124 : Date.now() & 0x7fff_ffff));
const SECONDS = 1000;

describe(`instruction semantics (BLANKET_SEED=${seed})`, () => {
  let oracle: Oracle;
  beforeAll(() => {
    oracle = nativeOracle();
  });
  afterAll(() => oracle?.close());

  it('covers what programs are made of', async () => {
    const names = new Set((await streamRows()).map((row) => row.name));
    for (const name of [
      'ADD',
      'IDIV',
      'SHLD',
      'MOVS',
      'CMPXCHG16B',
      'PDEP',
      'FADD',
      'FSQRT',
      'PSHUFB',
      'CVTTSD2SI',
      'DIVPD',
      'PCMPGTQ',
    ])
      expect(names).toContain(name);
  });

  it.each([
    ['one at a time', { longest: 1, instructions: 300_000 }],
    ['in programs', { longest: 8, instructions: 500_000 }],
    ['in programs that are translated', { longest: 8, instructions: 200_000, translateAfter: 1 }],
  ])('is the same for instructions %s', { timeout: 240 * SECONDS }, async (_, size) => {
    const report = await compareStreams(oracle, { ...size, seed, mostMismatches: 5 });
    expect(report.mismatches).toEqual([]);
    expect(report.instructions).toBeGreaterThanOrEqual(size.instructions);
  });
});
