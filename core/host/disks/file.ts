/** An open image file: positioned reads and writes that are whole or refuse. */
import { closeSync, constants, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { Refusal } from '../../base/refusal.ts';

export interface ImageFile {
  readonly path: string;
  readonly readOnly: boolean;
  readonly length: number;
  /** Bytes beyond the end read as zeroes. */
  read(offset: number, length: number): Uint8Array;
  write(offset: number, bytes: Uint8Array): void;
  /** Returns after what was written is on the medium. */
  flush(): void;
  truncate(length: number): void;
  close(): void;
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: 'Check the path, or create the image first.',
  EACCES: 'Change the permissions of the file, or open it read-only.',
  EROFS: 'Copy the image to a writable disk, or open it read-only.',
  EISDIR: 'Name an image file, not a folder.',
  ENOSPC: 'Free space on the disk that holds the image; the machine can then go on.',
};

function refused(path: string, error: unknown): Refusal {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  return new Refusal(
    `disk-${code.toLowerCase()}`,
    `${path}: ${error instanceof Error ? error.message : String(error)}`,
    REMEDIES[code] ?? 'Look at the disk that holds the image.',
    { cause: error },
  );
}

/** @throws Refusal `disk-…` when the file cannot be opened */
export function openImage(path: string, mode: 'read' | 'write' | 'create'): ImageFile {
  const flags = {
    read: constants.O_RDONLY,
    write: constants.O_RDWR,
    create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
  }[mode];
  const attempt = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      throw refused(path, error);
    }
  };
  const descriptor = attempt(() => openSync(path, flags, 0o644));
  const stat = attempt(() => fstatSync(descriptor));
  if (!stat.isFile()) {
    closeSync(descriptor);
    throw new Refusal('disk-not-a-file', `${path} is not a file`, 'Name an image file.');
  }
  return {
    path,
    readOnly: mode === 'read',
    get length() {
      return fstatSync(descriptor).size;
    },
    read: (offset, length) => {
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const got = attempt(() => readSync(descriptor, bytes, done, length - done, offset + done));
        if (got === 0) break;
        done += got;
      }
      return bytes;
    },
    write: (offset, bytes) => {
      for (let done = 0; done < bytes.length; )
        done += attempt(() => writeSync(descriptor, bytes, done, bytes.length - done, offset + done));
    },
    flush: () => attempt(() => fdatasyncSync(descriptor)),
    truncate: (length) => attempt(() => ftruncateSync(descriptor, length)),
    close: () => closeSync(descriptor),
  };
}
