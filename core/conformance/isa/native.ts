/** The oracle: builds native.c with the system's C compiler and runs cases on this computer's own CPU. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '../../base/refusal.ts';
import { ANSWER_BYTES, type Answer, CASE_BYTES, type Case, CODE_BYTES, STATE_BYTES, WINDOW_BYTES } from './case.ts';

/** Runs cases on the real CPU. */
export interface Oracle {
  run(cases: readonly Case[]): Answer[];
  close(): void;
}

/**
 * @throws Refusal `no-compiler` where there is no C compiler, `wrong-processor` on other than x86-64
 */
export function nativeOracle(): Oracle {
  if (process.arch !== 'x64')
    throw new Refusal(
      'wrong-processor',
      `this computer is ${process.arch}, not x86-64`,
      'Run the comparison on an x86-64 computer.',
    );
  const folder = mkdtempSync(join(tmpdir(), 'blanket-oracle-'));
  const program = join(folder, 'native');
  const built = spawnSync('cc', ['-O1', '-o', program, join(import.meta.dirname, 'native.c')], { encoding: 'utf8' });
  if (built.status !== 0) {
    rmSync(folder, { recursive: true });
    throw new Refusal(
      'no-compiler',
      `the oracle could not be built: ${built.error?.message ?? built.stderr}`,
      'Install a C compiler (on Debian: apt-get install gcc libc6-dev).',
    );
  }
  return {
    run: (cases) => answers(program, cases),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function answers(program: string, cases: readonly Case[]): Answer[] {
  const input = new Uint8Array(cases.length * CASE_BYTES);
  cases.forEach((each, index) => {
    const at = index * CASE_BYTES;
    input.set(each.state, at);
    input.fill(0xcc, at + STATE_BYTES, at + STATE_BYTES + CODE_BYTES);
    input.set(each.code, at + STATE_BYTES);
    input.set(each.window, at + STATE_BYTES + CODE_BYTES);
  });
  const run = spawnSync(program, { input, maxBuffer: cases.length * ANSWER_BYTES + 65_536 });
  const output = new Uint8Array(run.stdout);
  if (output.length !== cases.length * ANSWER_BYTES) {
    const done = Math.floor(output.length / ANSWER_BYTES);
    throw new Refusal(
      'oracle-died',
      `the oracle ended (${run.signal ?? run.status}) in case ${done}: ${cases[done]?.text}`,
      'Exclude the instruction from the generator, or mend native.c.',
    );
  }
  return cases.map((_, index) => {
    const at = index * ANSWER_BYTES;
    const view = new DataView(output.buffer, output.byteOffset + at);
    return {
      state: output.slice(at, at + STATE_BYTES),
      window: output.slice(at + STATE_BYTES, at + STATE_BYTES + WINDOW_BYTES),
      hash: view.getUint32(STATE_BYTES + WINDOW_BYTES, true),
    };
  });
}
