/** `blanket demo`: the main job once, for real: rent, lay the Blanket, partition, run something in each machine, pay. */
import { join } from 'node:path';
import { Command } from 'commander';
import type { Catalogue } from '../../cloud/catalogue.ts';
import { ordered } from '../../cloud/offers.ts';
import type { Machine } from '../../contract/fleet.ts';
import { dataFolder } from '../../host/data-folder.ts';
import { provisionsFrom } from '../../host/provisions.ts';
import { rentable, worldFor } from '../../worlds/catalogue.ts';
import { USUAL_OPTIONS, type Work, type World } from '../../worlds/desk.ts';
import { cataloguesFrom } from '../catalogue-files.ts';
import { wholeNumber } from '../options.ts';
import { ENGINE } from '../shipped.ts';

/** What is rented, by provider: the smallest type that holds the machines. */
const OFFERS: readonly { readonly catalogue: string; readonly type: string }[] = [
  { catalogue: 'gce-kvm', type: 'e2-highcpu-2' },
  { catalogue: 'ec2-xen', type: 'm3.medium' },
];
const MACHINE_MIB = 128;
/** Milliseconds of work between two looks at what else there is to do. */
const SLICE = 20;
const LONGEST_SECONDS = 300;
const MARK = 'DEMO';

interface DemoOptions {
  readonly machines: number;
  readonly command: string;
}

export function demoCommand(): Command {
  return new Command('demo')
    .description(
      'Rent an instance of each provider, lay the Blanket, partition it, run a command in each machine, and end clean.',
    )
    .option('--machines <n>', 'machines on each instance', wholeNumber(1, 8), 4)
    .option('--command <line>', 'what each machine runs', 'uname -r')
    .action(async (options: DemoOptions) => {
      process.exitCode = await demo(options);
    });
}

async function demo(options: DemoOptions): Promise<number> {
  const catalogues = await cataloguesFrom([]);
  let failures = 0;
  for (const offer of OFFERS) {
    const catalogue = catalogues.get(offer.catalogue);
    if (catalogue === undefined || !rentable(catalogue.flavour)) continue;
    failures += await onProvider(catalogue, offer.type, options);
  }
  return failures === 0 ? 0 : 1;
}

/** @returns how many machines did not answer */
async function onProvider(catalogue: Catalogue, typeId: string, options: DemoOptions): Promise<number> {
  const begun = performance.now();
  const say = (line: string): void =>
    void process.stdout.write(`${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${line}\n`);
  const instance = ordered(catalogue, typeId, { id: 'demo', name: 'demo' }, Date.now());
  const { vcpus, memoryMib, pricePerHour: price } = instance;
  say(
    `${catalogue.name}: renting ${typeId} (${vcpus} CPUs, ${memoryMib} MiB) at ${price.toFixed(4)} ${catalogue.currency} per hour`,
  );
  const world = worldFor(catalogue.flavour)({
    instance,
    provisions: provisionsFrom({ engine: ENGINE, dataFolder: dataFolder(), folder: join(dataFolder(), 'demo'), tell: say }),
    folder: dataFolder(),
    dataFolder: dataFolder(),
    changed: () => undefined,
    diskFailed: (machine, { message, remedy }) => say(`a disk of ${machine} failed: ${message} ${remedy}`),
    ended: (reason) => say(`the instance ended: ${reason}`),
  });
  const work: Work = {
    progress: (_done, _of, step) => say(`  ${step}`),
    say: (line) => say(`  ${line}`),
    check: () => undefined,
  };
  const loop = startLoop(world);
  try {
    await world.power(work);
    const capacity = await world.layBlanket(USUAL_OPTIONS, work);
    say(`the Blanket lies: ${capacity.memoryMib} MiB and ${capacity.vcpus} CPUs to be cut`);
    const answers = await Promise.all(
      Array.from({ length: options.machines }, (_, index) => runMachine(world, index + 1, options.command, work)),
    );
    for (const [index, answer] of answers.entries()) say(`machine ${index + 1}: ${answer ?? 'no answer'}`);
    const { virtualSeconds } = world.sample();
    const each = (price * virtualSeconds) / 3600 / options.machines;
    say(
      `${virtualSeconds.toFixed(1)} s of the instance's time cost ${((price * virtualSeconds) / 3600).toFixed(6)} ${catalogue.currency}: ${each.toFixed(6)} for each machine, ${(price / options.machines).toFixed(4)} per machine-hour`,
    );
    return answers.filter((answer) => answer === undefined).length;
  } finally {
    loop.stop();
  }
}

/** Makes a machine that runs `command` and powers off; what it printed between the marks, or undefined. */
async function runMachine(world: World, number: number, command: string, work: Work): Promise<string | undefined> {
  const id = `demo.${number}`;
  const line = `quiet blanket.run="echo ${MARK}; ${command}; echo ${MARK}"`;
  await world.create({ ...blankMachine, id, name: `vm${number}`, commandLine: line }, work);
  let printed = '';
  world.console(id, 'serial')?.onData((bytes) => {
    printed += new TextDecoder().decode(bytes);
  });
  await world.act(id, 'start', work);
  const limit = performance.now() + LONGEST_SECONDS * 1000;
  while (world.state(id) === 'running' && performance.now() < limit) await new Promise((resolve) => setTimeout(resolve, 50));
  const found = new RegExp(`${MARK}\\s+([\\s\\S]*?)\\s*${MARK}`).exec(printed);
  await world.remove(id);
  return found?.[1];
}

function startLoop(world: World): { stop(): void } {
  let stopped = false;
  const turn = (): void => {
    if (stopped) return;
    const rest = world.run(SLICE);
    if (rest > 0) setTimeout(turn, rest);
    else setImmediate(turn);
  };
  setImmediate(turn);
  return {
    stop: () => {
      stopped = true;
    },
  };
}

const blankMachine: Machine = {
  id: '',
  instance: 'demo',
  name: '',
  state: 'stopped',
  reason: '',
  image: 'default',
  address: '',
  vcpus: 1,
  memoryMib: MACHINE_MIB,
  weight: 256,
  cap: 0,
  autostart: false,
  protected: false,
  tags: [],
  group: '',
  note: '',
  commandLine: '',
  disks: [],
  nics: [],
  createdAt: 0,
  pending: {},
  clonedFrom: null,
  hasScreen: false,
};
