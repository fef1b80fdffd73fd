/** Rows as text: a table for people, CSV for programs. */
import { csvLine } from '../cloud/import/csv.ts';

export type Cell = string | number | boolean | null | undefined;
export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

const short = (cell: Cell): string => {
  if (cell === null || cell === undefined) return '-';
  return typeof cell === 'number' && !Number.isInteger(cell) ? String(Number(cell.toPrecision(4))) : String(cell);
};
const exact = (cell: Cell): string => (cell === null || cell === undefined ? '' : String(cell));
const numeric = (cell: Cell): boolean => typeof cell === 'number' || cell === null || cell === undefined;

/** Columns as wide as their widest cell, numbers to the right. */
export function tableText({ header, rows }: Table): string {
  const cells = rows.map((row) => row.map(short));
  const width = header.map((name, at) => Math.max(name.length, ...cells.map((row) => row[at]?.length ?? 0)));
  const right = header.map((_, at) => rows.length > 0 && rows.every((row) => numeric(row[at])));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => (right[at] ? cell.padStart(width[at] ?? 0) : cell.padEnd(width[at] ?? 0)))
      .join('  ')
      .trimEnd();
  return `${[line(header), line(width.map((n) => '-'.repeat(n))), ...cells.map(line)].join('\n')}\n`;
}

export const tableCsv = ({ header, rows }: Table): string =>
  `${[header, ...rows.map((row) => row.map(exact))].map(csvLine).join('\r\n')}\r\n`;
