/** The command behind `npm run boots`: the default image on every machine. Ends with status 1 if one is not as it should be. */
import { Command } from 'commander';
import { expression, positiveNumber, wholeNumber } from '../../cli/options.ts';
import { runTool } from '../../cli/tool.ts';
import { bootRow, ROWS, rowName } from './matrix.ts';

interface BootsOptions {
  readonly only?: RegExp;
  readonly memory: number;
  readonly timeout: number;
}

const program = new Command('boots')
  .description(
    'Boots the default image on every machine with 1, 2 and 4 CPUs and with two guests; console and network must work.',
  )
  .option('--only <expression>', 'rows whose name it matches, such as "blanket.* vcpus=4"', expression)
  .option('--memory <MiB>', 'memory of each guest', wholeNumber(96, 2 ** 20), 256)
  .option('--timeout <seconds>', 'for each boot', positiveNumber, 300)
  .action(async ({ only, memory, timeout }: BootsOptions) => {
    for (const row of ROWS.filter((each) => only?.test(rowName(each)) ?? true)) {
      const { wrong, seconds } = await bootRow(row, memory, timeout);
      process.stdout.write(
        `${rowName(row)}: ${wrong.length === 0 ? 'passed' : `FAILED: ${wrong.join('; ')}`}, ${seconds.toFixed(0)} s\n`,
      );
      if (wrong.length > 0) process.exitCode = 1;
    }
  });
await runTool(program);
