/** Keeps a small document on the disk: written whole to a new file, flushed, then put in place; a damaged one is set aside. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import type * as z from 'zod';

export function keep(file: string, document: unknown): void {
  const fresh = `${file}.new`;
  const handle = openSync(fresh, 'w');
  try {
    writeSync(handle, JSON.stringify(document));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(fresh, file);
}

/** The document, or `otherwise` when there is none or it is damaged (it is then kept beside, under another name). */
export function kept<T>(file: string, schema: z.ZodType<T>, otherwise: T): T {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (thrown) {
    process.stderr.write(`${file} is damaged and was set aside: ${String(thrown).slice(0, 400)}\n`);
    renameSync(file, `${file}.damaged-${Date.now()}`);
    return otherwise;
  }
}
