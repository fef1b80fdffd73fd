/** Every sentence the window asks for is there, and none that it does not. */
import { expect, it } from 'vitest';
import en from './en.json';
import { fill } from './say.ts';

const files = import.meta.glob<string>(['../**/*.ts', '../**/*.tsx', '!../**/*.test.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
const source = Object.values(files).join('\n');
const keys = Object.keys(en);

it('has every key that is named outright', () => {
  const named = [...source.matchAll(/\bsay(?:Any)?\(\s*'([\w.-]+)'/g)].map((match) => match[1] ?? '');
  expect(named.filter((key) => !keys.includes(key))).toEqual([]);
});

it('has no sentence that nobody says', () => {
  const prefixes = [...source.matchAll(/`(\w+)\.\$\{/g)].map((match) => `${match[1]}.`);
  const elsewhere = ['task.', 'notice.', 'state.', 'planPart.'];
  const unused = keys.filter(
    (key) =>
      !source.includes(`'${key}'`) &&
      !source.includes(`"${key}"`) &&
      ![...prefixes, ...elsewhere].some((prefix) => key.startsWith(prefix)),
  );
  expect(unused).toEqual([]);
});

it('fills gaps and follows numbers', () => {
  expect(fill('{count, plural, one {# machine} other {# machines}} of {name}', { count: 1, name: 'x' })).toBe('1 machine of x');
  expect(fill('{count, plural, one {# machine} other {# machines}}', { count: 1200 })).toBe('1,200 machines');
  expect(fill('{missing}', {})).toBe('{missing}');
});
