/** Other scenarios made from one: with another count, another type, or another value at a place given by its path. */
import { Refusal } from '../../base/refusal.ts';
import { apportion, whole } from '../rational.ts';
import { asScenario, type Scenario } from '../scenario.ts';

/** The same mix with `count` machines in all. */
export function withCount(scenario: Scenario, count: number): Scenario {
  if (!(Number.isInteger(count) && count >= 1))
    throw new Refusal(
      'scenario-invalid',
      `count: ${count} is not a whole number above zero.`,
      'Give the number of machines, such as 40.',
    );
  const parts = apportion(
    BigInt(count),
    scenario.guests.map((guest) => whole(guest.count)),
  );
  return { ...scenario, guests: scenario.guests.map((guest, index) => ({ ...guest, count: Number(parts[index] ?? 0n) })) };
}

export const withType = (scenario: Scenario, type: string): Scenario => ({ ...scenario, type });

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Sets the value at a path such as `guests.0.load.mean`; the result is checked as a whole. `count` stands for all machines. */
export function withValue(scenario: Scenario, path: string, value: Json): Scenario {
  if (path === 'count' && typeof value === 'number') return withCount(scenario, value);
  const set = (node: Json | undefined, keys: readonly string[]): Json => {
    const [key, ...rest] = keys;
    if (key === undefined) return value;
    if (Array.isArray(node)) {
      const index = Number(key);
      if (!(Number.isInteger(index) && index >= 0 && index < node.length)) throw unknownPath(path);
      return node.map((it: Json, at) => (at === index ? set(it, rest) : it));
    }
    if (typeof node !== 'object' || node === null) throw unknownPath(path);
    const record = node as { readonly [key: string]: Json };
    return { ...record, [key]: set(record[key], rest) };
  };
  // A new mean or burst makes the stored duty stale; it is derived again unless it is what is being set.
  const plain = JSON.parse(JSON.stringify(scenario)) as { guests: { load: { duty?: number } }[] };
  const loadOf = /^guests\.(\d+)\.load\.(mean|burst)$/.exec(path)?.[1];
  if (loadOf !== undefined) delete plain.guests[Number(loadOf)]?.load.duty;
  return asScenario(set(plain as unknown as Json, path.split('.')));
}

const unknownPath = (path: string): Refusal =>
  new Refusal(
    'no-such-input',
    `The scenario has no input ${path}.`,
    'Use a path such as guests.0.load.mean, instances or secondLayer.tax.cpu.value.',
  );

/** The value at a path, or undefined. */
export function valueAt(scenario: Scenario, path: string): unknown {
  if (path === 'count') return scenario.guests.reduce((sum, guest) => sum + guest.count, 0);
  return path
    .split('.')
    .reduce<unknown>(
      (node, key) =>
        typeof node === 'object' && node !== null && Object.hasOwn(node, key)
          ? (node as { [key: string]: unknown })[key]
          : undefined,
      scenario,
    );
}
