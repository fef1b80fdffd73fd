/** A document survives the damage of either of its files. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import * as z from 'zod';
import { keep, kept } from './keep.ts';

const schema = z.object({ value: z.number() });
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'blanket-keep-'));
  file = join(folder, 'document.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('gives back what was kept last, and the given one when there is none', () => {
  expect(kept(file, schema, { value: 0 })).toEqual({ value: 0 });
  keep(file, { value: 1 });
  keep(file, { value: 2 });
  expect(kept(file, schema, { value: 0 })).toEqual({ value: 2 });
});

it.each(['document.json', 'document.json.copy'])('loses nothing when %s is cut short', (name) => {
  keep(file, { value: 7 });
  writeFileSync(join(folder, name), readFileSync(join(folder, name), 'utf8').slice(0, 5));
  const told: string[] = [];
  expect(kept(file, schema, { value: 0 }, (aside) => told.push(aside))).toEqual({ value: 7 });
  expect(told.map((it) => readFileSync(it, 'utf8'))).toEqual(name.endsWith('copy') ? [] : ['{"val']);
});

it('sets both aside when both are damaged', () => {
  writeFileSync(file, '{');
  writeFileSync(`${file}.copy`, '[]');
  expect(kept(file, schema, { value: 3 }, () => undefined)).toEqual({ value: 3 });
  expect(readdirSync(folder).every((name) => name.includes('.damaged-'))).toBe(true);
});

it('leaves the old document in place when the disk is full', () => {
  keep(file, { value: 1 });
  symlinkSync('/dev/full', `${file}.new`);
  expect(() => keep(file, { value: 2 })).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
  expect(kept(file, schema, { value: 0 })).toEqual({ value: 1 });
});

it('refuses a document that is there and cannot be read, and leaves it', () => {
  mkdirSync(file);
  expect(() => kept(file, schema, { value: 0 })).toThrow(expect.objectContaining({ code: 'file' }));
  expect(readdirSync(folder)).toEqual(['document.json']);
});
