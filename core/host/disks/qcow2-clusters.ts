/** Which clusters of a qcow2 image are in use: reference counts, allocation at the end of the file, release. */
import { Entry, Header, REFCOUNT_ORDER } from '../../abi/disk/qcow2.table.ts';
import { Refusal } from '../../base/refusal.ts';
import type { ImageFile } from './file.ts';

export interface Allocator {
  /** Offset of a cluster that is now counted once; its content is undefined. */
  allocate(): number;
  /** Lowers the counts of the clusters that a range of bytes touches. */
  release(offset: number, length: number): void;
}

export interface Geometry {
  readonly clusterBits: number;
  readonly refcountTableOffset: number;
  readonly refcountTableClusters: number;
  readonly refcountOrder: number;
}

const COUNT_BYTES = 2 ** REFCOUNT_ORDER / 8;

export function clusterAllocator(file: ImageFile, geometry: Geometry): Allocator {
  if (geometry.refcountOrder !== REFCOUNT_ORDER) {
    throw new Refusal(
      'disk-unsupported',
      `${file.path}: its reference counts are not 16 bits wide`,
      'Convert it: `qemu-img convert -O qcow2 OLD NEW`.',
    );
  }
  const cluster = 2 ** geometry.clusterBits;
  const perBlock = cluster / COUNT_BYTES;
  let tableOffset = geometry.refcountTableOffset;
  let table = new DataView(file.read(tableOffset, geometry.refcountTableClusters * cluster).buffer);
  let end = Math.ceil(file.length / cluster);

  const blockOffset = (index: number): number =>
    8 * index < table.byteLength ? Number(table.getBigUint64(8 * index) & Entry.offset) : 0;

  const setBlock = (index: number, offset: number): void => {
    // To the file first: if that refuses, what is known here is still what is there.
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(offset));
    file.write(tableOffset + 8 * index, bytes);
    table.setBigUint64(8 * index, BigInt(offset));
  };

  /** The offset of the block that counts `number`, made if need be. A new block counts itself. */
  const blockFor = (number: number): number => {
    const index = Math.floor(number / perBlock);
    if (8 * index >= table.byteLength) growTable(index);
    const known = blockOffset(index);
    if (known !== 0) return known;
    const own = end++;
    file.write(own * cluster, new Uint8Array(cluster));
    if (Math.floor(own / perBlock) === index) {
      file.write(own * cluster + COUNT_BYTES * (own % perBlock), Uint8Array.of(0, 1));
      setBlock(index, own * cluster);
    } else {
      setBlock(index, own * cluster);
      setCount(own, 1);
    }
    return own * cluster;
  };

  const setCount = (number: number, count: number): void => {
    const block = blockFor(number);
    file.write(block + COUNT_BYTES * (number % perBlock), Uint8Array.of(count >> 8, count & 255));
  };

  const countOf = (number: number): number => {
    const block = blockOffset(Math.floor(number / perBlock));
    if (block === 0) return 0;
    const [high = 0, low = 0] = file.read(block + COUNT_BYTES * (number % perBlock), COUNT_BYTES);
    return (high << 8) | low;
  };

  /** Moves the table to a larger place at the end; the header is told last. */
  const growTable = (index: number): void => {
    const clusters = Math.max(2 * (table.byteLength / cluster), Math.ceil((8 * (index + 1)) / cluster));
    const first = end;
    end += clusters;
    const grown = new Uint8Array(clusters * cluster);
    grown.set(new Uint8Array(table.buffer));
    const before = { table, offset: tableOffset };
    file.write(first * cluster, grown);
    table = new DataView(grown.buffer);
    tableOffset = first * cluster;
    try {
      for (let number = first; number < first + clusters; number++) setCount(number, 1);
      const told = new DataView(new ArrayBuffer(12));
      told.setBigUint64(0, BigInt(tableOffset));
      told.setUint32(8, clusters);
      file.write(Header.refcountTableOffset, new Uint8Array(told.buffer));
    } catch (error) {
      // The header still names the old one; what was counted in the new one is lost room.
      table = before.table;
      tableOffset = before.offset;
      throw error;
    }
    release(before.offset, before.table.byteLength);
  };

  const release = (offset: number, length: number): void => {
    for (let number = Math.floor(offset / cluster); number * cluster < offset + length; number++) {
      const count = countOf(number);
      if (count > 0) setCount(number, count - 1);
    }
  };

  return {
    allocate: () => {
      const number = end++;
      setCount(number, 1);
      return number * cluster;
    },
    release,
  };
}
