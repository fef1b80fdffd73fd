/** The command behind `npm run fuzz`: hostile guests of the hypervisor, or damaged kernels, for as long as wanted. */
import { tmpdir } from 'node:os';
import { Command } from 'commander';
import { wholeNumber } from '../../cli/options.ts';
import { runTool } from '../../cli/tool.ts';
import { readBytes } from '../../host/files.ts';
import { runHostileGuests } from './hostile-run.ts';
import { runKernels } from './kernel-run.ts';

interface Piece {
  readonly done: number;
  readonly outcomes: ReadonlyMap<string, number>;
  readonly offences: readonly string[];
}

interface FuzzOptions {
  readonly seed: number;
  readonly count: number;
}

/** Runs pieces until the count is reached or one has offences; tells the seed first, so that it is known after a crash, too. */
function repeat(
  what: string,
  { seed: first, count }: FuzzOptions,
  run: (seed: number, count: number) => Piece,
  size: number,
): void {
  process.stdout.write(`seed ${first}\n`);
  const start = performance.now();
  const totals = new Map<string, number>();
  let done = 0;
  for (let seed = first; done < count; seed += size) {
    const piece = run(seed, Math.min(size, count - done));
    done += piece.done;
    for (const [outcome, times] of piece.outcomes) totals.set(outcome, (totals.get(outcome) ?? 0) + times);
    if (piece.offences.length === 0) continue;
    process.stdout.write(`seed ${seed}, ${piece.done} ${what}:\n${piece.offences.join('\n')}\n`);
    process.exitCode = 1;
    break;
  }
  const seconds = (performance.now() - start) / 1000;
  const verdict = process.exitCode === undefined ? 'nothing out of order' : 'OUT OF ORDER, see above';
  process.stdout.write(`${done} ${what} in ${seconds.toFixed(1)} s, ${Math.round(done / seconds)} a second: ${verdict}\n`);
  for (const [outcome, times] of [...totals].sort((a, b) => b[1] - a[1])) process.stdout.write(`${times}\t${outcome}\n`);
}

/** Acts of one run of guests; an act makes some two hypercalls on average. */
const ACTS = 50_000;

const named = (kind: string, counts: ReadonlyMap<string, number>): [string, number][] =>
  [...counts].map(([name, times]) => [`${kind}: ${name}`, times]);

const MOST = 2 ** 31 - 1;
const randomSeed = Date.now() & MOST;
const program = new Command('fuzz').description('Hostile input at random; a failure prints its seed and ends with status 1.');
program
  .command('guests')
  .description('guests that attack the Xen hypervisor, the back ends and the store')
  .option('--count <calls>', 'hypercalls, those within lists included', wholeNumber(1, MOST), 1_000_000)
  .option('--seed <n>', 'repeats a run', wholeNumber(0, MOST), randomSeed)
  .action((options: FuzzOptions) =>
    repeat(
      'hypercalls',
      options,
      (seed, count) => {
        const { hypercalls, classes, crashes, offences } = runHostileGuests(seed, count);
        return { done: hypercalls, outcomes: new Map([...named('attack', classes), ...named('ended', crashes)]), offences };
      },
      ACTS,
    ),
  );
program
  .command('kernels')
  .description('damaged kernels, and random bytes as code in ring 0 and ring 3')
  .option('--count <kernels>', 'kernels', wholeNumber(1, MOST), 2000)
  .option('--seed <n>', 'repeats a run', wholeNumber(0, MOST), randomSeed)
  .option('--kernel <file>', 'damage this kernel instead of made-up ones')
  .action((options: FuzzOptions & { kernel?: string }) => {
    const given = options.kernel === undefined ? {} : { given: readBytes(options.kernel) };
    repeat(
      'kernels',
      options,
      (seed, count) => {
        const { cases, outcomes, offences } = runKernels({ seed, cases: count, folder: tmpdir(), ...given });
        return { done: cases, outcomes, offences };
      },
      200,
    );
  });
await runTool(program);
