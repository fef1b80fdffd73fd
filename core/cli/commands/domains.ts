/** `blanket domains`: the machines of a running instance, by the same calls as the window's. */
import { Command } from 'commander';
import { dataFolder } from '../../host/data-folder.ts';
import { actionCommands } from './domains/actions.ts';
import { consoleCommand } from './domains/console.ts';
import { deviceCommands } from './domains/devices.ts';
import { listCommand } from './domains/list.ts';
import { createCommands } from './domains/make.ts';
import { setCommand } from './domains/set.ts';
import { storeCommand } from './domains/store.ts';
import { topCommand } from './domains/top.ts';
import { runFolder } from './run.ts';

export function domainsCommand(): Command {
  const domains = new Command('domains')
    .description('List, make and drive the machines of a running instance: of `blanket run`, or of the application (--attach).')
    .option(
      '--attach <folder>',
      "the application's data folder (Settings, About), or that of `blanket run`",
      runFolder(dataFolder()),
    )
    .option('--instance <id>', 'the instance that is meant, where several run')
    .addHelpText(
      'after',
      `
Machines are named by their name, or by their id such as i1.3.

Examples:
  blanket run &
  blanket domains create web --memory 128 --disk 1024 --start
  blanket domains console web
  blanket domains set web --weight 512 --vcpus 2
  blanket domains clone web copy --count 10 --start
  blanket domains top`,
    );
  const commands = [
    listCommand(),
    ...createCommands(),
    ...actionCommands(),
    consoleCommand(),
    setCommand(),
    ...deviceCommands(),
    storeCommand(),
    topCommand(),
  ];
  for (const command of commands) domains.addCommand(command);
  return domains;
}
