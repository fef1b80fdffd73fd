/**
 * Lets the command line drive whatever answers the contract's calls, over a socket in a folder that only this person may
 * open: a question a line, an answer a line. A connection that asks for a stream becomes that stream. No network port.
 */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { type Envelope, refusalOf } from '../../contract/refusals.ts';
import type { StreamOpen } from '../../contract/streams.ts';
import { attachPath, type Line, lineOver } from './lines.ts';

export interface Attached {
  /** Checks the request and answers it; never throws. */
  answer(name: unknown, request: unknown): Promise<Envelope<unknown>>;
  /** Connects the line to a stream; false: there is none. */
  stream(open: StreamOpen, line: Line): boolean;
}

/** What a line may ask. */
export type Asked = { readonly name: unknown; readonly request?: unknown } | { readonly stream: StreamOpen };

export function serveAttached(folder: string, attached: Attached): Server {
  const path = attachPath(folder);
  if (process.platform !== 'win32') rmSync(path, { force: true });
  const server = createServer((socket) => serveOne(socket, attached));
  server.listen(path, () => {
    if (process.platform !== 'win32') chmodSync(path, 0o600);
  });
  return server;
}

function serveOne(socket: Socket, attached: Attached): void {
  const line = lineOver(socket);
  let streaming = false;
  line.on('message', ({ data }) => {
    // From then on the messages are the stream's.
    if (streaming) return;
    const asked: Partial<Record<'name' | 'request' | 'stream', unknown>> = typeof data === 'object' && data !== null ? data : {};
    if (asked.stream === undefined) {
      void attached.answer(asked.name, asked.request ?? {}).then((envelope) => line.postMessage(envelope));
      return;
    }
    streaming = true;
    if (isStream(asked.stream) && attached.stream(asked.stream, line)) return;
    line.postMessage({ type: 'ended', reason: refusalOf('no-such-machine').message });
    line.close();
  });
  line.start();
}

function isStream(value: unknown): value is StreamOpen {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  const named = (key: string): boolean => typeof (value as Record<string, unknown>)[key] === 'string';
  return value.kind === 'readings' ? named('instance') : named('unit') && (value.kind === 'screen' || named('line'));
}
