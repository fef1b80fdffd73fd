/** The table of clouds, instances and machines: virtualised, with the keyboard of a tree grid. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import { useTick } from '../../desk/gauges.ts';
import { useSettings } from '../../desk/settings.ts';
import { go } from '../../routes.ts';
import { say } from '../../words/say.ts';
import { columnById } from './columns.tsx';
import { Header } from './header.tsx';
import { LineCells } from './line.tsx';
import type { Line } from './lines.ts';
import { type TableView, toggleFold } from './view.ts';
import './table.css';

export interface TableProps {
  readonly lines: readonly Line[];
  readonly view: TableView;
  readonly selected: ReadonlySet<string>;
  readonly active: string | undefined;
  readonly providerName: (id: string) => string;
  setSelected(ids: ReadonlySet<string>): void;
  setActive(id: string | undefined): void;
}

/** The unit a line stands for in the side panel. */
export function unitOf(line: Line | undefined): string | undefined {
  if (line?.kind === 'machine') return line.row.machine.id;
  return line?.kind === 'instance' ? line.instance.id : undefined;
}

export function Table({ lines, view, selected, active, providerName, setSelected, setActive }: TableProps): ReactNode {
  useTick();
  const scroller = useRef<HTMLDivElement>(null);
  const anchor = useRef<string>(undefined);
  const { density } = useSettings();
  const height = density === 'compact' ? 30 : 38;
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 12,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: heights change with the density only
  useEffect(() => virtual.measure(), [density]);
  const ids = lines.flatMap((line) => (line.kind === 'machine' ? [line.row.machine.id] : []));
  const template = `34px minmax(264px, 480px) ${view.columns.map(({ width }) => `${width}px`).join(' ')} minmax(0, 1fr)`;
  const least = 298 + view.columns.reduce((sum, { width }) => sum + width, 0);
  const at = lines.findIndex((line) => unitOf(line) === active);

  const select = (id: string, on: boolean, range: boolean): void => {
    const next = new Set(selected);
    const from = anchor.current === undefined ? -1 : ids.indexOf(anchor.current);
    const to = ids.indexOf(id);
    const span = range && from >= 0 ? ids.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
    for (const it of span) {
      if (on) next.add(it);
      else next.delete(it);
    }
    anchor.current = id;
    setSelected(next);
  };

  const press = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const line = lines[at];
    const move = (to: number): void => {
      const units = lines.map((it, index) => ({ unit: unitOf(it), index })).filter((it) => it.unit !== undefined);
      const target = to > at ? units.find((it) => it.index >= to) : [...units].reverse().find((it) => it.index <= to);
      if (target === undefined) return;
      setActive(target.unit);
      virtual.scrollToIndex(target.index);
    };
    const keys: Record<string, () => void> = {
      ArrowDown: () => move(at + 1),
      ArrowUp: () => move(at - 1),
      j: () => move(at + 1),
      k: () => move(at - 1),
      PageDown: () => move(Math.min(lines.length - 1, at + 15)),
      PageUp: () => move(Math.max(0, at - 15)),
      Home: () => move(0),
      End: () => move(lines.length - 1),
      ArrowLeft: () => line !== undefined && 'folded' in line && !line.folded && toggleFold(line.key),
      ArrowRight: () => line !== undefined && 'folded' in line && line.folded && toggleFold(line.key),
      x: () => line?.kind === 'machine' && select(line.row.machine.id, !selected.has(line.row.machine.id), false),
      ' ': () => line?.kind === 'machine' && select(line.row.machine.id, !selected.has(line.row.machine.id), false),
      Enter: () => open(line),
      Escape: () => (selected.size > 0 ? setSelected(new Set()) : setActive(undefined)),
    };
    const act = keys[event.key];
    if (act === undefined || (event.target instanceof HTMLElement && event.target.closest('.grid-head') !== null)) return;
    event.preventDefault();
    act();
  };

  return (
    <div className="grid-scroll" ref={scroller}>
      <div
        className="treegrid"
        role="treegrid"
        aria-label={say('machines.table')}
        aria-rowcount={lines.length + 1}
        aria-multiselectable="true"
        tabIndex={0}
        aria-activedescendant={at < 0 ? undefined : `line-${lines[at]?.key.replaceAll(' ', '_')}`}
        onKeyDown={press}
        style={{ minWidth: least, ['--columns' as string]: template }}
      >
        <Header
          view={view}
          all={ids.length > 0 && ids.every((id) => selected.has(id))}
          some={selected.size > 0}
          selectAll={(on) => setSelected(new Set(on ? ids : []))}
        />
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => {
            const line = lines[item.index];
            if (line === undefined) return null;
            const unit = unitOf(line);
            const chosen = line.kind === 'machine' && selected.has(line.row.machine.id);
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the tree grid above has the keys
              <div
                key={line.key}
                id={`line-${line.key.replaceAll(' ', '_')}`}
                role="row"
                tabIndex={-1}
                aria-rowindex={item.index + 2}
                aria-level={line.kind === 'cloud' || line.kind === 'group' ? 1 : line.kind === 'instance' ? 2 : line.depth + 1}
                aria-expanded={'folded' in line ? !line.folded : undefined}
                aria-selected={chosen}
                className={`line ${line.kind}${unit !== undefined && unit === active ? ' active' : ''}`}
                style={{ height: item.size, transform: `translateY(${item.start}px)` }}
                onClick={(event) => {
                  if (line.kind === 'machine' && (event.ctrlKey || event.metaKey || event.shiftKey))
                    select(line.row.machine.id, !chosen, event.shiftKey);
                  else if (unit === undefined) toggleFold(line.key);
                  else setActive(unit === active ? undefined : unit);
                }}
                onDoubleClick={() => open(line)}
              >
                <LineCells
                  line={line}
                  view={view}
                  selected={chosen}
                  providerName={providerName}
                  select={(on, range) => unit !== undefined && select(unit, on, range)}
                />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function open(line: Line | undefined): void {
  if (line?.kind === 'machine') go(`/machine/${line.row.machine.id}/console`);
  else if (line?.kind === 'instance') go(`/instance/${line.instance.id}/overview`);
}

export const numericColumn = (id: string): boolean => columnById(id)?.numeric === true;
