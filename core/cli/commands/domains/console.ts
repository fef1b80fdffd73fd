/** `blanket domains console`: a machine's console in this terminal, or in a script. */
import { Command, Option } from 'commander';
import type { FromConsole } from '../../../contract/streams.ts';
import { openStream } from '../../../host/attach/client.ts';
import { positiveNumber } from '../../options.ts';
import { TIMEOUT_STATUS } from '../../status.ts';
import { openTerminal } from '../../terminal.ts';
import { contextOf } from './context.ts';

interface ConsoleOptions {
  readonly line: 'serial' | 'boot';
  readonly new?: boolean;
  readonly until?: string;
  readonly timeout?: number;
}

export function consoleCommand(): Command {
  return new Command('console')
    .description('Open the console of a machine. Ctrl-] leaves; so does the end of the input of a script.')
    .argument('<machine>', 'name or id')
    .addOption(new Option('--line <line>', "the machine's own, or its instance's").choices(['serial', 'boot']).default('serial'))
    .option('--new', 'leave out what was printed before')
    .option('--until <text>', 'leave when this was printed')
    .option('--timeout <seconds>', 'leave after that time, with status 124', positiveNumber)
    .action(async (named: string, { line, new: onlyNew = false, until, timeout }: ConsoleOptions, command: Command) => {
      const { fleet } = contextOf(command);
      const { id } = await fleet.machine(named);
      const stream = await openStream(fleet.folder, { kind: 'console', unit: id, line });
      const terminal = openTerminal();
      const limit = timeout === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeout * 1000;
      let ended = false;
      let seen = '';
      let found = false;
      stream.on('message', ({ data }) => {
        const message = data as FromConsole;
        if (message.type === 'ended') {
          ended = true;
          return;
        }
        const wanted = !(onlyNew && message.past);
        if (wanted) terminal.write(message.bytes);
        if (wanted && until !== undefined && !found) {
          seen += Buffer.from(message.bytes).toString('latin1');
          found = seen.includes(until);
          seen = seen.slice(-until.length);
        }
        stream.postMessage({ type: 'shown', bytes: message.bytes.length });
        terminal.wake();
      });
      stream.on('close', () => {
        ended = true;
        terminal.wake();
      });
      terminal.onData((bytes) => stream.postMessage({ type: 'keys', bytes }));
      stream.start();
      try {
        while (!terminal.left && !ended && !found && performance.now() < limit) {
          // Without something to wait for, a script is done with its last line.
          if (terminal.inputEnded && until === undefined && timeout === undefined) break;
          await terminal.wait(Math.min(1000, limit - performance.now()));
          terminal.flush();
        }
        terminal.flush();
        if (until !== undefined && !found && performance.now() >= limit) process.exitCode = TIMEOUT_STATUS;
      } finally {
        terminal.close();
        stream.close();
      }
    });
}
