/** Above the table: the filter with its language, grouping, columns, export. */
import BookmarkBorderOutlined from '@mui/icons-material/BookmarkBorderOutlined';
import CheckOutlined from '@mui/icons-material/CheckOutlined';
import FileDownloadOutlined from '@mui/icons-material/FileDownloadOutlined';
import FilterListOutlined from '@mui/icons-material/FilterListOutlined';
import ViewColumnOutlined from '@mui/icons-material/ViewColumnOutlined';
import IconButton from '@mui/material/IconButton';
import InputAdornment from '@mui/material/InputAdornment';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import Tooltip from '@mui/material/Tooltip';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { typing } from '../../shell/commands.ts';
import { say, type Words } from '../../words/say.ts';
import { COLUMNS, columnName } from './columns.tsx';
import type { Grouping } from './lines.ts';
import { changeView, resetColumns, type TableView, toggleColumn } from './view.ts';

const GROUPINGS: readonly Grouping[] = ['tree', 'group', 'tag', 'state', 'flat'];
const EXAMPLES = ['state:running', 'cpu>50', 'steal>5', 'tag:web', '-state:running'] as const;

export interface ToolbarProps {
  readonly text: string;
  readonly unknown: readonly string[];
  readonly view: TableView;
  readonly count: number;
  readonly total: number;
  setText(text: string): void;
  exportCsv(): void;
}

export function Toolbar({ text, unknown, view, count, total, setText, exportCsv }: ToolbarProps): ReactNode {
  const field = useRef<HTMLInputElement>(null);
  const [menu, setMenu] = useState<{ kind: 'columns' | 'saved'; at: HTMLElement }>();
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key !== '/' || typing(event.target)) return;
      event.preventDefault();
      field.current?.focus();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
  const close = (): void => setMenu(undefined);
  return (
    <div className="toolbar">
      <TextField
        inputRef={field}
        value={text}
        placeholder={say('filter.placeholder')}
        onChange={(event) => setText(event.target.value)}
        error={unknown.length > 0}
        sx={{ maxWidth: 420 }}
        slotProps={{
          htmlInput: { 'aria-label': say('filter.label'), spellCheck: false },
          input: {
            startAdornment: (
              <InputAdornment position="start">
                <FilterListOutlined />
              </InputAdornment>
            ),
            endAdornment:
              text === '' ? (
                <kbd className="key">/</kbd>
              ) : (
                <span className="quiet tiny found">{say('filter.found', { count, total })}</span>
              ),
          },
        }}
      />
      <Tooltip title={say('filter.saved')}>
        <IconButton aria-label={say('filter.saved')} onClick={(event) => setMenu({ kind: 'saved', at: event.currentTarget })}>
          <BookmarkBorderOutlined />
        </IconButton>
      </Tooltip>
      {unknown.length > 0 && <span className="small warn cut">{say('filter.unknown', { part: unknown.join(' ') })}</span>}
      <span className="grow" />
      <label className="row small second">
        <span className="toolbar-word">{say('group.by')}</span>
        <select
          className="select"
          aria-label={say('group.by')}
          value={view.grouping}
          onChange={(event) => changeView({ grouping: event.target.value as Grouping })}
        >
          {GROUPINGS.map((it) => (
            <option key={it} value={it}>
              {say(`group.${it}` as Words)}
            </option>
          ))}
        </select>
      </label>
      <Tooltip title={say('machines.columns')}>
        <IconButton
          aria-label={say('machines.columns')}
          onClick={(event) => setMenu({ kind: 'columns', at: event.currentTarget })}
        >
          <ViewColumnOutlined />
        </IconButton>
      </Tooltip>
      <Tooltip title={say('word.exportCsv')}>
        <IconButton aria-label={say('word.exportCsv')} onClick={exportCsv}>
          <FileDownloadOutlined />
        </IconButton>
      </Tooltip>
      <Menu open={menu?.kind === 'columns'} anchorEl={menu?.at ?? null} onClose={close}>
        {COLUMNS.map((column) => {
          const on = view.columns.some((it) => it.id === column.id);
          return (
            <MenuItem key={column.id} role="menuitemcheckbox" aria-checked={on} onClick={() => toggleColumn(column.id)}>
              <CheckOutlined style={{ visibility: on ? 'visible' : 'hidden' }} />
              {columnName(column)}
            </MenuItem>
          );
        })}
        <MenuItem divider onClick={resetColumns}>
          <span style={{ width: 18 }} />
          {say('machines.columnsReset')}
        </MenuItem>
      </Menu>
      <Menu open={menu?.kind === 'saved'} anchorEl={menu?.at ?? null} onClose={close}>
        {text !== '' && !view.saved.includes(text) && (
          <MenuItem
            divider
            onClick={() => {
              changeView({ saved: [...view.saved, text] });
              close();
            }}
          >
            {say('filter.save', { text })}
          </MenuItem>
        )}
        {[...view.saved, ...EXAMPLES.filter((it) => !view.saved.includes(it))].map((it) => (
          <MenuItem
            key={it}
            onClick={() => {
              setText(it);
              close();
            }}
          >
            <code>{it}</code>
          </MenuItem>
        ))}
      </Menu>
    </div>
  );
}
