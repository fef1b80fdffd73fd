/** The command behind `npm run conformance`: long comparisons of instruction semantics with this computer's CPU. */
import { Command } from 'commander';
import { expression, wholeNumber } from '../../cli/options.ts';
import { runTool } from '../../cli/tool.ts';
import { nativeOracle } from './native.ts';
import { compareStreams, type StreamOptions } from './streams.ts';

const MOST = 2 ** 31 - 1;

async function compare(options: StreamOptions): Promise<void> {
  const oracle = nativeOracle();
  const { mismatches, instructions, programs } = await compareStreams(oracle, options);
  oracle.close();
  for (const { text, code, differences } of mismatches)
    console.log(`${text}\n  ${code}\n${differences.map((line) => `    ${line}`).join('\n')}`);
  console.log(`seed ${options.seed}: ${instructions} instructions in ${programs} programs, ${mismatches.length} differ`);
  process.exitCode = mismatches.length === 0 ? 0 : 1;
}

const program = new Command('conformance')
  .description("Compares random programs with this computer's CPU; ends with status 1 if one differs.")
  .option('--instructions <n>', 'how many', wholeNumber(1, MOST), 10_000_000)
  .option('--longest <n>', 'instructions of one program, at most', wholeNumber(1, 64), 8)
  .option('--only <expression>', 'instructions whose name it matches, such as "^ADD$"', expression)
  .option('--translate <n>', 'times after which code is translated; 0: it is only interpreted', wholeNumber(0, MOST), 0)
  .option('--show <n>', 'stop after so many programs that differ', wholeNumber(1, MOST), 10)
  .option('--seed <n>', 'repeats a run', wholeNumber(0, MOST), Date.now() & MOST)
  .action(({ translate: translateAfter, show: mostMismatches, ...options }) =>
    compare({ ...options, translateAfter, mostMismatches }),
  );
await runTool(program);
