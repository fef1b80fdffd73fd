/** An alarm is raised once, after its time, and cleared once; only for what the rule is about. */
import { expect, it } from 'vitest';
import type { AlarmRule } from '../contract/alarms.ts';
import { GAUGES, gaugeIndex, type Readings } from '../contract/gauges.ts';
import { AlarmWatch, type Watched } from './alarms.ts';

const RULE: AlarmRule = {
  id: 'busy',
  gauge: 'cpu',
  comparison: 'above',
  limit: 90,
  seconds: 3,
  about: 'machines',
  tag: '',
  on: true,
};
const MACHINE: Watched = { kind: 'machines', tags: ['web'], awake: true };

function at(second: number, cpu: number, unit = 'i1.1'): Readings {
  const values = GAUGES.map(() => 0);
  values[gaugeIndex.cpu] = cpu;
  return { at: second * 1000, virtualSeconds: second, rows: [{ unit, values }] };
}

function watchOf(...rules: AlarmRule[]): AlarmWatch {
  const watch = new AlarmWatch();
  watch.setRules(rules);
  return watch;
}

it('is raised when the limit was left for the whole time, and not again', () => {
  const watch = watchOf(RULE);
  const raised = [95, 95, 95, 96, 97, 98].flatMap((cpu, second) => watch.take(at(second, cpu), () => MACHINE));
  expect(raised).toEqual([{ alarm: { rule: 'busy', unit: 'i1.1', since: 0, value: 96 }, active: true }]);
});

it('starts counting again after a reading within the limit', () => {
  const watch = watchOf(RULE);
  const raised = [95, 95, 10, 95, 95, 95].flatMap((cpu, second) => watch.take(at(second, cpu), () => MACHINE));
  expect(raised).toEqual([]);
});

it('is cleared when the limit is kept again, when the machine stops or goes, and when its rule changes', () => {
  for (const end of [
    (watch: AlarmWatch) => watch.take(at(9, 10), () => MACHINE),
    (watch: AlarmWatch) => watch.take(at(9, 99), () => ({ ...MACHINE, awake: false })),
    (watch: AlarmWatch) => watch.setRules([{ ...RULE, limit: 99 }]),
    (watch: AlarmWatch) => watch.take({ at: 9000, virtualSeconds: 9, rows: [] }, () => undefined),
  ]) {
    const watch = watchOf(RULE);
    for (const second of [0, 1, 2, 3]) watch.take(at(second, 95), () => MACHINE);
    expect(end(watch)).toMatchObject([{ alarm: { rule: 'busy', unit: 'i1.1' }, active: false }]);
  }
});

it('stays raised when other rules change', () => {
  const watch = watchOf(RULE);
  for (const second of [0, 1, 2, 3]) watch.take(at(second, 95), () => MACHINE);
  expect(watch.setRules([RULE, { ...RULE, id: 'other' }])).toEqual([]);
});

it('concerns only units of its kind, with its tag, while it is on', () => {
  const quiet = (rule: AlarmRule, about: Watched): boolean => {
    const watch = watchOf(rule);
    return [0, 1, 2, 3].flatMap((second) => watch.take(at(second, 95), () => about)).length === 0;
  };
  expect(quiet({ ...RULE, about: 'instances' }, MACHINE)).toBe(true);
  expect(quiet({ ...RULE, tag: 'db' }, MACHINE)).toBe(true);
  expect(quiet({ ...RULE, tag: 'web' }, MACHINE)).toBe(false);
  expect(quiet({ ...RULE, on: false }, MACHINE)).toBe(true);
});

it('watches the lower side, too', () => {
  const watch = watchOf({ ...RULE, comparison: 'below', limit: 5, seconds: 1 });
  expect([1, 2].flatMap((second) => watch.take(at(second, 2), () => MACHINE))).toHaveLength(1);
});
