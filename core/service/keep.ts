/**
 * Keeps a small document on the disk, twice: each time written whole to a new file, flushed, then put in place. One damaged
 * file loses nothing; it is set aside under another name.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import type * as z from 'zod';
import { fileRefusal } from '../host/files.ts';

const copyOf = (file: string): string => `${file}.copy`;

export function keep(file: string, document: unknown): void {
  const text = JSON.stringify(document);
  for (const each of [file, copyOf(file)]) write(each, text);
}

function write(file: string, text: string): void {
  const fresh = `${file}.new`;
  const handle = openSync(fresh, 'w');
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(fresh, file);
}

/**
 * The document, or `otherwise` when there is none.
 * @param damaged told of a file that could not be used and where it was put
 * @throws Refusal for a file that is there and cannot be read: what cannot be read must not be replaced
 */
export function kept<T>(file: string, schema: z.ZodType<T>, otherwise: T, damaged: (aside: string) => void = tellLog): T {
  for (const each of [file, copyOf(file)]) {
    const found = read(each, schema);
    if (found === 'absent') continue;
    if (found !== 'damaged') return found.document;
    const aside = `${each}.damaged-${Date.now()}`;
    renameSync(each, aside);
    damaged(aside);
  }
  return otherwise;
}

const tellLog = (aside: string): void => void process.stderr.write(`a damaged file was set aside: ${aside}\n`);

function read<T>(file: string, schema: z.ZodType<T>): { document: T } | 'absent' | 'damaged' {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return 'absent';
    throw fileRefusal(file, thrown);
  }
  try {
    return { document: schema.parse(JSON.parse(text)) };
  } catch {
    return 'damaged';
  }
}
