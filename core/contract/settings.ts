/** Preferences: one line each, from which the form, the search, the store and the check are made. */
import './jitless.ts';
import * as z from 'zod';
import { invariant } from '../base/bug.ts';

export type Section = 'look' | 'machines' | 'console' | 'safety' | 'spend';

/** How a preference is shown and what it is at first; the schema that it belongs to says what it may be. */
type Form =
  | { readonly section: Section; readonly kind: 'choice'; readonly choices: readonly string[]; readonly initial: string }
  | { readonly section: Section; readonly kind: 'switch'; readonly initial: boolean }
  | ({ readonly section: Section; readonly kind: 'number'; readonly initial: number } & Range);

interface Range {
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly unit: string;
}

const forms = z.registry<{ form: Form }>();

const choice = <const C extends readonly string[]>(
  section: Section,
  choices: C,
  initial: C[number],
): z.ZodEnum<{ [K in C[number]]: K }> => z.enum(choices).register(forms, { form: { section, kind: 'choice', choices, initial } });
const onOff = (section: Section, initial: boolean): z.ZodBoolean =>
  z.boolean().register(forms, { form: { section, kind: 'switch', initial } });
const number = (section: Section, range: Range, initial: number): z.ZodNumber =>
  z
    .number()
    .min(range.min)
    .max(range.max)
    .register(forms, { form: { section, kind: 'number', initial, ...range } });

/** Checks a whole set of preferences. */
export const settingsSchema = z.object({
  theme: choice('look', ['system', 'light', 'dark'], 'system'),
  density: choice('look', ['compact', 'comfortable'], 'compact'),
  reduceMotion: onOff('look', false),
  sidePanel: onOff('machines', true),
  consoleFontSize: number('console', { min: 9, max: 24, step: 1, unit: 'px' }, 13),
  consoleScrollback: number('console', { min: 500, max: 100_000, step: 500, unit: 'lines' }, 10_000),
  screenReader: onOff('console', false),
  guestLayout: choice('console', ['us', 'gb', 'de', 'fr', 'es', 'it', 'se'], 'us'),
  guestKeys: choice('console', ['position', 'letter'], 'position'),
  screenScaling: choice('console', ['fit', 'whole', 'one'], 'fit'),
  confirmStop: onOff('safety', true),
  confirmRemove: onOff('safety', true),
  onClose: choice('safety', ['ask', 'save', 'shutdown', 'discard'], 'ask'),
  hoursPerMonth: number('spend', { min: 1, max: 744, step: 1, unit: 'h' }, 730),
});
/** Checks a change. */
export const settingsChange = settingsSchema.partial().strict();

export type Settings = z.output<typeof settingsSchema>;
export type SettingsChange = z.output<typeof settingsChange>;
export type SettingName = keyof Settings;
export type Setting = Form & { readonly name: SettingName };

function formOf(name: SettingName): Form {
  const found = forms.get(settingsSchema.shape[name]);
  invariant(found !== undefined, `the preference ${name} has no form`);
  return found.form;
}

export const SETTINGS: readonly Setting[] = settingsSchema.keyof().options.map((name) => ({ name, ...formOf(name) }));
export const initialSettings: Settings = settingsSchema.parse(
  Object.fromEntries(SETTINGS.map(({ name, initial }) => [name, initial])),
);

/** `settings` with what `change` names. */
export function changedSettings(settings: Settings, change: SettingsChange): Settings {
  const named = Object.entries(change).filter(([, value]) => value !== undefined);
  return settingsSchema.parse({ ...settings, ...Object.fromEntries(named) });
}
