/** Append-only records kept as one JSON line each: the audit log and the history of tasks. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import type * as z from 'zod';

export class Records<T> {
  private rows: T[];

  /** @param keep rows that survive a restart; a damaged line is dropped, the others stay */
  constructor(
    private readonly file: string,
    schema: z.ZodType<T>,
    private readonly keep: number,
  ) {
    this.rows = read(file, schema).slice(-keep);
  }

  get all(): readonly T[] {
    return this.rows;
  }

  add(row: T): void {
    this.rows.push(row);
    try {
      appendFileSync(this.file, `${JSON.stringify(row)}\n`);
      if (this.rows.length > this.keep * 2) this.write(this.rows.slice(-this.keep));
    } catch {
      // A full disk must not stop the work the record is about.
    }
  }

  clear(): void {
    this.write([]);
  }

  private write(rows: T[]): void {
    this.rows = rows;
    writeFileSync(this.file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }
}

function read<T>(file: string, schema: z.ZodType<T>): T[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    try {
      const parsed = schema.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      return [];
    }
  });
}
