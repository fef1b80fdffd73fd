/** All instances and machines, tasks, processes and notices, kept up to date by facts. */
import type { ProcessRow } from '../../core/contract/calls-desk.ts';
import type { Fact } from '../../core/contract/events.ts';
import type { Instance, Machine } from '../../core/contract/fleet.ts';
import type { Notice } from '../../core/contract/notices.ts';
import type { Task } from '../../core/contract/tasks.ts';
import { call, on } from './client.ts';
import { Store, useStore } from './store.ts';

export type Many<T> = ReadonlyMap<string, T>;

const instances = new Store<Many<Instance>>(new Map());
const machines = new Store<Many<Machine>>(new Map());
const tasks = new Store<Many<Task>>(new Map());
const processes = new Store<Many<ProcessRow>>(new Map());
const rate = new Store<Fact<'spend.changed'>>({ perHour: 0, sinceStart: 0, currency: 'USD', alarm: false });
const alarms = new Store<Fact<'alarms.changed'>>({ rules: [], active: [] });
export const notices = new Store<readonly Notice[]>([]);
export const loaded = new Store(false);
const NOTICES_KEPT = 200;

function put<T>(store: Store<Many<T>>, rows: readonly T[], key: (row: T) => string): void {
  store.update((before) => {
    const after = new Map(before);
    for (const row of rows) after.set(key(row), row);
    return after;
  });
}

function drop<T>(store: Store<Many<T>>, gone: (row: T, key: string) => boolean): void {
  store.update((before) => new Map([...before].filter(([key, row]) => !gone(row, key))));
}

export async function startFleet(): Promise<void> {
  on('instance.changed', ({ instance }) => put(instances, [instance], (it) => it.id));
  on('instance.gone', ({ instance }) => {
    drop(instances, (_row, key) => key === instance);
    drop(machines, (row) => row.instance === instance);
  });
  on('machine.changed', (fact) => put(machines, fact.machines, (it) => it.id));
  on('machine.gone', (fact) => drop(machines, (_row, key) => fact.machines.includes(key)));
  on('task.changed', ({ task }) => put(tasks, [task], (it) => it.id));
  on('process.changed', ({ process }) => put(processes, [process], (it) => it.id));
  on('spend.changed', (fact) => rate.set(fact));
  on('alarms.changed', (fact) => alarms.set(fact));
  on('notice', (fact) => notices.update((before) => [fact, ...before].slice(0, NOTICES_KEPT)));
  const [fleet, known, running] = await Promise.all([call('fleet.read', {}), call('task.list', {}), call('process.list', {})]);
  put(instances, fleet.instances, (it) => it.id);
  put(machines, fleet.machines, (it) => it.id);
  put(tasks, known, (it) => it.id);
  put(processes, running, (it) => it.id);
  alarms.set(await call('alarm.list', {}));
  const earlier = await call('notice.list', {});
  notices.update((before) => [
    ...before,
    ...earlier.filter((it) => !before.some((known) => known.at === it.at && known.words === it.words)),
  ]);
  loaded.set(true);
  call('spend.read', {}).then(
    (spend) =>
      rate.update((before) => ({ ...before, perHour: spend.perHour, sinceStart: spend.sinceStart, currency: spend.currency })),
    () => undefined,
  );
}

export const useInstances = (): Many<Instance> => useStore(instances);
export const useMachines = (): Many<Machine> => useStore(machines);
export const useTasks = (): Many<Task> => useStore(tasks);
export const useProcesses = (): Many<ProcessRow> => useStore(processes);
export const useRate = (): Fact<'spend.changed'> => useStore(rate);
export const useAlarms = (): Fact<'alarms.changed'> => useStore(alarms);
export const useLoaded = (): boolean => useStore(loaded);
export const useInstance = (id: string): Instance | undefined => useInstances().get(id);
export const useMachine = (id: string): Machine | undefined => useMachines().get(id);
export const currentInstances = (): Many<Instance> => instances.get();
export const watchInstances = instances.watch;

export function machinesIn(all: Many<Machine>, instance: string): Machine[] {
  return [...all.values()].filter((machine) => machine.instance === instance);
}

export function forgetTasks(): void {
  drop(tasks, (task) => task.state !== 'running');
  void call('task.forget', {});
}

/** A notice of the window itself. */
export function note(notice: Omit<Notice, 'at'>): void {
  notices.update((before) => [{ ...notice, at: Date.now() }, ...before].slice(0, NOTICES_KEPT));
}
