/** The command behind `npm run bench -- SUBJECT`: measures ours beside others and says whether the bounds hold. */
import { cpus, loadavg } from 'node:os';
import { Command, CommanderError, Option } from 'commander';
import { Refusal } from '../../base/refusal.ts';
import { wholeNumber } from '../../cli/options.ts';
import { FAILURE_STATUS, USAGE_STATUS } from '../../cli/status.ts';
import { resultText, runLine } from './report.ts';
import { compete, type Result } from './rounds.ts';
import { SUBJECTS } from './subjects.table.ts';

interface Options {
  readonly rounds: number;
  readonly only?: string;
  readonly format: 'text' | 'json';
}

const list = Object.entries(SUBJECTS)
  .map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`)
  .join('\n');

const program = new Command('bench')
  .description('Measures ours beside others, in turn, and prints medians, ratios and whether the bounds hold.')
  .argument('<subject>', 'what to measure')
  .option('--rounds <n>', 'runs of each contestant', wholeNumber(1, 1000), 3)
  .option('--only <text>', 'only the cases whose name contains this')
  .addOption(new Option('--format <format>', 'how results are printed').choices(['text', 'json']).default('text'))
  .addHelpText('after', `\nSubjects:\n${list}\n\nThe exit status is 1 if a bound does not hold.`)
  .showHelpAfterError('(--help tells more)')
  .exitOverride();

/** Ratios depend on the computer little, times a lot. */
const machine = () => ({
  date: new Date().toISOString(),
  processor: cpus()[0]?.model ?? 'unknown',
  processors: cpus().length,
  node: process.version,
  v8: process.versions.v8,
  loadAverage: loadavg()[0],
});

async function measure(name: string, options: Options): Promise<number> {
  const subject = SUBJECTS[name];
  if (subject === undefined) {
    process.stderr.write(`bench: there is no subject ${name}. There are: ${Object.keys(SUBJECTS).join(', ')}.\n`);
    return USAGE_STATUS;
  }
  const { date, processor, processors, node, v8, loadAverage } = machine();
  process.stderr.write(
    `${date}, ${processors} × ${processor}, Node ${node} (V8 ${v8}), load average ${loadAverage?.toFixed(2)}\n`,
  );
  const cases = (await subject.cases()).filter((each) => each.name.includes(options.only ?? ''));
  const results: Result[] = [];
  for (const each of cases) {
    process.stderr.write(`${each.name}\n`);
    const result = await compete(each, options.rounds, (...run) => process.stderr.write(runLine(...run)));
    if (options.format === 'text') process.stdout.write(`\n${resultText(result)}`);
    results.push(result);
  }
  if (options.format === 'json') process.stdout.write(`${JSON.stringify({ subject: name, ...machine(), results }, null, 2)}\n`);
  return results.every(({ verdicts }) => verdicts.every(({ holds }) => holds)) ? 0 : FAILURE_STATUS;
}

try {
  program.parse();
  process.exitCode = await measure(program.args[0] ?? '', program.opts<Options>());
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : USAGE_STATUS;
  else if (error instanceof Refusal) {
    process.stderr.write(`bench: ${error.message}\n${error.remedy}\n`);
    process.exitCode = FAILURE_STATUS;
  } else throw error;
}
