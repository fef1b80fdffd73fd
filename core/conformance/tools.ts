/** Where tests find the files that come from packages which are unpacked, not installed. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FILES } from './tools.table.ts';

const CACHE = resolve(import.meta.dirname, '../../node_modules/.cache/blanket-tools');

export const folderOf = (debian: string): string => join(CACHE, debian);

/** A file of {@link FILES} by its name. */
export function packageFile(name: keyof typeof FILES): string {
  const { debian, path } = FILES[name];
  const file = join(folderOf(debian), path);
  if (!existsSync(file)) throw new Error(`${file} is not there: the setup of the tests unpacks ${debian}`);
  return file;
}
