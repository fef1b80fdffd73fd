/**
 * Lets the command line drive the running application: one question a line, one answer a line, over a socket in the data
 * folder that only this person may open. The same table, the same checks and the same audit as for a window; no network port.
 */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { type Answering, answer } from './ipc/serve.ts';

const LONGEST = 4 * 1024 * 1024;

/** Where the socket is; on Windows a pipe named after the folder. */
export function attachPath(dataFolder: string): string {
  return process.platform === 'win32' ? `\\\\.\\pipe\\blanket-${dataFolder.replace(/\W+/g, '-')}` : join(dataFolder, 'desk.sock');
}

export function serveAttached(dataFolder: string, answering: Answering): Server {
  const path = attachPath(dataFolder);
  if (process.platform !== 'win32') rmSync(path, { force: true });
  const server = createServer((socket) => serveOne(socket, answering));
  server.on('error', () => undefined);
  server.listen(path, () => {
    if (process.platform !== 'win32') chmodSync(path, 0o600);
  });
  return server;
}

function serveOne(socket: Socket, answering: Answering): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('error', () => undefined);
  socket.on('data', (chunk: string) => {
    rest += chunk;
    if (rest.length > LONGEST) socket.destroy();
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) void reply(socket, line, answering);
  });
}

async function reply(socket: Socket, line: string, answering: Answering): Promise<void> {
  let asked: { name?: unknown; request?: unknown } = {};
  try {
    asked = JSON.parse(line) as typeof asked;
  } catch {
    // Falls through: without a name it is refused.
  }
  const envelope = await answer(true, asked.name, asked.request ?? {}, { contents: -1 }, answering);
  socket.write(`${JSON.stringify(envelope)}\n`);
}
