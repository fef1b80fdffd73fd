/** The asking side of an attachment: calls of the contract, and streams. */
import { createConnection, type Socket } from 'node:net';
import { Refusal } from '../../base/refusal.ts';
import { type Answer, type CallName, calls, type Request } from '../../contract/calls.ts';
import { check } from '../../contract/check.ts';
import type { Envelope } from '../../contract/refusals.ts';
import type { StreamOpen } from '../../contract/streams.ts';
import type { RefusalShape } from '../../contract/tasks.ts';
import { attachPath, type Line, lineOver } from './lines.ts';

/** Milliseconds; the longest call asks a person for a file. */
const PATIENCE = 120_000;

const thrown = ({ code, message, remedy }: RefusalShape): Refusal => new Refusal(code, message, remedy);
const absent = (folder: string): Refusal =>
  new Refusal(
    'not-running',
    `Nothing runs with the data folder ${folder}.`,
    'Start the application (npm start; Settings, About shows its folder), or an instance: blanket run.',
  );

const connect = (folder: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = createConnection(attachPath(folder), () => resolve(socket));
    socket.once('error', () => reject(absent(folder)));
  });

/** Asks whoever serves `folder`. @throws Refusal, that of whoever answers included */
export async function ask<N extends CallName>(folder: string, name: N, request: Request<N>): Promise<Answer<N>> {
  const checked = check(calls[name].request, request);
  if (!checked.ok) throw thrown(checked.refusal);
  const socket = await connect(folder);
  const envelope = await new Promise<Envelope<Answer<N>>>((resolve, reject) => {
    const line = lineOver(socket);
    line.on('message', ({ data }) => {
      resolve(data as Envelope<Answer<N>>);
      line.close();
    });
    line.on('close', () => reject(new Refusal('no-answer', `${name} was not answered.`, 'Try again.')));
    socket.setTimeout(PATIENCE, () => socket.destroy());
    line.start();
    line.postMessage({ name, request: checked.value });
  });
  if (envelope.ok) return envelope.value;
  throw thrown(envelope.refusal);
}

/** A stream of whoever serves `folder`; to be started. @throws Refusal */
export async function openStream(folder: string, stream: StreamOpen): Promise<Line> {
  const line = lineOver(await connect(folder));
  line.postMessage({ stream });
  return line;
}
