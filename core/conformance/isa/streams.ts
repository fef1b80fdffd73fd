/** Compares random programs on the real CPU and the emulated one, until enough instructions were run or it differs. */
import { join } from 'node:path';
import { random } from '../../base/random.ts';
import { createEngine } from '../../hardware/cpu/engine.ts';
import { hotWasm } from '../../hardware/testing/hot-wasm.ts';
import type { Row } from '../../isa/row.ts';
import { findHandlers, loadRows } from '../../tables/rows.ts';
import type { Case } from './case.ts';
import { differences } from './compare.ts';
import { emulated } from './emulated.ts';
import { generateCase, testableRows } from './generate.ts';
import type { Oracle } from './native.ts';

const core = join(import.meta.dirname, '../..');
/** Programs handed to the oracle at once. */
const BATCH = 2000;

export interface Mismatch {
  readonly text: string;
  readonly code: string;
  readonly differences: readonly string[];
}

export interface StreamReport {
  readonly instructions: number;
  readonly programs: number;
  readonly mismatches: readonly Mismatch[];
}

export interface StreamOptions {
  readonly seed: number;
  /** Stops after this many instructions. */
  readonly instructions: number;
  /** Instructions of one program, at most. */
  readonly longest: number;
  /** Stops after this many programs that differ. */
  readonly mostMismatches: number;
  /** Only rows whose name matches. */
  readonly only?: RegExp;
  /** Executions after which code is translated; 0: interpreter only. */
  readonly translateAfter?: number;
}

/** Rows that random programs are made of. */
export async function streamRows(only?: RegExp): Promise<Row[]> {
  const rows = await loadRows(join(core, 'isa/rows'));
  const handlers = findHandlers(join(core, 'hardware/cpu/hot'));
  const features = new Set(rows.flatMap((row) => row.feature ?? []));
  return testableRows(rows, (row) => handlers.has(row.handler ?? row.name.toLowerCase()), features).filter(
    (row) => only === undefined || only.test(row.name),
  );
}

export async function compareStreams(oracle: Oracle, options: StreamOptions): Promise<StreamReport> {
  const rows = await streamRows(options.only);
  const engine = createEngine(hotWasm(), {
    memoryBytes: 2 ** 28,
    translation: options.translateAfter ? { threshold: options.translateAfter, batch: 1 } : false,
  });
  const machine = emulated({ ...engine, createComputer: noComputers });
  const chance = random(options.seed);
  const mismatches: Mismatch[] = [];
  let instructions = 0;
  let programs = 0;
  while (instructions < options.instructions && mismatches.length < options.mostMismatches) {
    const batch: Case[] = Array.from({ length: BATCH }, () => generateCase(chance, rows, options.longest));
    const answers = oracle.run(batch);
    for (const [index, each] of batch.entries()) {
      const real = answers[index];
      if (real === undefined) continue;
      // Translated code is what runs when a program has run often enough.
      for (let run = 1; run < (options.translateAfter ?? 0) + 2 && options.translateAfter; run++) machine.run(each);
      const found = differences(each, real, machine.run(each));
      instructions += each.instructions;
      programs += 1;
      if (found.length === 0 || mismatches.length >= options.mostMismatches) continue;
      mismatches.push({ text: each.text, code: Buffer.from(each.code).toString('hex'), differences: found });
    }
  }
  return { instructions, programs, mismatches };
}

export const noComputers = (): never => {
  throw new Error('the comparison puts no computers together');
};
