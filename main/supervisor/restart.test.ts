/** What the table promises: a person is told of a silent instance within two seconds. */
import { expect, it, vi } from 'vitest';

vi.mock('electron', () => ({ utilityProcess: {} }));
const { PING_EVERY } = await import('./child.ts');
const { RESTART_RULES } = await import('./restart.table.ts');

it.each(['world', 'clouds'] as const)('silence of a %s is told within two seconds', (kind) => {
  expect(RESTART_RULES[kind].silentAfter + PING_EVERY).toBeLessThan(2000);
});

it.each(Object.values(RESTART_RULES))('a silent $kind is told of before it is killed', (rule) => {
  expect(rule.silentAfter).toBeLessThan(rule.killAfter);
});

it.each(Object.values(RESTART_RULES))('a $kind that keeps failing waits longer each time', ({ waits }) => {
  expect([...waits].sort((a, b) => a - b)).toEqual(waits);
});
