/** The frame of a picture: what it answers, the picture or the same as a table, and either as a file. */
import FileDownloadOutlined from '@mui/icons-material/FileDownloadOutlined';
import ImageOutlined from '@mui/icons-material/ImageOutlined';
import TableRowsOutlined from '@mui/icons-material/TableRowsOutlined';
import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';
import { type ReactNode, useId, useRef, useState } from 'react';
import { call } from '../desk/client.ts';
import { say } from '../words/say.ts';
import { csvOf } from './csv.ts';
import { significant } from './format.ts';
import { pngOf } from './png.ts';
import { run } from './run.ts';
import './picture.css';

type Rows = readonly (readonly (string | number)[])[];
export interface TableOf {
  readonly head: readonly string[];
  readonly rows: Rows;
  /** What goes into a file, where that is not what is read: numbers without their units. */
  readonly data?: Rows;
}

export function Picture({
  title,
  answer,
  table,
  wide = false,
  children,
}: {
  title: string;
  answer: ReactNode;
  table: TableOf;
  wide?: boolean;
  children: ReactNode;
}): ReactNode {
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  const drawn = useRef<HTMLDivElement>(null);
  const name = title.replace(/[^\w .-]/g, ' ');
  return (
    <section className={wide ? 'card picture wide' : 'card picture'} aria-labelledby={id}>
      <div className="picture-head">
        <h2 id={id}>{title}</h2>
        <span className="grow" />
        <Tooltip title={say('picture.table')}>
          <IconButton
            aria-label={`${say('picture.table')}: ${title}`}
            aria-pressed={asTable}
            onClick={() => setAsTable(!asTable)}
          >
            <TableRowsOutlined />
          </IconButton>
        </Tooltip>
        <Tooltip title={say('word.exportCsv')}>
          <IconButton
            aria-label={`${say('word.exportCsv')}: ${title}`}
            onClick={() =>
              run(() => call('file.export', { name, kind: 'csv', bytes: csvOf([table.head, ...(table.data ?? table.rows)]) }))
            }
          >
            <FileDownloadOutlined />
          </IconButton>
        </Tooltip>
        <Tooltip title={say('word.exportPng')}>
          <span>
            <IconButton
              aria-label={`${say('word.exportPng')}: ${title}`}
              disabled={asTable}
              onClick={() =>
                run(async () => {
                  if (drawn.current !== null)
                    await call('file.export', { name, kind: 'png', bytes: await pngOf(drawn.current, title) });
                })
              }
            >
              <ImageOutlined />
            </IconButton>
          </span>
        </Tooltip>
      </div>
      <p className="second small">{answer}</p>
      {asTable ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reached by the keyboard
        <section className="picture-table" tabIndex={0} aria-label={title}>
          <table className="plain">
            <thead>
              <tr>
                {table.head.map((it) => (
                  <th key={it} className="number">
                    {it}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.map((row) => (
                <tr key={row.join(' ')}>
                  {row.map((cell, index) => (
                    <td key={table.head[index]} className="number">
                      {typeof cell === 'number' ? significant(cell) : cell}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ) : (
        <div ref={drawn}>{children}</div>
      )}
    </section>
  );
}
