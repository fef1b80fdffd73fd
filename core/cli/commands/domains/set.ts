/** `blanket domains set`: a machine's settings, at once where that is possible. */
import { Command } from 'commander';
import { Refusal } from '../../../base/refusal.ts';
import type { MachineChange } from '../../../contract/fleet.ts';
import { wholeNumber } from '../../options.ts';
import { contextOf } from './context.ts';

interface SetOptions {
  readonly weight?: number;
  readonly cap?: number;
  readonly vcpus?: number;
  readonly maximumVcpus?: number;
  readonly memory?: number;
  readonly maximumMemory?: number;
  readonly name?: string;
}

const changeOf = (options: SetOptions): MachineChange => {
  const { memory, maximumMemory, ...same } = options;
  return {
    ...same,
    ...(memory !== undefined && { memoryMib: memory }),
    ...(maximumMemory !== undefined && { maximumMemoryMib: maximumMemory }),
  };
};

export function setCommand(): Command {
  return new Command('set')
    .description('Change settings of a machine. What cannot change while it runs waits for its next start.')
    .argument('<machine>', 'name or id')
    .option('--weight <n>', 'share of CPU under contention', wholeNumber(1, 65_535))
    .option('--cap <percent>', 'most it may use of one CPU; 0: no limit', wholeNumber(0, 6400))
    .option('--vcpus <n>', 'virtual CPUs in use', wholeNumber(1, 64))
    .option('--maximum-vcpus <n>', 'how many it can be given while it runs', wholeNumber(1, 64))
    .option('--memory <MiB>', 'memory', wholeNumber(16, 2 ** 20))
    .option('--maximum-memory <MiB>', 'how much it can be given while it runs', wholeNumber(16, 2 ** 20))
    .option('--name <name>', 'another name')
    .action(async (named: string, options: SetOptions, command: Command) => {
      const change = changeOf(options);
      if (Object.keys(change).length === 0)
        throw new Refusal('nothing-to-change', 'No setting was given.', 'See which there are: blanket domains set --help.');
      const { fleet } = contextOf(command);
      const { id } = await fleet.machine(named);
      const { pending } = await fleet.call('machine.edit', { machine: id, change });
      const waiting = Object.keys(pending);
      if (waiting.length > 0) process.stderr.write(`At its next start: ${waiting.join(', ')}.\n`);
    });
}
