/** What CPUID offers is there: every instruction of an offered feature has a handler. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OFFERED } from '../../abi/x86/cpuid.table.ts';
import type { Row } from '../../isa/row.ts';

const core = resolve(import.meta.dirname, '../..');
const handlersFolder = join(core, 'hardware/cpu/hot/exec');
const rowsFolder = join(core, 'isa/rows');

const handlers = new Set(
  readdirSync(handlersFolder)
    .map((file) => readFileSync(join(handlersFolder, file), 'utf8'))
    .flatMap((text) => [...text.matchAll(/export function (\w+)/g)].map((match) => match[1] ?? '')),
);

async function rows(): Promise<Row[]> {
  const modules = await Promise.all(
    readdirSync(rowsFolder).map((file) => import(join(rowsFolder, file)) as Promise<Record<string, unknown>>),
  );
  const tables = modules.flatMap((module) => Object.values(module)).filter((value): value is unknown[] => Array.isArray(value));
  return tables.flat().filter((row): row is Row => typeof (row as Row | undefined)?.code === 'string');
}

describe('CPUID', () => {
  it('offers only features whose instructions all have handlers', async () => {
    const offered = new Set<string>(OFFERED);
    const missing = (await rows())
      .filter((row) => row.feature !== undefined && offered.has(row.feature))
      .filter((row) => !handlers.has(row.handler ?? row.name.toLowerCase()))
      .map((row) => row.name);
    expect(missing).toEqual([]);
  });
});
