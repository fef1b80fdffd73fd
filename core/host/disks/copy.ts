/** Copies one disk to another piece by piece; what is empty is not written, so a sparse disk stays one. */
import { renameSync, rmSync } from 'node:fs';
import type { BlockStore } from '../../seams/plugs.ts';
import { createDisk, openDisk } from './open.ts';

/** Bytes copied between two looks at whether to go on. */
const PIECE = 4 * 2 ** 20;
const SECTOR = 512;

export interface Copied {
  readonly done: number;
  readonly of: number;
}

/** `to` is empty and at least as large. Yields after each piece. */
function* copyDisk(from: BlockStore, to: BlockStore): Generator<Copied> {
  const of = from.sectors * SECTOR;
  for (let at = 0; at < of; at += PIECE) {
    const bytes = from.read(at, Math.min(PIECE, of - at));
    for (const [start, end] of filled(bytes)) to.write(at + start, bytes.subarray(start, end));
    yield { done: Math.min(at + PIECE, of), of };
  }
  to.flush();
}

/** Makes a new image file of any image; it has its name only when it is whole. @throws Refusal `disk-…` */
export function* convertDisk(from: string, path: string, format: 'raw' | 'qcow2'): Generator<Copied> {
  const fresh = `${path}.new`;
  const source = openDisk(from, 'read');
  let whole = false;
  try {
    createDisk(fresh, format, source.sectors * SECTOR);
    const target = openDisk(fresh, 'write');
    try {
      yield* copyDisk(source, target);
    } finally {
      target.close();
    }
    whole = true;
  } finally {
    source.close();
    if (whole) renameSync(fresh, path);
    else rmSync(fresh, { force: true });
  }
}

/** Grain at which emptiness is looked for: a cluster of a qcow2 image. */
const GRAIN = 65_536;

/** Stretches that hold anything but zeros. */
function* filled(bytes: Uint8Array): Generator<[number, number]> {
  let start = -1;
  for (let at = 0; at < bytes.length; at += GRAIN) {
    const empty = isEmpty(bytes.subarray(at, at + GRAIN));
    if (!empty && start < 0) start = at;
    if (empty && start >= 0) {
      yield [start, at];
      start = -1;
    }
  }
  if (start >= 0) yield [start, bytes.length];
}

function isEmpty(bytes: Uint8Array): boolean {
  const words = new BigUint64Array(bytes.buffer, bytes.byteOffset, bytes.length >> 3);
  return words.every((word) => word === 0n);
}
