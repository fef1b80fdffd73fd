/** What is done to a machine as a whole, one row each. */
import { Command } from 'commander';
import type { MachineAction } from '../../../contract/calls-machines.ts';
import { contextOf } from './context.ts';

interface Action {
  readonly name: string;
  readonly action: MachineAction;
  readonly description: string;
}

const ACTIONS: readonly Action[] = [
  { name: 'start', action: 'start', description: 'Boot it.' },
  { name: 'pause', action: 'pause', description: 'Stop its time; it keeps its memory.' },
  { name: 'unpause', action: 'resume', description: 'Let its time go on.' },
  { name: 'shutdown', action: 'shutdown', description: 'Ask its kernel to power off, and wait until it has.' },
  { name: 'reboot', action: 'reboot', description: 'Ask its kernel to reboot.' },
  { name: 'destroy', action: 'off', description: 'End it at once, as pulling the plug does; its disks stay.' },
  { name: 'reset', action: 'reset', description: 'End it at once and boot it again.' },
  { name: 'save', action: 'save', description: 'Write its memory to the disk and free it.' },
  { name: 'restore', action: 'restore', description: 'Let it go on from where it was saved.' },
];

export function actionCommands(): Command[] {
  return [
    ...ACTIONS.map(({ name, action, description }) =>
      new Command(name)
        .description(description)
        .argument('<machine...>', 'names or ids')
        .action(async (names: string[], _options: unknown, command: Command) => {
          const { fleet, step } = contextOf(command);
          for (const named of names) {
            const machine = await fleet.machine(named);
            await fleet.work('machine.act', { machine: machine.id, action }, step);
          }
        }),
    ),
    new Command('remove')
      .description('End it at once, and remove it with the disks that were made for it.')
      .argument('<machine...>', 'names or ids')
      .action(async (names: string[], _options: unknown, command: Command) => {
        const { fleet, step } = contextOf(command);
        for (const named of names) await fleet.work('machine.remove', { machine: (await fleet.machine(named)).id }, step);
      }),
  ];
}
