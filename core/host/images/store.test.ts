/** Images in the data folder: whole or not there, and taken in from what came with the program. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ImageStore } from './store.ts';

const RECIPE = 'default 1';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'blanket-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A folder as a package has it: one image, without the folder of its name around it. */
function packaged(): string {
  const made = new ImageStore(join(folder, 'made'));
  made.save(
    { name: 'default', recipe: RECIPE, kernelRelease: '6.1', commandLine: '' },
    {
      kernel: { file: 'kernel', content: Uint8Array.of(1, 2, 3), source: 'a package' },
      initrd: { file: 'initrd', content: Uint8Array.of(4), source: 'another' },
    },
  );
  return made.folderOf('default');
}

it('takes in the image that came with the program', () => {
  const store = new ImageStore(join(folder, 'data'), packaged());
  expect(store.load('default')).toBe('absent');
  expect(store.adopt('default', RECIPE)).toBe(true);
  const image = store.load('default');
  if (typeof image === 'string') throw new Error(image);
  expect([[...image.kernel], [...(image.initrd ?? [])]]).toEqual([[1, 2, 3], [4]]);
  expect(store.manifest('default')?.kernel.source).toBe('a package');
});

it.each([
  ['of another recipe', 'default', 'default 2', (_folder: string) => undefined],
  ['of another name', 'generic', RECIPE, (_folder: string) => undefined],
  ['that is damaged', 'default', RECIPE, (from: string) => writeFileSync(join(from, 'kernel'), 'xyz')],
  ['that is not there', 'default', RECIPE, (from: string) => rmSync(from, { recursive: true })],
])('leaves one alone %s', (_name, name, recipe, spoil) => {
  const from = packaged();
  spoil(from);
  const store = new ImageStore(join(folder, 'data'), from);
  expect(store.adopt(name, recipe)).toBe(false);
  expect(store.load(name)).toBe('absent');
});
