/** Imports point one way: every import of every source file is an arrow that the table allows. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LAYERS, OUTSIDE, RING_ZERO } from './layers.table.ts';

const root = resolve(import.meta.dirname, '../../..');

function sources(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/(^|\/)(build|dist|node_modules)\//.test(name))
    .map((name) => join(folder, name));
}

/** Paths, from the root, of the project's own files that `file` imports. */
function imports(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const statements =
    /^(?:import|export)\b[^;`]*?\bfrom\s*['"](\.[^'"]+)['"]|^import\s*['"](\.[^'"]+)['"]|\bimport\(\s*['"](\.[^'"]+)['"]/gm;
  const specifiers = [...text.matchAll(statements)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  // Only the hot folder, which another compiler reads, leaves the extension out; generators hold such lines as text.
  const real = specifiers.filter((specifier) => file.includes('/hot/') || /\.tsx?$/.test(specifier));
  return real.map((specifier) => relative(root, resolve(root, dirname(file), specifier)));
}

const coreFolder = (path: string): string | undefined => /^core\/([^/]+)\//.exec(path)?.[1];
const isTest = (path: string): boolean => /\.test\.tsx?$|\/testing\//.test(path);

function violations(): string[] {
  const found: string[] = [];
  for (const file of sources('core').filter((path) => !isTest(path))) {
    const from = coreFolder(file) ?? '(core)';
    const allowed = LAYERS[from];
    for (const target of imports(file)) {
      const to = coreFolder(target);
      if (to === undefined) found.push(`${file} leaves core: ${target}`);
      else if (to !== from && !allowed?.includes(to)) found.push(`${file} → ${target}`);
    }
  }
  for (const file of ['renderer', 'main'].flatMap(sources).filter((path) => !isTest(path))) {
    const allowed =
      OUTSIDE[
        Object.keys(OUTSIDE)
          .sort((a, b) => b.length - a.length)
          .find((name) => file.startsWith(`${name}/`)) ?? ''
      ];
    for (const target of imports(file)) {
      const to = coreFolder(target);
      if (to !== undefined && !allowed?.includes(to)) found.push(`${file} → ${target}`);
      if (target.startsWith('e2e/')) found.push(`${file} → ${target}`);
      if (file.startsWith('renderer/') && target.startsWith('main/')) found.push(`${file} → ${target}`);
    }
  }
  return found;
}

/** Everything that `file` imports, and what that imports in turn. */
function closure(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const target of imports(file)) closure(target, seen);
  return seen;
}

describe('the layers', () => {
  it('has a rule for every folder of core', () => {
    const folders = readdirSync(join(root, 'core'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map((entry) => entry.name).filter((name) => LAYERS[name] === undefined)).toEqual([]);
  });

  it('draws arrows in one direction only', () => {
    const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
      (LAYERS[from] ?? []).some((next) => next === to || (!seen.has(next) && reaches(next, to, seen.add(next))));
    expect(Object.keys(LAYERS).filter((folder) => reaches(folder, folder))).toEqual([]);
  });

  it('contains no import that the table does not allow', () => {
    expect(sources('core').length).toBeGreaterThan(10);
    expect(violations()).toEqual([]);
  });

  it('keeps ring 0 from programs of a control or driver domain', () => {
    const programs = RING_ZERO.without.flatMap((folder) => sources(`core/${folder}`)).filter((path) => !isTest(path));
    expect(programs.length).toBeGreaterThan(20);
    const reached = programs.flatMap((file) =>
      [...closure(file)].filter((target) => RING_ZERO.seams.some((seam) => seam === target)).map((seam) => `${file} → ${seam}`),
    );
    expect(reached).toEqual([]);
  });
});
