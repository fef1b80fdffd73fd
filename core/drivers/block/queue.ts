/** One interface for disks that answer at once and disks that answer later. */
import type { BlockQueue, Disk } from '../../seams/plugs.ts';

export const queueOf = (disk: Disk): BlockQueue => {
  if ('answers' in disk) return disk;
  const { discard } = disk;
  return {
    answers: 'later',
    sectors: disk.sectors,
    readOnly: disk.readOnly,
    read: (offset, length, done) => done(disk.read(offset, length)),
    write: (offset, bytes, done) => {
      disk.write(offset, bytes);
      done(true);
    },
    flush: (done) => {
      disk.flush();
      done(true);
    },
    ...(discard !== undefined && {
      discard: (offset: number, length: number, done: (ok: boolean) => void): void => {
        discard.call(disk, offset, length);
        done(true);
      },
    }),
  };
};
