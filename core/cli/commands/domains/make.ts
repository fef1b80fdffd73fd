/** `blanket domains create` and `clone`: new machines, from an image or from a machine. */
import { Command } from 'commander';
import type { MachineOrder } from '../../../contract/calls-machines.ts';
import { wholeNumber } from '../../options.ts';
import { contextOf } from './context.ts';

interface CreateOptions {
  readonly image: string;
  readonly vcpus: number;
  readonly maximumVcpus?: number;
  readonly memory: number;
  readonly maximumMemory?: number;
  readonly disk: number;
  readonly network: string;
  readonly weight: number;
  readonly cap: number;
  readonly append: string;
  readonly autostart?: true;
  readonly count: number;
  readonly start?: true;
}

const MOST_VCPUS = 64;
const MOST_MEMORY = 2 ** 20;
const MOST_DISK = 16 * 2 ** 20;

const orderOf = (name: string, options: CreateOptions): MachineOrder => ({
  name,
  image: options.image,
  vcpus: options.vcpus,
  memoryMib: options.memory,
  diskMib: options.disk,
  network: options.network === 'none' ? '' : options.network,
  weight: options.weight,
  cap: options.cap,
  commandLine: options.append,
  autostart: options.autostart === true,
  ...(options.maximumVcpus !== undefined && { maximumVcpus: options.maximumVcpus }),
  ...(options.maximumMemory !== undefined && { maximumMemoryMib: options.maximumMemory }),
});

export function createCommands(): Command[] {
  return [
    new Command('create')
      .description('Make a machine, or several of a kind (NAME-1, NAME-2, ...).')
      .argument('<name>', 'letters, digits and dashes')
      .option('--image <name>', 'kernel and initial RAM disk', 'default')
      .option('--vcpus <n>', 'virtual CPUs', wholeNumber(1, MOST_VCPUS), 1)
      .option('--maximum-vcpus <n>', 'how many it can be given while it runs', wholeNumber(1, MOST_VCPUS))
      .option('--memory <MiB>', 'memory', wholeNumber(16, MOST_MEMORY), 128)
      .option('--maximum-memory <MiB>', 'how much it can be given while it runs', wholeNumber(16, MOST_MEMORY))
      .option('--disk <MiB>', 'an empty disk; 0: none', wholeNumber(0, MOST_DISK), 0)
      .option('--network <name>', 'the network it is connected to, or none', 'bridge0')
      .option('--weight <n>', 'share of CPU under contention', wholeNumber(1, 65_535), 256)
      .option('--cap <percent>', 'most it may use of one CPU; 0: no limit', wholeNumber(0, 6400), 0)
      .option('--append <words>', 'words for the kernel command line', '')
      .option('--autostart', 'start it when its instance starts')
      .option('--count <n>', 'how many', wholeNumber(1, 1000), 1)
      .option('--start', 'boot it at once')
      .action(async (name: string, options: CreateOptions, command: Command) => {
        const { fleet, instance, step } = contextOf(command);
        const { id } = await fleet.instance(instance);
        const request = { instance: id, order: orderOf(name, options), start: options.start === true };
        if (options.count === 1) await fleet.work('machine.create', request, step);
        else await fleet.work('blanket.partition', { ...request, count: options.count, template: null }, step);
      }),
    new Command('clone')
      .description('Make machines like another. One that runs shares its memory with them until either writes.')
      .argument('<machine>', 'name or id of the original')
      .argument('<name>', 'name of the clone, or of all with a number behind it')
      .option('--count <n>', 'how many', wholeNumber(1, 200), 1)
      .option('--start', 'let them run at once')
      .action(async (named: string, name: string, options: { count: number; start?: true }, command: Command) => {
        const { fleet, step } = contextOf(command);
        const { id } = await fleet.machine(named);
        await fleet.work('machine.clone', { machine: id, name, count: options.count, start: options.start === true }, step);
      }),
  ];
}
