/** A raw disk image: byte n of the file is byte n of the disk. */
import { Refusal } from '../../base/refusal.ts';
import type { BlockStore } from '../../seams/plugs.ts';
import { type ImageFile, openImage } from './file.ts';

const SECTOR = 512;

/** A store that owns a file. */
export interface DiskImage extends BlockStore {
  readonly format: 'raw' | 'qcow2';
  close(): void;
}

/** The last, incomplete sector of a file whose length is no multiple of 512 is not part of the disk. */
export function rawDisk(file: ImageFile): DiskImage {
  const sectors = Math.floor(file.length / SECTOR);
  return {
    format: 'raw',
    sectors,
    readOnly: file.readOnly,
    read: (offset, length) => file.read(offset, length),
    write: (offset, bytes) => file.write(offset, bytes),
    flush: () => {
      if (!file.readOnly) file.flush();
    },
    close: () => file.close(),
  };
}

/** Makes a sparse raw image. */
export function createRaw(path: string, bytes: number): void {
  if (!Number.isSafeInteger(bytes) || bytes <= 0 || bytes % SECTOR !== 0)
    throw new Refusal('disk-size', `${bytes} bytes is no size for a disk`, 'Give a positive multiple of 512 bytes.');
  const file = openImage(path, 'create');
  file.truncate(bytes);
  file.close();
}
