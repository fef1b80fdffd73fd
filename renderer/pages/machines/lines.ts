/** The lines of the table: clouds, their instances, their machines; or groups; folded, filtered and sorted. */
import type { Instance, Machine } from '../../../core/contract/fleet.ts';
import type { Many } from '../../desk/fleet.ts';
import { type Column, columnById, type Row } from './columns.tsx';
import type { Filter } from './filter.ts';

export type Grouping = 'tree' | 'group' | 'tag' | 'state' | 'flat';
export type Line =
  | { kind: 'cloud'; key: string; provider: string; instances: Instance[]; count: number; folded: boolean }
  | { kind: 'instance'; key: string; instance: Instance; machines: Machine[]; folded: boolean; depth: number }
  | { kind: 'group'; key: string; name: string; count: number; price: number; folded: boolean }
  | { kind: 'machine'; key: string; row: Row; depth: number };

export interface View {
  readonly grouping: Grouping;
  readonly folded: ReadonlySet<string>;
  readonly sort: { readonly by: string; readonly down: boolean };
}

/** What a machine answers for: its part of the instance by CPU and memory, half and half. */
export function priceOf(machine: Machine, instance: Instance | undefined): number {
  if (instance === undefined || instance.capacity === null) return 0;
  const { capacity } = instance;
  const perCpu = (instance.ecu ?? instance.vcpus) / instance.vcpus;
  const cpu = (machine.vcpus * perCpu) / Math.max(0.01, capacity.cpuEcu + capacity.ownCpuEcu);
  const memory = machine.memoryMib / Math.max(1, capacity.memoryMib + capacity.ownMemoryMib);
  return instance.pricePerHour * Math.min(1, (Math.min(1, cpu) + Math.min(1, memory)) / 2);
}

/** Prices of all machines of an instance; together never more than the instance. */
export function pricesIn(machines: readonly Machine[], instance: Instance): Map<string, number> {
  const raw = machines.map((machine) => [machine.id, priceOf(machine, instance)] as const);
  const sum = raw.reduce((total, [, price]) => total + price, 0);
  const scale = sum > instance.pricePerHour ? instance.pricePerHour / sum : 1;
  return new Map(raw.map(([id, price]) => [id, price * scale]));
}

function sorted(rows: Row[], column: Column | undefined, down: boolean): Row[] {
  const value = (row: Row): number | string => (column === undefined ? row.machine.name : column.value(row));
  const order = down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    const by =
      typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), 'en', { numeric: true });
    return by === 0 ? a.machine.name.localeCompare(b.machine.name, 'en', { numeric: true }) : by * order;
  });
}

export function linesOf(instances: Many<Instance>, machines: Many<Machine>, filter: Filter | undefined, view: View): Line[] {
  const byInstance = new Map<string, Machine[]>();
  for (const machine of machines.values())
    byInstance.set(machine.instance, [...(byInstance.get(machine.instance) ?? []), machine]);
  const rows = new Map<string, Row[]>();
  for (const [id, list] of byInstance) {
    const instance = instances.get(id);
    const prices = instance === undefined ? new Map<string, number>() : pricesIn(list, instance);
    const all = list.map((machine): Row => ({ machine, instance, price: prices.get(machine.id) ?? 0 }));
    rows.set(id, filter === undefined ? all : all.filter(filter.test));
  }
  const column = columnById(view.sort.by);
  const sort = (list: Row[]): Row[] => sorted(list, column, view.sort.down);
  return view.grouping === 'tree'
    ? tree(instances, byInstance, rows, sort, filter !== undefined, view)
    : grouped([...rows.values()].flat(), sort, view);
}

function tree(
  instances: Many<Instance>,
  byInstance: ReadonlyMap<string, Machine[]>,
  rows: ReadonlyMap<string, Row[]>,
  sort: (list: Row[]) => Row[],
  narrowed: boolean,
  view: View,
): Line[] {
  const lines: Line[] = [];
  const clouds = new Map<string, Instance[]>();
  for (const instance of instances.values()) clouds.set(instance.provider, [...(clouds.get(instance.provider) ?? []), instance]);
  for (const [provider, list] of [...clouds].sort(([a], [b]) => a.localeCompare(b))) {
    const shown = list.filter((instance) => !narrowed || (rows.get(instance.id)?.length ?? 0) > 0);
    if (shown.length === 0) continue;
    const folded = view.folded.has(provider);
    lines.push({
      kind: 'cloud',
      key: provider,
      provider,
      instances: list,
      count: shown.reduce((sum, it) => sum + (rows.get(it.id)?.length ?? 0), 0),
      folded,
    });
    if (folded) continue;
    for (const instance of shown.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))) {
      const inside = view.folded.has(instance.id);
      lines.push({
        kind: 'instance',
        key: instance.id,
        instance,
        machines: byInstance.get(instance.id) ?? [],
        folded: inside,
        depth: 1,
      });
      if (!inside)
        for (const row of sort(rows.get(instance.id) ?? [])) lines.push({ kind: 'machine', key: row.machine.id, row, depth: 2 });
    }
  }
  return lines;
}

function grouped(rows: Row[], sort: (list: Row[]) => Row[], view: View): Line[] {
  if (view.grouping === 'flat') return sort(rows).map((row) => ({ kind: 'machine', key: row.machine.id, row, depth: 0 }));
  const keysOf = (row: Row): readonly string[] =>
    view.grouping === 'tag'
      ? row.machine.tags.length === 0
        ? ['']
        : row.machine.tags
      : [view.grouping === 'group' ? row.machine.group : row.machine.state];
  const groups = new Map<string, Row[]>();
  for (const row of rows) for (const key of keysOf(row)) groups.set(key, [...(groups.get(key) ?? []), row]);
  return [...groups]
    .sort(([a], [b]) => (a === '' ? 1 : b === '' ? -1 : a.localeCompare(b)))
    .flatMap(([name, list]): Line[] => {
      const key = `group ${name}`;
      const folded = view.folded.has(key);
      const head: Line = {
        kind: 'group',
        key,
        name,
        count: list.length,
        price: list.reduce((sum, row) => sum + row.price, 0),
        folded,
      };
      return folded
        ? [head]
        : [head, ...sort(list).map((row): Line => ({ kind: 'machine', key: `${key} ${row.machine.id}`, row, depth: 1 }))];
    });
}
