/** A window comes back where it was, unless that is out of sight. */
import { expect, it } from 'vitest';
import { boundsKey, openPlaces, visibleBounds } from './remember.ts';

const display = { x: 0, y: 0, width: 1920, height: 1080 };

it('keeps bounds that show', () => {
  const bounds = { x: 100, y: 50, width: 800, height: 600 };
  expect(visibleBounds(bounds, [display])).toEqual(bounds);
});

it('brings a window back from a display that is gone', () => {
  const moved = visibleBounds({ x: 4000, y: 50, width: 800, height: 600 }, [display]);
  expect(moved).toEqual({ x: 560, y: 240, width: 800, height: 600 });
});

it('makes a window fit that is larger than the display', () => {
  expect(visibleBounds({ x: -5000, y: 0, width: 4000, height: 3000 }, [display])).toEqual({
    x: 0,
    y: 0,
    width: 1920,
    height: 1080,
  });
});

it('brings back popped-out views, each once, and nothing that is no place of the program', () => {
  const kept = ['/machine/i1.1/console', '/machine/i1.1/console', '/instance/i1/console', 'https://elsewhere', '/etc/passwd', 7];
  expect(openPlaces(kept)).toEqual(['/machine/i1.1/console', '/instance/i1/console']);
  for (const damaged of [undefined, null, 'x', { 0: '/machines' }]) expect(openPlaces(damaged)).toEqual([]);
});

it('remembers each view under a key of its own', () => {
  expect(new Set(['main', 'other', '/machine/i1.1/console', '/machine/i1.2/console'].map(boundsKey)).size).toBe(4);
});
