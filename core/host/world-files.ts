/** Files of one world: saved states, and disk images that are made when they are first asked for. */
import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Refusal } from '../base/refusal.ts';
import { convertDisk } from './disks/copy.ts';
import { DiskLibrary } from './disks/library.ts';
import { createDisk, openDisk } from './disks/open.ts';
import { exists, readBytes } from './files.ts';

/**
 * @param folder of the world; made when something is written
 * @param dataFolder where the library of disks is
 */
export function worldFiles(folder: string, dataFolder: string) {
  const library = new DiskLibrary(dataFolder);
  const at = (path: string): string => join(folder, path);
  return {
    write: (path: string, pieces: Iterable<Uint8Array>): void => {
      const fresh = `${at(path)}.new`;
      try {
        mkdirSync(dirname(fresh), { recursive: true });
        const file = openSync(fresh, 'w');
        try {
          for (const piece of pieces) for (let done = 0; done < piece.length; ) done += writeSync(file, piece, done);
          fsyncSync(file);
        } finally {
          closeSync(file);
        }
        renameSync(fresh, at(path));
      } catch (cause) {
        if (cause instanceof Refusal) throw cause;
        rmSync(fresh, { force: true });
        throw new Refusal(
          'not-written',
          `${at(path)} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
          'Free space on the disk and try again.',
          { cause },
        );
      }
    },
    read: (path: string): Uint8Array | undefined => (exists(at(path)) ? readBytes(at(path)) : undefined),
    remove: (path: string): void => rmSync(at(path), { force: true }),
    copy: (from: string, to: string): void => {
      if (exists(at(from))) copyFileSync(at(from), at(to), constants.COPYFILE_FICLONE);
    },
    disk: (path: string, bytes: number, begin: string) => {
      mkdirSync(folder, { recursive: true });
      if (!exists(at(path))) {
        if (begin === '') createDisk(at(path), 'qcow2', bytes);
        else createDisk(at(path), 'qcow2', Math.max(bytes, library.known(begin).virtualBytes), library.known(begin).path);
      }
      return openDisk(at(path), 'write');
    },
    exportDisk: (path: string, to: string, format: 'raw' | 'qcow2') => convertDisk(at(path), to, format),
    ownDisk: (path: string, readOnly: boolean) => openDisk(path, readOnly ? 'read' : 'write'),
    size: (path: string): number => (exists(at(path)) ? statSync(at(path)).blocks * 512 : 0),
  };
}
