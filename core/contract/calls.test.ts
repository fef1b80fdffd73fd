/** The table of calls holds together: every answerer is known, every request refuses what it does not know. */
import { describe, expect, it } from 'vitest';
import { calls, isCallName } from './calls.ts';
import { check } from './check.ts';
import { REFUSALS } from './refusals.ts';
import { initialSettings, settingsSchema } from './settings.ts';

describe('calls', () => {
  it.each(Object.entries(calls))('%s refuses what is not asked for', (_name, call) => {
    expect(['desk', 'clouds', 'world', 'planner']).toContain(call.by);
    expect(check(call.request, { surely_unknown: 1 }).ok).toBe(false);
    expect(check(call.request, null).ok).toBe(false);
    expect(call.patience).toBeGreaterThan(0);
  });

  it('are found by their own names only', () => {
    expect(isCallName('fleet.read')).toBe(true);
    for (const other of ['constructor', '__proto__', 'toString', 7, undefined]) expect(isCallName(other)).toBe(false);
  });
});

it('names the wrong part in a sentence', () => {
  const checked = check(calls['instance.rent'].request, {
    provider: 'x',
    type: 'y',
    count: 99,
    name: 'ok',
    tags: [],
    image: 'default',
  });
  expect(checked).toMatchObject({ ok: false, refusal: { code: 'bad-request', message: expect.stringMatching(/^count: /) } });
});

it('starts from preferences that fit their own schema', () => {
  expect(settingsSchema.safeParse(initialSettings).success).toBe(true);
});

it('says what to do with every refusal', () => {
  for (const { message, remedy } of Object.values(REFUSALS))
    expect([message.endsWith('.'), remedy.endsWith('.')]).toEqual([true, true]);
});
