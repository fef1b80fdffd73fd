/** Disks side by side on the disk of a container. */
import { describe, expect, it } from 'vitest';
import type { BlockStore } from '../../seams/plugs.ts';
import { memoryDisk } from '../../seams/testing/memory-disk.ts';
import { createShelf } from './shelf.ts';

const MIB = 2 ** 20;
const SECTORS = MIB / 512;

describe('a shelf', () => {
  it('keeps what is written to a part in its disk and nowhere else', () => {
    const shelf = createShelf();
    const [one, two] = [memoryDisk(SECTORS), memoryDisk(2 * SECTORS)];
    const parts = [shelf.put(one.store), shelf.put(two.store)];
    expect(parts.map((part) => part?.offset)).toEqual([0, MIB]);
    shelf.disk.write(MIB + 512, new Uint8Array(512).fill(7));
    expect([one.log, two.log]).toEqual([[], ['write 512 512']]);
    expect(shelf.disk.read(MIB, 1024)).toEqual(two.content.slice(0, 1024));
  });

  it('serves a range over several parts and the gaps between them', () => {
    const shelf = createShelf();
    const [one, two, three] = [memoryDisk(SECTORS), memoryDisk(SECTORS), memoryDisk(SECTORS)];
    shelf.put(one.store);
    shelf.put(two.store)?.remove();
    expect(shelf.put(three.store)?.offset).toBe(MIB);
    shelf.disk.write(MIB - 512, new Uint8Array(1024).fill(5));
    expect([one.log, three.log]).toEqual([[`write ${MIB - 512} 512`], ['write 0 512']]);
    expect([...shelf.disk.read(2 * MIB - 512, 1024)].every((byte) => byte === 0)).toBe(true);
  });

  it('flushes the disks that were written, once', () => {
    const shelf = createShelf();
    const [one, two] = [memoryDisk(SECTORS), memoryDisk(SECTORS)];
    shelf.put(one.store);
    shelf.put(two.store);
    shelf.disk.write(MIB, new Uint8Array(512));
    shelf.disk.flush();
    shelf.disk.flush();
    expect([one.log, two.log]).toEqual([[], ['write 0 512', 'flush']]);
  });

  it('lets nothing reach a disk that was taken away, or one that may not be written', () => {
    const shelf = createShelf();
    const [gone, fixed] = [memoryDisk(SECTORS), memoryDisk(SECTORS, { readOnly: true })];
    shelf.put(gone.store)?.remove();
    shelf.put(fixed.store);
    shelf.disk.write(0, new Uint8Array(512));
    shelf.disk.discard?.(0, 512);
    shelf.disk.flush();
    expect([gone.log, fixed.log]).toEqual([[], []]);
  });

  it('fills the gaps first and refuses what finds none', () => {
    const shelf = createShelf();
    const sized = (sectors: number): BlockStore => memoryDisk(0, { sectors }).store;
    const first = shelf.put(sized(4096));
    expect(shelf.put(sized(2 ** 36))?.offset).toBe(2 * MIB);
    expect(shelf.put(sized(2 ** 37))).toBeUndefined();
    first?.remove();
    expect(shelf.put(sized(2048))?.offset).toBe(0);
    expect(shelf.put(sized(2048))?.offset).toBe(MIB);
  });
});
