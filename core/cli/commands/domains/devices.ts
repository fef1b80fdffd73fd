/** `blanket domains attach` and `detach`: disks and network cards of a machine, while it runs or not. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { Refusal } from '../../../base/refusal.ts';
import { wholeNumber } from '../../options.ts';
import { contextOf } from './context.ts';

interface DiskOptions {
  readonly size?: number;
  readonly file?: string;
  readonly readOnly?: true;
}

export function deviceCommands(): Command[] {
  const attach = new Command('attach').description('Plug something into a machine.');
  attach
    .command('disk')
    .description('A new, empty disk (--size), or an image of your own, raw or qcow2 (--file). Prints its name in the guest.')
    .argument('<machine>', 'name or id')
    .option('--size <MiB>', 'size of a new disk', wholeNumber(1, 16 * 2 ** 20))
    .option('--file <file>', 'a disk image')
    .option('--read-only', 'the guest may not write to the image')
    .action(async (named: string, { size, file, readOnly }: DiskOptions, command: Command) => {
      if ((size === undefined) === (file === undefined))
        throw new Refusal('disk-source', 'A disk is either new or an image of yours.', 'Give one of --size and --file.');
      const { fleet } = contextOf(command);
      const { id } = await fleet.machine(named);
      const source = { sizeMib: size ?? 0, file: file === undefined ? null : resolve(file), readOnly: readOnly === true };
      const { disks } = await fleet.call('disk.attach', { machine: id, ...source });
      process.stdout.write(`${disks.at(-1)?.id ?? ''}\n`);
    });
  attach
    .command('network')
    .description('A network card. Prints its name and address.')
    .argument('<machine>', 'name or id')
    .option('--network <name>', 'what it is connected to', 'bridge0')
    .action(async (named: string, { network }: { network: string }, command: Command) => {
      const { fleet } = contextOf(command);
      const { nics } = await fleet.call('nic.attach', { machine: (await fleet.machine(named)).id, network });
      const nic = nics.at(-1);
      process.stdout.write(`${nic?.id ?? ''} ${nic?.mac ?? ''}\n`);
    });
  const detach = new Command('detach').description('Take something out of a machine; the guest is asked to let go of it first.');
  detach
    .command('disk')
    .description('A disk; one that was made for the machine is gone afterwards.')
    .argument('<machine>', 'name or id')
    .argument('<disk>', 'such as xvdb')
    .action(async (named: string, disk: string, _options: unknown, command: Command) => {
      const { fleet, step } = contextOf(command);
      await fleet.work('disk.detach', { machine: (await fleet.machine(named)).id, disk }, step);
    });
  detach
    .command('network')
    .description('A network card.')
    .argument('<machine>', 'name or id')
    .argument('<nic>', 'such as eth1')
    .action(async (named: string, nic: string, _options: unknown, command: Command) => {
      const { fleet, step } = contextOf(command);
      await fleet.work('nic.detach', { machine: (await fleet.machine(named)).id, nic }, step);
    });
  return [attach, detach];
}
