/** The preferences as the window knows them. */
import { initialSettings, type Settings } from '../../core/contract/settings.ts';
import { call, on } from './client.ts';
import { Store, useStore } from './store.ts';

const settings = new Store<Settings>(initialSettings);
export const settingsNotice = new Store('');

export async function startSettings(): Promise<void> {
  on('settings.changed', (fact) => settings.set(fact.settings));
  const read = await call('settings.read', {});
  settings.set(read.settings);
  settingsNotice.set(read.notice);
}

export const useSettings = (): Settings => useStore(settings);

export async function changeSettings(change: Partial<Settings>): Promise<void> {
  settings.update((values) => ({ ...values, ...change }));
  await call('settings.write', { change });
}
