/** Preferences: one row each, from which the form, the search, the store and the check are made. */
import './jitless.ts';
import * as z from 'zod';

export type Setting =
  | { name: string; section: Section; kind: 'choice'; choices: readonly string[]; initial: string }
  | { name: string; section: Section; kind: 'switch'; initial: boolean }
  | { name: string; section: Section; kind: 'number'; min: number; max: number; step: number; unit: string; initial: number };

export type Section = 'look' | 'machines' | 'console' | 'safety' | 'spend';

export const SETTINGS = [
  { name: 'theme', section: 'look', kind: 'choice', choices: ['system', 'light', 'dark'], initial: 'system' },
  { name: 'density', section: 'look', kind: 'choice', choices: ['compact', 'comfortable'], initial: 'compact' },
  { name: 'reduceMotion', section: 'look', kind: 'switch', initial: false },
  { name: 'sidePanel', section: 'machines', kind: 'switch', initial: true },
  { name: 'consoleFontSize', section: 'console', kind: 'number', min: 9, max: 24, step: 1, unit: 'px', initial: 13 },
  {
    name: 'consoleScrollback',
    section: 'console',
    kind: 'number',
    min: 500,
    max: 100_000,
    step: 500,
    unit: 'lines',
    initial: 10_000,
  },
  { name: 'screenReader', section: 'console', kind: 'switch', initial: false },
  {
    name: 'guestLayout',
    section: 'console',
    kind: 'choice',
    choices: ['us', 'gb', 'de', 'fr', 'es', 'it', 'se'],
    initial: 'us',
  },
  { name: 'guestKeys', section: 'console', kind: 'choice', choices: ['position', 'letter'], initial: 'position' },
  { name: 'screenScaling', section: 'console', kind: 'choice', choices: ['fit', 'whole', 'one'], initial: 'fit' },
  { name: 'confirmStop', section: 'safety', kind: 'switch', initial: true },
  { name: 'confirmRemove', section: 'safety', kind: 'switch', initial: true },
  { name: 'onClose', section: 'safety', kind: 'choice', choices: ['ask', 'save', 'shutdown', 'discard'], initial: 'ask' },
  { name: 'hoursPerMonth', section: 'spend', kind: 'number', min: 1, max: 744, step: 1, unit: 'h', initial: 730 },
] as const satisfies readonly Setting[];

type Row = (typeof SETTINGS)[number];
export type SettingName = Row['name'];
type ValueOf<R extends Row> = R extends { kind: 'choice' }
  ? R['choices'][number]
  : R extends { kind: 'switch' }
    ? boolean
    : number;
export type Settings = { [R in Row as R['name']]: ValueOf<R> };

function schemaOf(row: Setting): z.ZodType {
  if (row.kind === 'choice') return z.enum(row.choices as [string, ...string[]]);
  return row.kind === 'switch' ? z.boolean() : z.number().min(row.min).max(row.max);
}

/** Checks a whole set of preferences. */
export const settingsSchema = z.object(
  Object.fromEntries(SETTINGS.map((row) => [row.name, schemaOf(row)])),
) as unknown as z.ZodType<Settings, Settings>;
/** Checks a change. */
export const settingsChange = z.strictObject(
  Object.fromEntries(SETTINGS.map((row) => [row.name, schemaOf(row).optional()])),
) as unknown as z.ZodType<Partial<Settings>, Partial<Settings>>;
export const initialSettings = Object.fromEntries(SETTINGS.map((row) => [row.name, row.initial])) as unknown as Settings;
