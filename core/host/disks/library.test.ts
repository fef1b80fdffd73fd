/** Disks are imported and exported whole, sparse, and in formats that qemu-img reads. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { random } from '../../base/random.ts';
import { convertDisk } from './copy.ts';
import { DiskLibrary } from './library.ts';
import { createDisk } from './open.ts';

const MIB = 2 ** 20;
const seed = Date.now() & 0xffff_ffff;
let folder = '';
let library: DiskLibrary;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'blanket-library-'));
  library = new DiskLibrary(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A raw file with some content and holes between. */
function rawFile(name: string, bytes: number): string {
  const chance = random(seed);
  const path = join(folder, name);
  const content = new Uint8Array(bytes);
  for (let index = 0; index < 12; index++) content.fill(1 + chance.below(255), chance.below(bytes), chance.below(bytes));
  content.fill(0, bytes / 4, (3 * bytes) / 4);
  writeFileSync(path, content);
  return path;
}
const run = (steps: Iterable<unknown>): number => [...steps].length;
const compare = (a: string, b: string): string => execFileSync('qemu-img', ['compare', a, b], { encoding: 'utf8' });

it(`imports a raw file as qcow2 and exports it in both formats, equal each time (seed ${seed})`, () => {
  const raw = rawFile('a.raw', 24 * MIB);
  run(library.add('web', raw));
  const path = library.path('web') ?? '';
  expect(compare(raw, path)).toContain('identical');
  for (const format of ['raw', 'qcow2'] as const) {
    const out = join(folder, `out.${format}`);
    run(convertDisk(path, out, format));
    expect(compare(raw, out)).toContain('identical');
  }
});

it('leaves what is empty unwritten', () => {
  const path = join(folder, 'holes.raw');
  writeFileSync(path, new Uint8Array(MIB).fill(7));
  truncateSync(path, 64 * MIB);
  run(library.add('holes', path));
  expect(statSync(library.path('holes') ?? '').blocks * 512).toBeLessThan(3 * MIB);
  expect(library.list().find((disk) => disk.name === 'holes')).toMatchObject({ virtualBytes: 64 * MIB });
});

it('tells how far it is, and leaves nothing behind when it is not finished', () => {
  const raw = rawFile('b.raw', 16 * MIB);
  const steps = library.add('half', raw);
  expect(steps.next().value).toEqual({ done: 4 * MIB, of: 16 * MIB });
  steps.return(undefined);
  expect(library.path('half')).toBeUndefined();
  expect(readdirSync(join(folder, 'disks')).filter((file) => file.includes('half'))).toEqual([]);
});

it('refuses a name that is taken, or that is no name, and a file that is not there', () => {
  const raw = rawFile('c.raw', MIB);
  run(library.add('taken', raw));
  expect(() => run(library.add('taken', raw))).toThrow('There is a disk taken already.');
  expect(() => run(library.add('../escape', raw))).toThrow('is no name for a disk');
  expect(() => run(library.add('gone', join(folder, 'nothing.raw')))).toThrow();
  expect(existsSync(join(folder, 'escape.qcow2'))).toBe(false);
});

it('knows which images begin as a disk, at any depth', () => {
  run(library.add('base', rawFile('f.raw', MIB)));
  const inside = join(folder, 'instances', 'i1');
  mkdirSync(inside, { recursive: true });
  createDisk(join(inside, 'over.qcow2'), 'qcow2', MIB, library.known('base').path);
  createDisk(join(inside, 'alone.qcow2'), 'qcow2', MIB);
  expect(library.overlays('base', join(folder, 'instances'))).toEqual([join('i1', 'over.qcow2')]);
  expect(library.overlays('base', join(folder, 'nowhere'))).toEqual([]);
});

it('removes a disk once', () => {
  run(library.add('old', rawFile('d.raw', MIB)));
  expect([library.remove('old'), library.remove('old')]).toEqual([true, false]);
});

it('takes a compressed qcow2 of qemu-img', () => {
  const raw = rawFile('e.raw', 8 * MIB);
  const packed = join(folder, 'e.qcow2');
  execFileSync('qemu-img', ['convert', '-c', '-O', 'qcow2', raw, packed]);
  run(library.add('packed', packed));
  expect(compare(raw, library.path('packed') ?? '')).toContain('identical');
});
