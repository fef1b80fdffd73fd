/** Opens and makes disk images of any format we know; the format is told by the content, never by the name. */
import { dirname, resolve } from 'node:path';
import { CLUSTER_BITS, Entry, Header, QCOW2_MAGIC, REFCOUNT_ORDER } from '../../abi/disk/qcow2.table.ts';
import { Refusal } from '../../base/refusal.ts';
import { openImage } from './file.ts';
import { qcow2Disk, readHeader } from './qcow2.ts';
import { createRaw, type DiskImage, rawDisk } from './raw.ts';

/** Longest chain of backing images. */
const DEEPEST = 16;

/** @throws Refusal `disk-…` */
export function openDisk(path: string, mode: 'read' | 'write', depth = 0): DiskImage {
  if (depth > DEEPEST)
    throw new Refusal('disk-damaged', `${path}: its backing images form a loop`, 'Rebase it: `qemu-img rebase`.');
  const file = openImage(path, mode);
  try {
    if (new DataView(file.read(0, 4).buffer).getUint32(0) !== QCOW2_MAGIC) return rawDisk(file);
    const header = readHeader(file);
    const backing =
      header.backing === undefined ? undefined : openDisk(resolve(dirname(path), header.backing), 'read', depth + 1);
    return qcow2Disk(file, header, backing);
  } catch (error) {
    file.close();
    throw error;
  }
}

/** The image that shows through where nothing was written, by its full path; undefined: there is none, or it is no qcow2. */
export function backingOf(path: string): string | undefined {
  const file = openImage(path, 'read');
  try {
    if (new DataView(file.read(0, 4).buffer).getUint32(0) !== QCOW2_MAGIC) return undefined;
    const { backing } = readHeader(file);
    return backing === undefined ? undefined : resolve(dirname(path), backing);
  } finally {
    file.close();
  }
}

/** Makes an image; `backing` (qcow2 only) shows through where nothing was written. */
export function createDisk(path: string, format: 'raw' | 'qcow2', bytes: number, backing?: string): void {
  if (format === 'raw') {
    createRaw(path, bytes);
    return;
  }
  const cluster = 2 ** CLUSTER_BITS.usual;
  const l1Entries = Math.max(1, Math.ceil(bytes / (cluster * (cluster / 8))));
  const l1Clusters = Math.ceil((l1Entries * 8) / cluster);
  // Header, refcount table, first refcount block, L1 table.
  const used = 3 + l1Clusters;
  const header = new Uint8Array(cluster);
  const view = new DataView(header.buffer);
  view.setUint32(Header.magic, QCOW2_MAGIC);
  view.setUint32(Header.version, 3);
  view.setUint32(Header.clusterBits, CLUSTER_BITS.usual);
  view.setBigUint64(Header.size, BigInt(bytes));
  view.setUint32(Header.l1Entries, l1Entries);
  view.setBigUint64(Header.l1Offset, BigInt(3 * cluster));
  view.setBigUint64(Header.refcountTableOffset, BigInt(cluster));
  view.setUint32(Header.refcountTableClusters, 1);
  view.setUint32(Header.refcountOrder, REFCOUNT_ORDER);
  view.setUint32(Header.headerLength, Header.bytes);
  if (backing !== undefined) {
    const name = new TextEncoder().encode(backing);
    // Behind the header and an empty list of extensions (8 zero bytes).
    view.setBigUint64(Header.backingOffset, BigInt(Header.bytes + 8));
    view.setUint32(Header.backingLength, name.length);
    header.set(name, Header.bytes + 8);
  }
  const table = new DataView(new ArrayBuffer(cluster));
  table.setBigUint64(0, BigInt(2 * cluster) & Entry.offset);
  const counts = new DataView(new ArrayBuffer(cluster));
  for (let index = 0; index < used; index++) counts.setUint16(2 * index, 1);
  const file = openImage(path, 'create');
  file.write(cluster, new Uint8Array(table.buffer));
  file.write(2 * cluster, new Uint8Array(counts.buffer));
  file.truncate(used * cluster);
  file.write(0, header);
  file.close();
}
