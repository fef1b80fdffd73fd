/** Disks of machines are listed with what they take, and exported while nobody writes to them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { worldFiles } from '../../host/world-files.ts';
import type { Work } from '../desk.ts';
import { diskFile } from './devices.ts';
import type { Guest } from './guest.ts';
import { worldVolumes } from './volumes.ts';

const MIB = 2 ** 20;
const DISK = { id: 'xvda', image: '', sizeMib: 8, readOnly: false };
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'blanket-volumes-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const work: Work = { progress: () => undefined, say: () => undefined, check: () => undefined };
const guestIn = (state: string): Guest => ({ state, machine: { id: 'i1.1', name: 'web', disks: [DISK] } }) as unknown as Guest;

function volumesOf(guest: Guest) {
  const files = worldFiles(join(folder, 'world'), folder);
  const disk = files.disk(diskFile('i1.1', DISK), DISK.sizeMib * MIB, '');
  disk.write(MIB, new Uint8Array(MIB).fill(9));
  disk.flush();
  disk.close();
  return worldVolumes({ instance: 'i1', files, guests: () => [guest], yield: () => Promise.resolve() });
}

it('lists a disk with its size and what it takes on this computer', () => {
  const [volume] = volumesOf(guestIn('running')).list();
  expect(volume).toMatchObject({ name: 'web xvda', virtualBytes: 8 * MIB, usedBy: ['i1.1'] });
  expect(volume?.realBytes).toBeGreaterThanOrEqual(MIB);
  expect(volume?.realBytes).toBeLessThan(4 * MIB);
});

it.each(['raw', 'qcow2'] as const)('exports a disk of a stopped machine as %s', async (format) => {
  const to = join(folder, `out.${format}`);
  await volumesOf(guestIn('stopped')).export('i1.1', 'xvda', format, to, work);
  const information = JSON.parse(execFileSync('qemu-img', ['info', '--output=json', to], { encoding: 'utf8' })) as object;
  expect(information).toMatchObject({ format, 'virtual-size': 8 * MIB });
});

it('refuses a disk that is being written to, and one that is not there', async () => {
  const to = join(folder, 'never.raw');
  await expect(volumesOf(guestIn('running')).export('i1.1', 'xvda', 'raw', to, work)).rejects.toThrow('may write to its disk');
  await expect(volumesOf(guestIn('stopped')).export('i1.1', 'xvdz', 'raw', to, work)).rejects.toThrow('has no disk xvdz');
});
