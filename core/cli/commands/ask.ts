/** `blanket ask`: one question to whatever runs (the application, or an instance by `blanket run`), by the contract's own names. */
import { Command } from 'commander';
import { Refusal } from '../../base/refusal.ts';
import { type CallName, calls, isCallName, type Request } from '../../contract/calls.ts';
import { ask } from '../../host/attach/client.ts';

export function askCommand(): Command {
  return new Command('ask')
    .description('Ask the running application, or tell it to do something (--attach): any call of the contract.')
    .argument('[call]', 'name of the call, such as fleet.read; without one, all are listed')
    .argument('[request]', 'the request as JSON', '{}')
    .requiredOption('--attach <folder>', "the application's data folder (Settings, About), or that of `blanket run`")
    .action(async (name: string | undefined, request: string, { attach }: { attach: string }) => {
      if (name === undefined) {
        for (const [each, call] of Object.entries(calls))
          process.stdout.write(`${each.padEnd(22)} ${call.changes ? 'changes' : 'reads'}\n`);
        return;
      }
      if (!isCallName(name))
        throw new Refusal('call-unknown', `There is no call '${name}'.`, 'List them: blanket ask --attach FOLDER.');
      // What is asked is checked against the call's schema on both sides.
      const answer = await ask(attach, name, parsed(request) as Request<CallName>);
      process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
    });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal('request-json', 'The request is not JSON.', `Write it like '{"instance":"i1"}'.`);
  }
}
