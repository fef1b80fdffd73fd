/** A short run of damaged kernels; a long one: `npm run fuzz -- kernels`. */
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { DAMAGE_NAMES, FORMAT_NAMES } from './kernel-files.ts';
import { runKernels } from './kernel-run.ts';

const SEED = Number(process.env.FUZZ_SEED ?? 1);
const CASES = 40;
const MINUTES = 60_000;

it(`kernels of ${FORMAT_NAMES.length} formats, damaged in ${DAMAGE_NAMES.length} ways, end as they should (seed ${SEED})`, {
  timeout: 4 * MINUTES,
}, () => {
  const report = runKernels({ seed: SEED, cases: CASES, folder: tmpdir() });
  expect(report.offences).toEqual([]);
  expect(report.cases).toBe(CASES);
  expect(report.outcomes.size).toBeGreaterThan(2);
});
