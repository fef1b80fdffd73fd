/** `blanket run`: an instance with the Blanket on it, without a window, until it is told to end. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { Refusal } from '../../base/refusal.ts';
import { ordered } from '../../cloud/offers.ts';
import type { AnyFact } from '../../contract/events.ts';
import { type Instance, instance as instanceSchema } from '../../contract/fleet.ts';
import { serveAttached } from '../../host/attach/serve.ts';
import { dataFolder } from '../../host/data-folder.ts';
import { Headless } from '../../service/headless.ts';
import { serveInstance } from '../../service/instance.ts';
import { keep, kept } from '../../service/keep.ts';
import { worldFor } from '../../worlds/catalogue.ts';
import { cataloguesFrom } from '../catalogue-files.ts';
import { firstCpuUpcallsOption, globalPagesOption, layOptionsOf, type NestingOptions, shadowPagingOption } from '../nesting.ts';
import { positiveNumber, wholeNumber } from '../options.ts';
import { ENGINE } from '../shipped.ts';

interface RunOptions extends NestingOptions {
  readonly provider: string;
  readonly type: string;
  readonly folder: string;
  readonly domains: number;
  readonly memory: number;
  readonly end: 'save' | 'shutdown' | 'discard';
  readonly timeout?: number;
}

const ID = 'i1';

/** Where an instance without a window lives if nothing else is said. */
export const runFolder = (home: string): string => join(home, 'run');

export function runCommand(): Command {
  return new Command('run')
    .description('Rent an instance, lay the Blanket, and keep it running without a window; drive it with: blanket domains.')
    .option('--provider <id>', 'price list of the provider', 'gce-kvm')
    .option('--type <id>', 'instance type', 'e2-highcpu-2')
    .option('--folder <folder>', 'where its machines and disks are kept', runFolder(dataFolder()))
    .option('--domains <n>', 'machines to make and start at once (vm-1, vm-2, ...)', wholeNumber(0, 256), 0)
    .option('--memory <MiB>', 'memory of each of them', wholeNumber(16, 2 ** 20), 128)
    .addOption(globalPagesOption())
    .addOption(firstCpuUpcallsOption())
    .addOption(shadowPagingOption())
    .addOption(
      new Option('--end <how>', 'what becomes of the machines at the end')
        .choices(['save', 'shutdown', 'discard'])
        .default('save'),
    )
    .option('--timeout <seconds>', 'end after that time', positiveNumber)
    .addHelpText(
      'after',
      `
It ends with Ctrl-C or a signal to terminate. What was saved goes on when it is started with the same folder again; the
instance is the same then, whatever is asked for.

Examples:
  blanket run --provider ec2-2012 --type cc1.4xlarge --folder /tmp/cloud &
  blanket domains --attach /tmp/cloud create web --start`,
    )
    .action(run);
}

async function run(options: RunOptions): Promise<void> {
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true });
  const record = await recordOf(folder, options);
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  const headless = new Headless(
    record,
    (edge) =>
      serveInstance({ folder, dataFolder: dataFolder(), instance: record, afterFailure: false }, edge, {
        engine: ENGINE,
        world: worldFor(record.flavour),
        start: (_world, work, lay) => lay(layOptionsOf(options), work),
      }),
    (fact) => progress(fact, tell),
  );
  const server = serveAttached(folder, headless);
  server.on('error', (error) => tell(`blanket: nobody can attach: ${error.message}`));
  try {
    await settled(headless, headless.tasks[0]?.id ?? '');
    tell(`Ready: blanket domains --attach ${folder} list`);
    if (options.domains > 0) await makeDomains(headless, options);
    await ended(headless, options.timeout);
    await headless.stop(options.end);
  } finally {
    server.close();
  }
}

/** The instance of this folder: as it was rented, or rented now. */
async function recordOf(folder: string, options: RunOptions): Promise<Instance> {
  const file = join(folder, 'instance.json');
  const known = kept<Instance | null>(file, instanceSchema.nullable(), null);
  if (known !== null && known.state !== 'ended') return known;
  const catalogue = (await cataloguesFrom([])).get(options.provider);
  if (catalogue === undefined)
    throw new Refusal(
      'no-such-provider',
      `There is no price list ${options.provider}.`,
      'See which there are: blanket catalogue list.',
    );
  const record = ordered(
    catalogue,
    options.type,
    { id: ID, name: options.type, shadowPaging: options.shadowPaging === true },
    Date.now(),
  );
  keep(file, record);
  return record;
}

function progress({ name, fact }: AnyFact, tell: (line: string) => void): void {
  if (name === 'task.said') for (const line of fact.lines) tell(line);
  else if (name === 'instance.changed' && fact.instance.state === 'ended') tell(`The instance ended: ${fact.instance.reason}.`);
  else if (name === 'notice' && fact.refusal !== null)
    tell(`${fact.unit ?? ''}: ${fact.refusal.message}. ${fact.refusal.remedy}`);
}

async function settled(headless: Headless, task: string): Promise<void> {
  const { failure } = await headless.ended(task);
  if (failure !== null) throw new Refusal(failure.code, failure.message, failure.remedy);
}

async function makeDomains(headless: Headless, { domains, memory }: RunOptions): Promise<void> {
  const order = { name: 'vm', image: 'default', vcpus: 1, memoryMib: memory, diskMib: 0, network: 'bridge0' };
  const request = { instance: ID, count: domains, order, start: true, template: null };
  const envelope = await headless.answer('blanket.partition', request);
  if (!envelope.ok) throw new Refusal(envelope.refusal.code, envelope.refusal.message, envelope.refusal.remedy);
  await settled(headless, (envelope.value as { task: string }).task);
}

/** Resolves at a signal, at the end of the time, or when the instance has ended by itself. */
function ended(headless: Headless, timeout: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
    if (timeout !== undefined) setTimeout(resolve, timeout * 1000);
    const watch = setInterval(() => {
      if (headless.instance.state !== 'ended') return;
      clearInterval(watch);
      resolve();
    }, 200);
  });
}
