/** Snapshots keep disks whole, form a tree, and are gone with their machine. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { worldFiles } from '../../host/world-files.ts';
import type { Work } from '../desk.ts';
import { diskFile } from './devices.ts';
import type { Guest } from './guest.ts';
import { Snapshots } from './snapshots.ts';

const MIB = 2 ** 20;
const DISK = { id: 'xvda', image: '', sizeMib: 4, readOnly: false };
const work: Work = { progress: () => undefined, say: () => undefined, check: () => undefined };
let folder = '';
let files: ReturnType<typeof worldFiles>;
let guest: Guest;
let snapshots: Snapshots;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'blanket-snapshots-'));
  files = worldFiles(join(folder, 'world'), folder);
  guest = {
    state: 'stopped',
    domain: undefined,
    stop: () => undefined,
    machine: { id: 'i1.1', disks: [DISK] },
  } as unknown as Guest;
  snapshots = new Snapshots({
    files,
    frequency: 1e9,
    guest: () => guest,
    suspend: () => Promise.resolve(),
    now: () => 1000,
  });
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(value: number): void {
  const disk = files.disk(diskFile('i1.1', DISK), DISK.sizeMib * MIB, '');
  disk.write(0, new Uint8Array(4096).fill(value));
  disk.flush();
  disk.close();
}
function first(): number | undefined {
  const disk = files.disk(diskFile('i1.1', DISK), DISK.sizeMib * MIB, '');
  const [value] = disk.read(0, 512);
  disk.close();
  return value;
}

it('goes back to what the disk was, and forward again to another snapshot', async () => {
  write(1);
  await snapshots.take('i1.1', 'one', 'before', work);
  write(2);
  await snapshots.take('i1.1', 'two', '', work);
  write(3);
  await snapshots.revert('i1.1', 's1', work);
  expect(first()).toBe(1);
  await snapshots.revert('i1.1', 's2', work);
  expect(first()).toBe(2);
});

it('goes back to a disk that had never been written', async () => {
  await snapshots.take('i1.1', 'empty', '', work);
  write(5);
  await snapshots.revert('i1.1', 's1', work);
  expect(first()).toBe(0);
});

it('forms a tree: what follows a reverted snapshot is its child, and children outlive their parent', async () => {
  write(1);
  for (const name of ['one', 'two']) await snapshots.take('i1.1', name, '', work);
  await snapshots.revert('i1.1', 's1', work);
  await snapshots.take('i1.1', 'three', '', work);
  const tree = async () => (await snapshots.list('i1.1')).map((it) => [it.id, it.parent, it.current]);
  expect(await tree()).toEqual([
    ['s1', null, false],
    ['s2', 's1', false],
    ['s3', 's1', true],
  ]);
  await snapshots.remove('i1.1', 's1');
  expect(await tree()).toEqual([
    ['s2', null, false],
    ['s3', null, true],
  ]);
});

it('never gives a number out again, and says what is not there', async () => {
  await snapshots.take('i1.1', 'one', '', work);
  await snapshots.remove('i1.1', 's1');
  await snapshots.take('i1.1', 'two', '', work);
  expect((await snapshots.list('i1.1')).map((it) => it.id)).toEqual(['s2']);
  await expect(snapshots.revert('i1.1', 's1', work)).rejects.toThrow('There is no snapshot s1.');
});

it('leaves no file behind when its machine is removed', async () => {
  write(1);
  for (const name of ['one', 'two']) await snapshots.take('i1.1', name, '', work);
  snapshots.drop(guest);
  expect(readdirSync(join(folder, 'world'))).toEqual([diskFile('i1.1', DISK)]);
});
