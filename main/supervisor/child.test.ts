/** When a process counts as silent: not because this computer slept, and not after a single late beat. */
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const forked = Object.assign(new EventEmitter(), { stdout: null, stderr: null, pid: 7, postMessage: vi.fn(), kill: vi.fn() });
vi.mock('electron', () => ({ utilityProcess: { fork: () => forked } }));
const { Child, PING_EVERY } = await import('./child.ts');
const { RESTART_RULES } = await import('./restart.table.ts');

const rule = RESTART_RULES.world;
let silences: boolean[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  silences = [];
  forked.kill.mockClear();
  new Child(
    'world.mjs',
    'A world',
    rule,
    { folder: '', dataFolder: '', afterFailure: false },
    {
      onReady: () => undefined,
      onMessage: () => undefined,
      onOutput: () => undefined,
      onSilence: (silent) => silences.push(silent),
      onNotStopped: () => undefined,
      onExit: () => undefined,
    },
  );
  forked.emit('message', { type: 'ready' });
});
afterEach(() => {
  forked.emit('exit', 0);
  forked.removeAllListeners();
  vi.useRealTimers();
});

it('is silent when beat after beat is not answered, and is killed when it stays so', () => {
  vi.advanceTimersByTime(rule.silentAfter + 2 * PING_EVERY);
  expect(silences).toEqual([true]);
  expect(forked.kill).not.toHaveBeenCalled();
  vi.advanceTimersByTime(rule.killAfter);
  expect(forked.kill).toHaveBeenCalled();
});

it('speaks again with whatever it says', () => {
  vi.advanceTimersByTime(rule.silentAfter + 2 * PING_EVERY);
  forked.emit('message', { type: 'pong', id: 0 });
  vi.advanceTimersByTime(PING_EVERY);
  expect(silences).toEqual([true, false]);
});

it('is not silent because the computer slept for an hour', () => {
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(PING_EVERY);
  expect(silences).toEqual([]);
  expect(forked.kill).not.toHaveBeenCalled();
});
