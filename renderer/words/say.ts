/** Sentences by key: `{name}` is filled in, `{count, plural, one {# machine} other {# machines}}` follows the number. */
import en from './en.json';

export type Words = keyof typeof en;
export type Values = Readonly<Record<string, string | number>>;

const catalogue: Readonly<Record<string, string>> = en;
const plurals = new Intl.PluralRules('en');

export function fill(sentence: string, values: Values): string {
  return sentence
    .replace(/\{(\w+), plural, one \{([^}]*)\} other \{([^}]*)\}\}/g, (_all, name: string, one: string, other: string) => {
      const amount = Number(values[name] ?? 0);
      return (plurals.select(amount) === 'one' ? one : other).replace('#', new Intl.NumberFormat('en').format(amount));
    })
    .replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}

export const say = (key: Words, values: Values = {}): string => fill(catalogue[key] ?? key, values);
/** For keys that come from elsewhere: tasks, notices, states. */
export const sayAny = (key: string, values: Values = {}): string => fill(catalogue[key] ?? key, values);
export const known = (key: string): key is Words => Object.hasOwn(catalogue, key);
