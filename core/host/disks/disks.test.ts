/** Disk images against the tool that defines them: what we write qemu-img reads, what it writes we read. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random } from '../../base/random.ts';
import { Refusal } from '../../base/refusal.ts';
import { createDisk, openDisk } from './open.ts';

const MIB = 1024 * 1024;
const seed = Date.now() & 0xffff_ffff;
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'blanket-disks-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const tool = spawnSync('qemu-img', ['--version']).status === 0;
const qemuImg = (...args: string[]): string => execFileSync('qemu-img', args, { encoding: 'utf8' });

/** Random writes to a disk and to a model of it. */
function scribble(path: string, model: Uint8Array, writes: number): void {
  const chance = random(seed);
  const disk = openDisk(path, 'write');
  for (let index = 0; index < writes; index++) {
    const sectors = 1 + chance.below(300);
    const at = 512 * chance.below(model.length / 512 - sectors);
    const bytes = new Uint8Array(512 * sectors).fill(1 + chance.below(255));
    disk.write(at, bytes);
    model.set(bytes, at);
  }
  disk.flush();
  disk.close();
}

describe(`disk images (seed ${seed})`, () => {
  it.each(['raw', 'qcow2'] as const)('%s: what was written is read back after a new opening', (format) => {
    const path = join(folder, `own.${format}`);
    createDisk(path, format, 32 * MIB);
    const model = new Uint8Array(32 * MIB);
    scribble(path, model, 60);
    const disk = openDisk(path, 'read');
    expect(disk.sectors).toBe(65_536);
    expect(Buffer.compare(disk.read(0, model.length), model)).toBe(0);
    disk.close();
  });

  it.runIf(tool)('qcow2: qemu-img finds no fault and reads the same bytes', () => {
    const path = join(folder, 'checked.qcow2');
    createDisk(path, 'qcow2', 32 * MIB);
    const model = new Uint8Array(32 * MIB);
    scribble(path, model, 60);
    expect(qemuImg('check', path)).toContain('No errors were found');
    qemuImg('convert', '-O', 'raw', path, join(folder, 'checked.raw'));
    expect(Buffer.compare(readFileSync(join(folder, 'checked.raw')), model)).toBe(0);
  });

  it.runIf(tool)('qcow2: small clusters, compressed clusters and backing images of qemu-img are read and written', () => {
    const model = new Uint8Array(8 * MIB);
    for (let at = 0; at < model.length; at += 4096) model.fill((at / 4096) & 255, at, at + 4096);
    writeFileSync(join(folder, 'base.raw'), model);
    qemuImg('convert', '-c', '-O', 'qcow2', '-o', 'cluster_size=4096', join(folder, 'base.raw'), join(folder, 'base.qcow2'));
    qemuImg(
      'create',
      '-q',
      '-f',
      'qcow2',
      '-o',
      'cluster_size=512',
      '-b',
      'base.qcow2',
      '-F',
      'qcow2',
      join(folder, 'top.qcow2'),
    );
    for (const name of ['base.qcow2', 'top.qcow2']) {
      const path = join(folder, name);
      const copy = model.slice();
      if (name === 'base.qcow2') scribble(path, copy, 20);
      else {
        scribble(join(folder, 'base.qcow2'), model, 0);
        const before = openDisk(join(folder, 'base.qcow2'), 'read');
        copy.set(before.read(0, copy.length));
        before.close();
        scribble(path, copy, 20);
      }
      const disk = openDisk(path, 'read');
      expect(Buffer.compare(disk.read(0, copy.length), copy)).toBe(0);
      disk.close();
      expect(qemuImg('check', path)).toContain('No errors were found');
    }
  });

  it('refuses what it does not understand, with a remedy', () => {
    const path = join(folder, 'odd.qcow2');
    createDisk(path, 'qcow2', 8 * MIB);
    const bytes = readFileSync(path);
    const spoilt = (at: number, value: number): string => {
      const copy = Buffer.from(bytes);
      copy[at] = value;
      writeFileSync(join(folder, 'spoilt.qcow2'), copy);
      return join(folder, 'spoilt.qcow2');
    };
    for (const [at, value] of [
      [7, 9],
      [23, 40],
      [79, 8],
      [35, 1],
      [24, 0xff],
    ] as const)
      expect(() => openDisk(spoilt(at, value), 'read')).toThrow(Refusal);
    expect(() => openDisk(join(folder, 'absent'), 'read')).toThrow(/ENOENT/);
    truncateSync(path, 100);
    const cut = openDisk(path, 'read');
    expect(cut.read(0, 512).every((byte) => byte === 0)).toBe(true);
  });
});
