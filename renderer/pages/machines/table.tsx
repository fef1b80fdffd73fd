/** The table of clouds, instances and machines: virtualised, with the keyboard of a tree grid. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useMemo, useRef } from 'react';
import { useTick } from '../../desk/gauges.ts';
import { useSettings } from '../../desk/settings.ts';
import { go } from '../../routes.ts';
import { say } from '../../words/say.ts';
import { Header } from './header.tsx';
import { LineCells } from './line.tsx';
import type { Line } from './lines.ts';
import { pressKey } from './table-keys.ts';
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

const elementId = (line: Line | undefined): string | undefined =>
  line === undefined ? undefined : `line-${line.key.replaceAll(' ', '_')}`;
const levelOf = (line: Line): number =>
  line.kind === 'cloud' || line.kind === 'group' ? 1 : line.kind === 'instance' ? 2 : line.depth + 1;

export function Table({ lines, view, selected, active, providerName, setSelected, setActive }: TableProps): ReactNode {
  const tick = useTick();
  const scroller = useRef<HTMLDivElement>(null);
  const anchor = useRef<string>(undefined);
  const { density } = useSettings();
  const height = density === 'compact' ? 30 : 38;
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 8,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: heights change with the density only
  useEffect(() => virtual.measure(), [density]);
  const ids = useMemo(() => lines.flatMap((line) => (line.kind === 'machine' ? [line.row.machine.id] : [])), [lines]);
  const columns = view.columns;
  const template = `34px minmax(264px, 480px) ${columns.map(({ width }) => `${width}px`).join(' ')} minmax(0, 1fr)`;
  const least = 298 + columns.reduce((sum, { width }) => sum + width, 0);
  const at = active === undefined ? -1 : lines.findIndex((line) => unitOf(line) === active);

  const now = useRef({ selected, ids, setSelected });
  now.current = { selected, ids, setSelected };
  /** The same function for every drawing, so that rows that did not change are not drawn again. */
  const select = useCallback((id: string, on: boolean, range: boolean): void => {
    const next = new Set(now.current.selected);
    const from = anchor.current === undefined ? -1 : now.current.ids.indexOf(anchor.current);
    const to = now.current.ids.indexOf(id);
    const span = range && from >= 0 ? now.current.ids.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
    for (const it of span) {
      if (on) next.add(it);
      else next.delete(it);
    }
    anchor.current = id;
    now.current.setSelected(next);
  }, []);

  const selectAll = useCallback((on: boolean): void => now.current.setSelected(new Set(on ? now.current.ids : [])), []);

  const press = (event: KeyboardEvent): void => {
    const inHead = event.target instanceof HTMLElement && event.target.closest('.grid-head') !== null;
    if (event.altKey || event.ctrlKey || event.metaKey || inHead) return;
    const meant = pressKey(event.key, {
      lines,
      at,
      anySelected: selected.size > 0,
      unitOf,
      activate: (index) => {
        setActive(unitOf(lines[index]));
        virtual.scrollToIndex(index);
      },
      deactivate: () => setActive(undefined),
      toggle: (id) => select(id, !selected.has(id), false),
      clear: () => setSelected(new Set()),
      open,
    });
    if (meant) event.preventDefault();
  };
  const click = (event: React.MouseEvent, line: Line): void => {
    const unit = unitOf(line);
    if (line.kind === 'machine' && (event.ctrlKey || event.metaKey || event.shiftKey))
      select(line.row.machine.id, !selected.has(line.row.machine.id), event.shiftKey);
    else if (unit === undefined) toggleFold(line.key);
    else setActive(unit === active ? undefined : unit);
  };

  return (
    <div className="grid-scroll" ref={scroller} onScroll={moveAside}>
      <div
        className="treegrid"
        role="treegrid"
        aria-label={say('machines.table')}
        aria-rowcount={lines.length + 1}
        aria-multiselectable="true"
        tabIndex={0}
        aria-activedescendant={elementId(lines[at])}
        onKeyDown={press}
        style={{ minWidth: least, ['--columns' as string]: template }}
      >
        <Header
          view={view}
          all={ids.length > 0 && ids.every((id) => selected.has(id))}
          some={selected.size > 0}
          selectAll={selectAll}
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
                id={elementId(line)}
                role="row"
                tabIndex={-1}
                aria-rowindex={item.index + 2}
                aria-level={levelOf(line)}
                aria-expanded={'folded' in line ? !line.folded : undefined}
                aria-selected={chosen}
                className={`line ${line.kind}${unit !== undefined && unit === active ? ' active' : ''}`}
                style={{ height: item.size, transform: `translateY(${item.start}px)` }}
                onClick={(event) => click(event, line)}
                onDoubleClick={() => open(line)}
              >
                <LineCells
                  line={line}
                  columns={columns}
                  selected={chosen}
                  providerName={providerName}
                  select={select}
                  tick={tick}
                />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** Without a drawing of the table: it happens with every scroll. */
function moveAside({ currentTarget: box }: React.UIEvent<HTMLElement>): void {
  box.classList.toggle('aside', box.scrollLeft > 0);
}

function open(line: Line | undefined): void {
  if (line?.kind === 'machine') go(`/machine/${line.row.machine.id}/console`);
  else if (line?.kind === 'instance') go(`/instance/${line.instance.id}/overview`);
}
