/** Reads price lists from files for the command line: the shipped ones, and those a person names. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { Refusal } from '../base/refusal.ts';
import { type Catalogue, parseCatalogue } from '../cloud/catalogue.ts';
import { importPrices, listIdFrom } from '../cloud/import/detect.ts';
import type { About, Intake, Progress } from '../cloud/import/intake.ts';
import { textPieces } from '../host/files.ts';
import { CATALOGUES } from './shipped.ts';

/** A file's text, or a refusal that names it. */
export async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

const unreadable = (path: string, cause: unknown): Refusal =>
  new Refusal(
    'file-unreadable',
    `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
    'Check the path and its permissions.',
    { cause },
  );

/** The shipped price lists and the catalogue files named, by id; a named one replaces a shipped one of the same id. */
export async function cataloguesFrom(paths: readonly string[]): Promise<Map<string, Catalogue>> {
  const names = (await readdir(CATALOGUES)).filter((name) => name.endsWith('.json')).sort();
  const shipped = await Promise.all(names.map(async (name) => parseCatalogue(await readFile(join(CATALOGUES, name), 'utf8'))));
  const named = await Promise.all(paths.map(async (path) => parseCatalogue(await textOf(path))));
  return new Map([...shipped, ...named].map((it) => [it.id, it]));
}

/** Imports a price list of any known format from a file; memory does not grow with its size. */
export async function importFile(
  path: string,
  about: Omit<About, 'id' | 'name'> & { id?: string; name?: string },
  onProgress?: (progress: Progress) => void,
): Promise<Intake & { format: string }> {
  const plain = basename(path, extname(path));
  return importPrices(textPieces(path), { ...about, id: about.id ?? listIdFrom(plain), name: about.name ?? plain }, onProgress);
}
