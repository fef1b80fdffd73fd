/** JSON messages over a socket, one a line; bytes travel as base64. Both sides of an attachment speak through it. */
import type { Socket } from 'node:net';
import { join } from 'node:path';

const LONGEST = 4 * 1024 * 1024;

/** Where the socket of a data folder is; on Windows a pipe named after the folder. */
export const attachPath = (folder: string): string =>
  process.platform === 'win32' ? `\\\\.\\pipe\\blanket-${folder.replace(/\W+/g, '-')}` : join(folder, 'desk.sock');

/** A two-way line of messages, in the form of a message port. */
export interface Line {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

const BYTES = '$bytes';

const text = (message: unknown): string =>
  JSON.stringify(message, function (this: Readonly<Record<string, unknown>>, key) {
    // As it was given: a Buffer would have become an object before it comes here.
    const value = this[key];
    return value instanceof Uint8Array ? { [BYTES]: Buffer.from(value).toString('base64') } : value;
  });

/** @throws SyntaxError */
const parsed = (line: string): unknown =>
  JSON.parse(line, (_key, value: unknown) => {
    const bytes = typeof value === 'object' && value !== null && BYTES in value ? value[BYTES] : undefined;
    return typeof bytes === 'string' ? new Uint8Array(Buffer.from(bytes, 'base64')) : value;
  });

/** A line over `socket`. Nothing is heard before `start`; a line too long or not JSON ends it. */
export function lineOver(socket: Socket): Line {
  let rest = '';
  let started = false;
  const onMessage: ((event: { data: unknown }) => void)[] = [];
  const take = (chunk: string): void => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST) socket.destroy();
    for (const line of lines) {
      let data: unknown;
      try {
        data = parsed(line);
      } catch {
        socket.destroy();
        return;
      }
      // Who begins to listen now hears from the next message on.
      for (const listener of [...onMessage]) listener({ data });
    }
  };
  socket.setEncoding('utf8');
  // What went wrong with a socket ends it, and its end is told.
  socket.on('error', () => undefined);
  return {
    postMessage: (message) => void (socket.destroyed || socket.write(`${text(message)}\n`)),
    on: (event, listener) => {
      if (event === 'close') socket.on('close', () => (listener as () => void)());
      else onMessage.push(listener);
    },
    start: () => {
      if (!started) socket.on('data', take);
      started = true;
    },
    close: () => void socket.end(),
  };
}
