/** A disk that fails tells a person once, and again when it had worked in between. */
import { expect, it } from 'vitest';
import { Refusal } from '../base/refusal.ts';
import { reportingDisk } from './reporting-disk.ts';

const SECTOR = new Uint8Array(512);

it('tells of each kind of failure once, until it is over', () => {
  let full = true;
  let closed = false;
  const told: string[] = [];
  const disk = reportingDisk(
    {
      sectors: 8,
      readOnly: false,
      read: () => SECTOR,
      write: () => {
        if (full) throw new Refusal('disk-enospc', 'the disk is full', 'Free some space.');
      },
      flush: () => {
        if (full) throw new Refusal('disk-enospc', 'the disk is full', 'Free some space.');
      },
      close: () => {
        closed = true;
      },
    },
    ({ code }) => void told.push(code),
  );
  const write = (): void => disk.write(0, SECTOR);
  expect(write).toThrow('the disk is full');
  expect(write).toThrow('the disk is full');
  expect(told).toHaveLength(1);
  expect(disk.read(0, 512)).toBe(SECTOR);
  expect(() => disk.flush()).toThrow('the disk is full');
  expect(told).toHaveLength(2);
  full = false;
  write();
  full = true;
  expect(write).toThrow('the disk is full');
  expect(told).toHaveLength(3);
  disk.close();
  expect([closed, 'discard' in disk]).toEqual([true, false]);
});
