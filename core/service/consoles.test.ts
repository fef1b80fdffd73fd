/** A console gives each reader everything in order, waits for slow ones, and drops the oldest rather than grow. */
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CONSOLE_AHEAD, CONSOLE_KEPT, type FromConsole } from '../contract/streams.ts';
import { ConsoleHub } from './consoles.ts';
import type { Port } from './edge.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class TestPort extends EventEmitter {
  readonly got: FromConsole[] = [];
  postMessage(message: unknown): void {
    this.got.push(message as FromConsole);
  }
  start(): void {}
  close(): void {
    this.emit('close');
  }
  bytes(): number {
    return this.got.reduce((sum, it) => sum + (it.type === 'bytes' ? it.bytes.length : 0), 0);
  }
  shown(bytes: number): void {
    this.emit('message', { data: { type: 'shown', bytes } });
  }
}

function hub() {
  let say: (bytes: Uint8Array) => void = () => undefined;
  const keys: string[] = [];
  const made = new ConsoleHub(
    {
      write: (bytes) => keys.push(new TextDecoder().decode(bytes)),
      onData: (listener) => {
        say = listener;
      },
    },
    () => keys.push('woken'),
  );
  return { made, keys, say: (bytes: Uint8Array) => say(bytes) };
}
const settle = () => vi.advanceTimersByTimeAsync(20);

it('gives a late reader what was kept, then what comes', async () => {
  const { made, say, keys } = hub();
  say(new TextEncoder().encode('before '));
  const port = new TestPort();
  made.attach(port as unknown as Port);
  say(new TextEncoder().encode('after'));
  await settle();
  expect(port.got.map((it) => (it.type === 'bytes' ? new TextDecoder().decode(it.bytes) : '')).join('')).toBe('before after');
  port.emit('message', { data: { type: 'keys', bytes: new TextEncoder().encode('x') } });
  expect(keys).toEqual(['x', 'woken']);
});

it('says what was written before a reader came, so that no terminal answers old questions', async () => {
  const { made, say } = hub();
  say(new TextEncoder().encode('asked: \u001b[6n'));
  const port = new TestPort();
  made.attach(port as unknown as Port);
  say(new TextEncoder().encode('asks: \u001b[6n'));
  await settle();
  expect(port.got.map((it) => it.type === 'bytes' && [new TextDecoder().decode(it.bytes).slice(0, 5), it.past])).toEqual([
    ['asked', true],
    ['asks:', false],
  ]);
});

it('stops at a reader that shows nothing, and goes on when it does', async () => {
  const { made, say } = hub();
  const port = new TestPort();
  made.attach(port as unknown as Port);
  say(new Uint8Array(900_000));
  await settle();
  const first = port.bytes();
  expect(first).toBeGreaterThanOrEqual(CONSOLE_AHEAD);
  expect(first).toBeLessThan(CONSOLE_AHEAD + 70_000);
  port.shown(first);
  await settle();
  expect(port.bytes()).toBe(900_000);
});

it('tells how much a slow reader missed', async () => {
  const { made, say } = hub();
  const port = new TestPort();
  made.attach(port as unknown as Port);
  for (let round = 0; round < 5; round++) say(new Uint8Array(CONSOLE_KEPT));
  await settle();
  port.shown(port.bytes());
  await settle();
  const skipped = port.got.reduce((sum, it) => sum + (it.type === 'bytes' ? it.skipped : 0), 0);
  expect(skipped).toBeGreaterThan(CONSOLE_KEPT);
});
