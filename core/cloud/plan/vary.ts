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

/** What a scenario is made of; `undefined` where an input was left out. */
type Json = undefined | null | boolean | number | string | readonly Json[] | JsonRecord;
interface JsonRecord {
  readonly [key: string]: Json;
}
/** `Array.isArray` does not know read-only lists. */
const isList = (node: Json): node is readonly Json[] => Array.isArray(node);
const isRecord = (node: Json): node is JsonRecord => typeof node === 'object' && node !== null && !isList(node);

/** Sets the value at a path such as `guests.0.load.mean`; the result is checked as a whole. `count` stands for all machines. */
export const withValue = (scenario: Scenario, path: string, value: Json): Scenario => withValues(scenario, [[path, value]]);

/** Several values at once, in order. */
export function withValues(scenario: Scenario, changes: readonly (readonly [path: string, value: Json])[]): Scenario {
  let [counted, plain]: [Scenario, Json] = [scenario, scenario];
  for (const [path, value] of changes) {
    if (path === 'count' && typeof value === 'number') {
      counted = withCount(counted, value);
      plain = counted.guests.reduce<Json>(
        (it, guest, index) => set(it, ['guests', String(index), 'count'], guest.count, path),
        plain,
      );
      continue;
    }
    plain = set(plain, path.split('.'), value, path);
    // A new mean or burst makes the stored duty stale; it is derived again.
    const stale = /^(guests\.\d+\.load)\.(mean|burst)$/.exec(path)?.[1];
    if (stale !== undefined) plain = set(plain, [...stale.split('.'), 'duty'], undefined, path);
  }
  return asScenario(plain);
}

function set(node: Json, keys: readonly string[], value: Json, path: string): Json {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  if (isList(node)) {
    const index = Number(key);
    if (!(Number.isInteger(index) && index >= 0 && index < node.length)) throw unknownPath(path);
    return node.map((it, at) => (at === index ? set(it, rest, value, path) : it));
  }
  if (!isRecord(node)) throw unknownPath(path);
  return { ...node, [key]: set(node[key], rest, value, path) };
}

const unknownPath = (path: string): Refusal =>
  new Refusal(
    'no-such-input',
    `The scenario has no input ${path}.`,
    'Use a path such as guests.0.load.mean, instances or secondLayer.tax.cpu.value.',
  );

/** The value at a path, or undefined. */
export function valueAt(scenario: Scenario, path: string): Json {
  if (path === 'count') return scenario.guests.reduce((sum, guest) => sum + guest.count, 0);
  let node: Json = scenario;
  for (const key of path.split('.')) {
    if (isList(node)) node = node[Number(key)];
    else node = isRecord(node) && Object.hasOwn(node, key) ? node[key] : undefined;
  }
  return node;
}
