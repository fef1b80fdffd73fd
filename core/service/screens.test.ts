/** Viewers of one screen get the whole picture first, then only what changed, and no more than they can show. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { FromScreen, ToScreen } from '../contract/streams.ts';
import type { Screen } from '../worlds/desk.ts';
import type { Port } from './edge.ts';
import { ScreenHub } from './screens.ts';

const WIDTH = 2;
const row = (value: number): Uint8ClampedArray => new Uint8ClampedArray(WIDTH * 4).fill(value);

function screenOf(
  height: number,
): Screen & { draw(from: number, ...rows: Uint8ClampedArray[]): void; keys: string[]; height: number } {
  let change: ReturnType<Screen['changes']>;
  const keys: string[] = [];
  return {
    width: WIDTH,
    height,
    keys,
    changes: () => {
      const now = change;
      change = undefined;
      return now;
    },
    draw: (from, ...rows) => {
      change = { from, count: rows.length, pixels: Uint8ClampedArray.from(rows.flatMap((it) => [...it])) };
    },
    key: (code, down) => keys.push(`${code} ${down}`),
    pointer: (x, y, buttons, wheel) => keys.push(`${x} ${y} ${buttons} ${wheel}`),
  };
}

function viewerOf(hub: ScreenHub): { heard: FromScreen[]; say(message: ToScreen): void; close(): void } {
  const heard: FromScreen[] = [];
  const listeners: { message?: (event: { data: unknown }) => void; close?: () => void } = {};
  const port: Port = {
    postMessage: (message) => heard.push(message as FromScreen),
    on: (event: 'message' | 'close', listener: never) => {
      listeners[event] = listener;
    },
    start: () => undefined,
    close: () => undefined,
  };
  hub.attach(port);
  return { heard, say: (message) => listeners.message?.({ data: message }), close: () => listeners.close?.() };
}

const frame = (): void => void vi.advanceTimersByTime(40);
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('sends the mode, then rows, then only rows that changed', () => {
  const screen = screenOf(4);
  const viewer = viewerOf(new ScreenHub(screen));
  screen.draw(0, row(1), row(1), row(1), row(1));
  frame();
  expect(viewer.heard.map((it) => it.type)).toEqual(['mode', 'rows']);
  viewer.say({ type: 'shown' });
  screen.draw(2, row(9));
  frame();
  expect(viewer.heard[2]).toEqual({ type: 'rows', from: 2, count: 1, pixels: row(9) });
});

it('sends nothing more to one that has not shown the last rows, and then everything it missed', () => {
  const screen = screenOf(4);
  const viewer = viewerOf(new ScreenHub(screen));
  screen.draw(0, row(1));
  frame();
  screen.draw(1, row(2));
  frame();
  screen.draw(3, row(3));
  frame();
  expect(viewer.heard).toHaveLength(2);
  viewer.say({ type: 'shown' });
  frame();
  expect(viewer.heard[2]).toMatchObject({ from: 1, count: 3 });
});

it('gives a viewer that comes later what the others have seen', () => {
  const screen = screenOf(2);
  const hub = new ScreenHub(screen);
  viewerOf(hub);
  screen.draw(0, row(5), row(6));
  frame();
  const late = viewerOf(hub);
  frame();
  expect(late.heard).toEqual([
    { type: 'mode', width: WIDTH, height: 2 },
    { type: 'rows', from: 0, count: 2, pixels: Uint8ClampedArray.from([...row(5), ...row(6)]) },
  ]);
});

it('begins anew when the guest sets another mode', () => {
  const screen = screenOf(2);
  const viewer = viewerOf(new ScreenHub(screen));
  screen.draw(0, row(1), row(1));
  frame();
  viewer.say({ type: 'shown' });
  screen.height = 3;
  screen.draw(0, row(2), row(2), row(2));
  frame();
  expect(viewer.heard.slice(2)).toMatchObject([
    { type: 'mode', height: 3 },
    { type: 'rows', count: 3 },
  ]);
});

it('passes keys and pointer on, and stops looking when the last viewer has gone', () => {
  const screen = screenOf(1);
  const viewer = viewerOf(new ScreenHub(screen));
  viewer.say({ type: 'key', code: 'KeyA', down: true });
  viewer.say({ type: 'pointer', x: 1, y: 0, buttons: 1, wheel: -1 });
  expect(screen.keys).toEqual(['KeyA true', '1 0 1 -1']);
  viewer.close();
  expect(vi.getTimerCount()).toBe(0);
});
