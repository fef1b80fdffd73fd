/** What the machines table remembers: columns with their order and width, sorting, grouping, folded parts, saved filters. */
import { useEffect } from 'react';
import { call } from '../../desk/client.ts';
import { Store, useStore } from '../../desk/store.ts';
import { moved } from '../../parts/moved.ts';
import { COLUMNS } from './columns.tsx';
import type { Grouping } from './lines.ts';

export interface TableView {
  readonly columns: readonly { readonly id: string; readonly width: number }[];
  readonly sort: { readonly by: string; readonly down: boolean };
  readonly grouping: Grouping;
  readonly folded: readonly string[];
  readonly saved: readonly string[];
}

const KEY = 'machines.table';
const usual: TableView = {
  columns: COLUMNS.filter((column) => column.usual).map(({ id, width }) => ({ id, width })),
  sort: { by: 'name', down: false },
  grouping: 'tree',
  folded: [],
  saved: [],
};
const store = new Store<TableView>(usual);
let asked = false;
/** What was remembered comes too late where something was chosen already. */
let changed = false;

export function useTableView(): TableView {
  useEffect(() => {
    if (asked) return;
    asked = true;
    call('view.read', { key: KEY }).then(
      ({ value }) => {
        if (!changed && value !== null && typeof value === 'object')
          store.set({ ...usual, ...(value as unknown as Partial<TableView>) });
      },
      () => undefined,
    );
  }, []);
  return useStore(store);
}

export function changeView(change: Partial<TableView>): void {
  changed = true;
  store.update((view) => ({ ...view, ...change }));
  call('view.write', { key: KEY, value: JSON.parse(JSON.stringify(store.get())) }).catch(() => undefined);
}

export function toggleFold(key: string): void {
  const { folded } = store.get();
  changeView({ folded: folded.includes(key) ? folded.filter((it) => it !== key) : [...folded, key] });
}

export function toggleColumn(id: string): void {
  const { columns } = store.get();
  const column = COLUMNS.find((it) => it.id === id);
  if (columns.some((it) => it.id === id)) changeView({ columns: columns.filter((it) => it.id !== id) });
  else if (column !== undefined) {
    const order = COLUMNS.map((it) => it.id);
    const next = [...columns, { id, width: column.width }];
    changeView({ columns: columns.length === 0 ? next : next.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id)) });
  }
}

export function moveColumn(id: string, by: number): void {
  const { columns } = store.get();
  const from = columns.findIndex((it) => it.id === id);
  changeView({ columns: moved(columns, from, from + by) });
}

/** Puts a column in the place of another, which makes room. */
export function dropColumn(id: string, onto: string): void {
  const { columns } = store.get();
  const place = (wanted: string): number => columns.findIndex((it) => it.id === wanted);
  changeView({ columns: moved(columns, place(id), place(onto)) });
}

export function resizeColumn(id: string, width: number): void {
  changeView({
    columns: store.get().columns.map((it) => (it.id === id ? { ...it, width: Math.max(48, Math.min(420, width)) } : it)),
  });
}

export const resetColumns = (): void => changeView({ columns: usual.columns, sort: usual.sort });
