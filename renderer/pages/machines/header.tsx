/** The head of the table: sorts on a click, is resized at its edges, moved with Alt and an arrow or by dragging. */
import ArrowDownward from '@mui/icons-material/ArrowDownward';
import ArrowUpward from '@mui/icons-material/ArrowUpward';
import Checkbox from '@mui/material/Checkbox';
import Tooltip from '@mui/material/Tooltip';
import { type DragEvent, type KeyboardEvent, memo, type PointerEvent, type ReactNode, useState } from 'react';
import { say } from '../../words/say.ts';
import { columnById, columnName } from './columns.tsx';
import { changeView, dropColumn, moveColumn, resizeColumn, type TableView } from './view.ts';

/** What a dragged column carries; text dropped elsewhere stays nothing. */
const COLUMN_TYPE = 'application/x-blanket-column';

function sortBy(view: TableView, by: string): void {
  changeView({ sort: view.sort.by === by ? { by, down: !view.sort.down } : { by, down: by !== 'name' } });
}

function Arrow({ view, by }: { view: TableView; by: string }): ReactNode {
  if (view.sort.by !== by) return null;
  return view.sort.down ? <ArrowDownward className="sort-arrow" /> : <ArrowUpward className="sort-arrow" />;
}

function sortOf(view: TableView, by: string): 'ascending' | 'descending' | 'none' {
  if (view.sort.by !== by) return 'none';
  return view.sort.down ? 'descending' : 'ascending';
}

function startResize(event: PointerEvent<HTMLSpanElement>, id: string, width: number): void {
  const from = event.clientX;
  const handle = event.currentTarget;
  handle.setPointerCapture(event.pointerId);
  const move = (next: globalThis.PointerEvent): void => resizeColumn(id, width + next.clientX - from);
  handle.addEventListener('pointermove', move);
  handle.addEventListener('pointerup', () => handle.removeEventListener('pointermove', move), { once: true });
}

interface HeaderProps {
  readonly view: TableView;
  readonly all: boolean;
  readonly some: boolean;
  readonly selectAll: (on: boolean) => void;
}

/** Not drawn again when the table is scrolled: its tips cost more than the rows that come into sight. */
export const Header = memo(function Header({ view, all, some, selectAll }: HeaderProps): ReactNode {
  const [dragged, setDragged] = useState<string>();
  const [over, setOver] = useState<string>();
  const end = (): void => {
    setDragged(undefined);
    setOver(undefined);
  };
  return (
    <div className="grid-head" role="row" aria-rowindex={1}>
      <div role="columnheader" className="cell-check">
        <Checkbox
          checked={all}
          indeterminate={some && !all}
          onChange={(_event, on) => selectAll(on)}
          slotProps={{ input: { 'aria-label': say('machines.selectAll') } }}
        />
      </div>
      <div role="columnheader" className="cell-name" aria-sort={sortOf(view, 'name')}>
        <button type="button" onClick={() => sortBy(view, 'name')}>
          {say('column.name')}
          <Arrow view={view} by="name" />
        </button>
      </div>
      {view.columns.map(({ id, width }) => {
        const column = columnById(id);
        if (column === undefined) return null;
        const press = (event: KeyboardEvent): void => {
          if (!event.altKey || (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight')) return;
          event.preventDefault();
          if (event.shiftKey) resizeColumn(id, width + (event.key === 'ArrowRight' ? 16 : -16));
          else moveColumn(id, event.key === 'ArrowRight' ? 1 : -1);
        };
        const drag = {
          draggable: true,
          onDragStart: (event: DragEvent) => {
            event.dataTransfer.effectAllowed = 'move';
            event.dataTransfer.setData(COLUMN_TYPE, id);
            setDragged(id);
          },
          onDragOver: (event: DragEvent) => {
            if (dragged === undefined) return;
            event.preventDefault();
            setOver(id);
          },
          onDrop: (event: DragEvent) => {
            event.preventDefault();
            if (dragged !== undefined && dragged !== id) dropColumn(dragged, id);
            end();
          },
          onDragEnd: end,
        };
        return (
          <div
            role="columnheader"
            key={id}
            className={[column.numeric ? 'numeric' : '', over === id && dragged !== id ? 'drop' : ''].join(' ')}
            aria-sort={sortOf(view, id)}
            {...drag}
          >
            <Tooltip title={say(column.help)}>
              <button type="button" onClick={() => sortBy(view, id)} onKeyDown={press}>
                <span className="cut">{columnName(column)}</span>
                <Arrow view={view} by={id} />
              </button>
            </Tooltip>
            <span
              className="resize"
              draggable
              onDragStart={(event) => {
                // The edge resizes; only the rest of the head is dragged.
                event.preventDefault();
                event.stopPropagation();
              }}
              onPointerDown={(event) => startResize(event, id, width)}
              aria-hidden="true"
            />
          </div>
        );
      })}
    </div>
  );
});
