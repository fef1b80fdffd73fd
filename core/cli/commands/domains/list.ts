/** `blanket domains list`: every machine with its state, share and address. */
import { Command, Option } from 'commander';
import { tableText } from '../../text-table.ts';
import { contextOf } from './context.ts';

export function listCommand(): Command {
  return new Command('list')
    .description('Show the machines.')
    .addOption(new Option('--format <format>', 'how they are printed').choices(['text', 'json']).default('text'))
    .action(async ({ format }: { format: 'text' | 'json' }, command: Command) => {
      const { fleet, instance } = contextOf(command);
      const within = instance === undefined ? undefined : (await fleet.instance(instance)).id;
      const machines = (await fleet.machines()).filter((machine) => within === undefined || machine.instance === within);
      if (format === 'json') process.stdout.write(`${JSON.stringify(machines, null, 2)}\n`);
      else if (machines.length === 0) process.stdout.write('There are no machines yet: blanket domains create NAME --start\n');
      else
        process.stdout.write(
          tableText({
            header: ['id', 'name', 'state', 'vcpus', 'MiB', 'weight', 'cap', 'address', 'disks'],
            rows: machines.map((it) => [
              it.id,
              it.name,
              it.reason === '' ? it.state : `${it.state}: ${it.reason}`,
              it.vcpus,
              it.memoryMib,
              it.weight,
              it.cap,
              it.address || '-',
              it.disks.map(({ id }) => id).join(' ') || '-',
            ]),
          }),
        );
    });
}
