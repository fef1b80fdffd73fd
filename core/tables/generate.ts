/** Writes every generated file, or with --check fails if one is stale. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeTables, dispatcher, rowList } from './decoder.ts';
import { coldOffsets, hotOffsets } from './layouts.ts';
import { byOpcode, findHandlers, loadRows, numberRows } from './rows.ts';

const core = dirname(dirname(fileURLToPath(import.meta.url)));
const hot = join(core, 'hardware/cpu/hot');

/** Generated files by path below core. */
export async function generated(): Promise<Map<string, string>> {
  const rows = await loadRows(join(core, 'isa/rows'));
  const { numbered, variants } = numberRows(rows, findHandlers(hot));
  return new Map([
    ['hardware/cpu/hot/gen/offsets.ts', hotOffsets()],
    ['hardware/cpu/gen/offsets.ts', coldOffsets()],
    ['hardware/cpu/hot/gen/decode-tables.ts', decodeTables(byOpcode(numbered))],
    ['hardware/cpu/hot/gen/dispatch.ts', dispatcher(variants)],
    ['isa/gen/row-ids.ts', rowList(variants)],
  ]);
}

function current(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Brings the files up to date; returns the paths that were not. */
export async function generate(check: boolean): Promise<string[]> {
  const stale: string[] = [];
  for (const [name, text] of await generated()) {
    const path = join(core, name);
    if (current(path) === text) continue;
    stale.push(name);
    if (check) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return stale;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const check = process.argv.includes('--check');
  const stale = await generate(check);
  if (check && stale.length > 0) {
    process.stderr.write(`stale, run \`npm run generate\`:\n${stale.map((name) => `  core/${name}`).join('\n')}`);
    process.exitCode = 1;
  }
}
