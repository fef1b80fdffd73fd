/** The socket between the command line and what runs: calls, streams, bytes, and lines that are no messages. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createConnection, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { refusalOf } from '../../contract/refusals.ts';
import { ask, openStream } from './client.ts';
import { attachPath, type Line } from './lines.ts';
import { type Attached, serveAttached } from './serve.ts';

const attached: Attached = {
  answer: async (name, request) =>
    name === 'store.read'
      ? { ok: true, value: { value: JSON.stringify(request) } }
      : { ok: false, refusal: refusalOf('cancelled') },
  stream: (open, line) => {
    if (open.kind !== 'console' || open.unit !== 'i1.1') return false;
    line.on('message', ({ data }) => line.postMessage({ type: 'echo', data }));
    line.postMessage({ type: 'bytes', bytes: Uint8Array.of(0, 10, 255) });
    return true;
  },
};

let folder = '';
let server: Server;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'blanket-attach-'));
  server = serveAttached(folder, attached);
  await new Promise((resolve) => server.once('listening', resolve));
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const next = (line: Line): Promise<unknown> => new Promise((resolve) => line.on('message', ({ data }) => resolve(data)));

it('answers calls, and passes refusals on', async () => {
  const request = { instance: 'i1', path: '/local' };
  expect(await ask(folder, 'store.read', request)).toEqual({ value: JSON.stringify(request) });
  await expect(ask(folder, 'fleet.read', {})).rejects.toMatchObject({ code: 'cancelled' });
  await expect(ask(folder, 'store.read', { instance: 'i1', path: 'x y' })).rejects.toMatchObject({ code: 'bad-request' });
  await expect(ask(join(folder, 'absent'), 'fleet.read', {})).rejects.toMatchObject({ code: 'not-running' });
});

it('is open to its person only', () => {
  if (process.platform !== 'win32') expect(statSync(attachPath(folder)).mode & 0o777).toBe(0o600);
});

it('carries streams of bytes both ways, in pieces of any size', async () => {
  const line = await openStream(folder, { kind: 'console', unit: 'i1.1', line: 'serial' });
  const first = next(line);
  line.start();
  expect(await first).toEqual({ type: 'bytes', bytes: Uint8Array.of(0, 10, 255) });
  const big = { type: 'keys', bytes: Buffer.alloc(300_000, 7) };
  const second = next(line);
  line.postMessage(big);
  expect(await second).toEqual({ type: 'echo', data: { type: 'keys', bytes: new Uint8Array(big.bytes) } });
  line.close();
});

it('says so when there is no such stream', async () => {
  const line = await openStream(folder, { kind: 'console', unit: 'i1.9', line: 'serial' });
  const first = next(line);
  line.start();
  expect(await first).toMatchObject({ type: 'ended' });
});

it('hangs up on what is no message', async () => {
  for (const text of ['nonsense\n', '{"name":1}\n', 'null\n']) {
    const socket = createConnection(attachPath(folder));
    const said = await new Promise<string>((resolve) => {
      let all = '';
      socket.on('data', (chunk) => {
        all += chunk.toString();
        socket.end();
      });
      socket.on('close', () => resolve(all));
      socket.write(text);
    });
    expect(said).toMatch(text === 'nonsense\n' ? /^$/ : /"ok":false/);
  }
  expect(await ask(folder, 'store.read', { instance: 'i1', path: '/' })).toBeDefined();
});
