/** Rules outlive the program; a damaged file is set aside; what is raised is known until it is cleared. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { INITIAL_RULES } from '../../core/contract/alarms.ts';
import { Alarms } from './alarms.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'blanket-alarms-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('keeps rules across starts', () => {
  const rules = INITIAL_RULES.map((rule) => ({ ...rule, limit: 50 }));
  new Alarms(folder).write(rules);
  expect(new Alarms(folder).rules).toEqual(rules);
});

it('sets a damaged file aside and begins anew', () => {
  writeFileSync(join(folder, 'alarms.json'), '[{"gauge":');
  expect(new Alarms(folder).rules).toEqual(INITIAL_RULES);
  expect(existsSync(join(folder, 'alarms.json.damaged'))).toBe(true);
});

it('knows what is raised, until it is cleared or its instance is out of reach', () => {
  const alarms = new Alarms(folder);
  const alarm = { rule: 'cpu', unit: 'i1.2', since: 0, value: 99 };
  alarms.hear({ alarm, active: true });
  alarms.hear({ alarm: { ...alarm, unit: 'i12.1' }, active: true });
  expect(alarms.read().active).toHaveLength(2);
  alarms.forget('i1');
  expect(alarms.read().active.map((it) => it.unit)).toEqual(['i12.1']);
  alarms.hear({ alarm: { ...alarm, unit: 'i12.1' }, active: false });
  expect(alarms.read().active).toEqual([]);
});
