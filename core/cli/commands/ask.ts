/** `blanket ask`: one question to the running application, by the contract's own names. */
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { Command } from 'commander';
import { Refusal } from '../../base/refusal.ts';
import { calls, isCallName } from '../../contract/calls.ts';
import { check } from '../../contract/check.ts';
import type { Envelope } from '../../contract/refusals.ts';

const PATIENCE = 120_000;

export function askCommand(): Command {
  return new Command('ask')
    .description('Ask the running application, or tell it to do something (--attach): any call of the contract.')
    .argument('[call]', 'name of the call, such as fleet.read; without one, all are listed')
    .argument('[request]', 'the request as JSON', '{}')
    .requiredOption('--attach <folder>', "the application's data folder (Settings, About)")
    .action(async (name: string | undefined, request: string, { attach }: { attach: string }) => {
      if (name === undefined) {
        for (const [each, call] of Object.entries(calls))
          process.stdout.write(`${each.padEnd(22)} ${call.changes ? 'changes' : 'reads'}\n`);
        return;
      }
      const answer = await ask(attach, name, parsed(request));
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

/** @throws Refusal, that of the application included */
export async function ask(folder: string, name: string, request: unknown): Promise<unknown> {
  if (!isCallName(name))
    throw new Refusal('call-unknown', `There is no call '${name}'.`, 'List them: blanket ask --attach FOLDER.');
  const checked = check(calls[name].request, request);
  if (!checked.ok) throw new Refusal(checked.refusal.code, checked.refusal.message, checked.refusal.remedy);
  const envelope = await exchange(folder, `${JSON.stringify({ name, request: checked.value })}\n`);
  if (envelope.ok) return envelope.value;
  throw new Refusal(envelope.refusal.code, envelope.refusal.message, envelope.refusal.remedy);
}

function exchange(folder: string, line: string): Promise<Envelope<unknown>> {
  const path = process.platform === 'win32' ? `\\\\.\\pipe\\blanket-${folder.replace(/\W+/g, '-')}` : join(folder, 'desk.sock');
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = createConnection(path);
    socket.setEncoding('utf8');
    socket.setTimeout(PATIENCE, () => socket.destroy(new Error('no answer')));
    socket.on('connect', () => socket.write(line));
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (!text.includes('\n')) return;
      socket.end();
      resolve(JSON.parse(text) as Envelope<unknown>);
    });
    socket.on('error', () =>
      reject(
        new Refusal(
          'not-running',
          `No application runs with the data folder ${folder}.`,
          'Start it with npm start, and give the folder that Settings, About shows.',
        ),
      ),
    );
  });
}
