/** The command behind `npm run torture`: a guest under load, whose results are known. Ends with status 1 if one is wrong. */
import { Command, Option } from 'commander';
import { positiveNumber, wholeNumber } from '../../cli/options.ts';
import { runTool } from '../../cli/tool.ts';
import { MACHINE_NAMES } from '../../worlds/machines.ts';
import { torture } from './run.ts';
import { SIZES } from './script.ts';

interface TortureOptions {
  readonly on: string;
  readonly size: keyof typeof SIZES;
  readonly memory: number;
  readonly vcpus: number;
  readonly timeout: number;
}

const program = new Command('torture')
  .description('Puts a guest through much data, process storms, signals and swapping, and checks what comes out.')
  .addOption(new Option('--on <machine>', 'what to boot on').choices(MACHINE_NAMES).default('bare'))
  .addOption(new Option('--size <size>', 'how much').choices(Object.keys(SIZES)).default('short'))
  .option('--memory <MiB>', 'memory, less than the data needs', wholeNumber(96, 2 ** 20), 256)
  .option('--vcpus <n>', 'virtual CPUs', wholeNumber(1, 16), 1)
  .option('--timeout <seconds>', 'end the run after that time', positiveNumber, 3600)
  .action(async ({ size, on, ...options }: TortureOptions) => {
    const start = performance.now();
    const passed = await torture({
      ...options,
      machine: on,
      size: SIZES[size],
      onText: (text) => void process.stdout.write(text),
    });
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    process.stdout.write(
      `${passed ? 'passed' : 'FAILED'} on ${on} with ${options.vcpus} CPUs, ${options.memory} MiB, in ${seconds} s\n`,
    );
    process.exitCode = passed ? 0 : 1;
  });
await runTool(program);
