/** A qcow2 image on a disk that is full now and then: what was refused is refused, what was written stays, the image is whole. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { random } from '../../base/random.ts';
import { attempt, Refusal } from '../../base/refusal.ts';
import type { ImageFile } from './file.ts';
import { openImage } from './file.ts';
import { createDisk, openDisk } from './open.ts';
import { qcow2Disk, readHeader } from './qcow2.ts';

const MIB = 2 ** 20;
const SECTOR = 512;
const WRITES = 600;
const seed = Date.now() & 0xffff_ffff;
const folder = mkdtempSync(join(tmpdir(), 'blanket-full-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The same file, of which a write that would make it longer than allowed is refused, as a full disk refuses it. */
const limited = (file: ImageFile, limit: { bytes: number }): ImageFile => ({
  ...file,
  get length() {
    return file.length;
  },
  write: (offset, bytes) => {
    if (offset + bytes.length > limit.bytes) throw new Refusal('disk-enospc', `${file.path}: no space left`, 'Free some space.');
    file.write(offset, bytes);
  },
});

describe(`an image on a full disk (seed ${seed})`, () => {
  it('keeps every sector that was not refused, then and in the next process', () => {
    const chance = random(seed);
    const path = join(folder, 'disk.qcow2');
    createDisk(path, 'qcow2', 64 * MIB);
    const file = openImage(path, 'write');
    const limit = { bytes: file.length };
    const disk = qcow2Disk(limited(file, limit), readHeader(file), undefined);
    const model = new Uint8Array(64 * MIB);
    /** Sectors of writes that were refused hold the old content or the new. */
    const unsure = new Set<number>();
    let refused = 0;
    for (let index = 0; index < WRITES; index++) {
      if (chance.below(4) === 0) limit.bytes = file.length + MIB / 4;
      const sectors = 1 + chance.below(200);
      const first = chance.below(model.length / SECTOR - sectors);
      const bytes = new Uint8Array(SECTOR * sectors).fill(1 + chance.below(255));
      const outcome = attempt(() => disk.write(first * SECTOR, bytes));
      if ('refusal' in outcome) refused += 1;
      else model.set(bytes, first * SECTOR);
      for (let sector = first; sector < first + sectors; sector++)
        if ('refusal' in outcome) unsure.add(sector);
        else unsure.delete(sector);
    }
    expect(refused).toBeGreaterThan(WRITES / 20);
    const differing = (read: Uint8Array): number[] =>
      Array.from({ length: model.length / SECTOR }, (_, sector) => sector).filter((sector) => {
        const [from, to] = [sector * SECTOR, (sector + 1) * SECTOR];
        return !unsure.has(sector) && Buffer.compare(read.subarray(from, to), model.subarray(from, to)) !== 0;
      });
    const before = disk.read(0, model.length);
    expect(differing(before)).toEqual([]);
    disk.flush();
    disk.close();
    const again = openDisk(path, 'read');
    expect(Buffer.compare(again.read(0, model.length), before)).toBe(0);
    again.close();
    const checked = spawnSync('qemu-img', ['check', '-f', 'qcow2', path], { encoding: 'utf8' });
    // Status 3: clusters that are counted and not used, which is what a refusal leaves.
    if (checked.error === undefined)
      expect([[0, 3].includes(checked.status ?? -1), checked.stdout]).toEqual([true, expect.any(String)]);
  });
});
