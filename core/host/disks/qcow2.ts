/**
 * A qcow2 image as a disk: sparse clusters found through two levels of tables, over an optional backing image.
 *
 * A write that needs a new cluster counts it, fills it, and only then points to it, so a process killed at any moment
 * leaves an image that is whole; at worst a counted cluster is unused. What is not understood is refused, never guessed.
 */
import { inflateRawSync } from 'node:zlib';
import { CLUSTER_BITS, Entry, Header, Incompatible, QCOW2_MAGIC } from '../../abi/disk/qcow2.table.ts';
import { Refusal } from '../../base/refusal.ts';
import type { ImageFile } from './file.ts';
import { type Allocator, clusterAllocator } from './qcow2-clusters.ts';
import type { DiskImage } from './raw.ts';

const SECTOR = 512;
/** An L1 table larger than this is not for a disk of a size that exists. */
const MOST_L1_ENTRIES = 4 * 1024 * 1024;

export interface Qcow2Header {
  readonly version: number;
  readonly clusterBits: number;
  readonly bytes: number;
  readonly l1Offset: number;
  readonly l1Entries: number;
  readonly refcountTableOffset: number;
  readonly refcountTableClusters: number;
  readonly refcountOrder: number;
  readonly snapshots: number;
  readonly backing: string | undefined;
}

const damaged = (path: string, what: string): Refusal =>
  new Refusal('disk-damaged', `${path}: ${what}`, 'Check the image with `qemu-img check`, or restore it from a copy.');
const unsupported = (path: string, what: string): Refusal =>
  new Refusal('disk-unsupported', `${path}: ${what}`, 'Convert it: `qemu-img convert -O qcow2 OLD NEW`.');

/** @throws Refusal `disk-damaged`, `disk-unsupported` */
export function readHeader(file: ImageFile): Qcow2Header {
  const raw = file.read(0, Header.bytes);
  const view = new DataView(raw.buffer);
  const u64 = (at: number): number => Number(view.getBigUint64(at));
  const version = view.getUint32(Header.version);
  if (view.getUint32(Header.magic) !== QCOW2_MAGIC) throw damaged(file.path, 'this is not a qcow2 image');
  if (version !== 2 && version !== 3) throw unsupported(file.path, `qcow2 version ${version} is not known`);
  const incompatible = version === 3 ? view.getBigUint64(Header.incompatible) : 0n;
  if (incompatible & Incompatible.corrupt) throw damaged(file.path, 'the image is marked as corrupt');
  if (incompatible & ~Incompatible.dirty)
    throw unsupported(file.path, 'it uses an external data file, zstd clusters or extended tables');
  if (view.getUint32(Header.encryption) !== 0) throw unsupported(file.path, 'it is encrypted');
  const clusterBits = view.getUint32(Header.clusterBits);
  if (clusterBits < CLUSTER_BITS.least || clusterBits > CLUSTER_BITS.most)
    throw damaged(file.path, `clusters of 2^${clusterBits} bytes do not exist`);
  const l1Entries = view.getUint32(Header.l1Entries);
  const bytes = u64(Header.size);
  const covered = l1Entries * 2 ** (2 * clusterBits - 3);
  if (l1Entries > MOST_L1_ENTRIES || bytes > covered) throw damaged(file.path, 'its tables do not cover its size');
  const backingLength = view.getUint32(Header.backingLength);
  if (u64(Header.backingOffset) !== 0 && backingLength > 1023)
    throw damaged(file.path, 'the name of its backing file is too long');
  return {
    version,
    clusterBits,
    bytes,
    l1Offset: u64(Header.l1Offset),
    l1Entries,
    refcountTableOffset: u64(Header.refcountTableOffset),
    refcountTableClusters: view.getUint32(Header.refcountTableClusters),
    refcountOrder: version === 3 ? view.getUint32(Header.refcountOrder) : 4,
    snapshots: view.getUint32(Header.snapshots),
    backing:
      u64(Header.backingOffset) === 0 ? undefined : new TextDecoder().decode(file.read(u64(Header.backingOffset), backingLength)),
  };
}

/** @param backing the image that shows where this one has nothing; it may be shorter */
export function qcow2Disk(file: ImageFile, header: Qcow2Header, backing: DiskImage | undefined): DiskImage {
  return new Qcow2(file, header, backing);
}

class Qcow2 implements DiskImage {
  readonly format = 'qcow2';
  readonly sectors: number;
  readonly readOnly: boolean;
  readonly #cluster: number;
  readonly #l1: DataView;
  readonly #l2 = new Map<number, DataView>();
  readonly #allocator: Allocator | undefined;

  constructor(
    private readonly file: ImageFile,
    private readonly header: Qcow2Header,
    private readonly backing: DiskImage | undefined,
  ) {
    this.sectors = Math.floor(header.bytes / SECTOR);
    this.readOnly = file.readOnly;
    this.#cluster = 2 ** header.clusterBits;
    this.#l1 = new DataView(file.read(header.l1Offset, header.l1Entries * 8).buffer);
    if (!file.readOnly) {
      if (header.snapshots > 0) throw unsupported(file.path, 'it has internal snapshots, which writing would have to copy');
      this.#allocator = clusterAllocator(file, header);
    }
  }

  read(offset: number, length: number): Uint8Array {
    const result = new Uint8Array(length);
    for (const part of this.#parts(offset, length)) result.set(this.#readPart(part.at, part.length), part.at - offset);
    return result;
  }

  write(offset: number, bytes: Uint8Array): void {
    for (const part of this.#parts(offset, bytes.length))
      this.#writePart(part.at, bytes.subarray(part.at - offset, part.at - offset + part.length));
  }

  flush(): void {
    if (!this.readOnly) this.file.flush();
  }

  close(): void {
    this.file.close();
    this.backing?.close();
  }

  *#parts(offset: number, length: number): Iterable<{ at: number; length: number }> {
    for (let at = offset; at < offset + length; ) {
      const part = Math.min(offset + length - at, this.#cluster - (at % this.#cluster));
      yield { at, length: part };
      at += part;
    }
  }

  #readPart(at: number, length: number): Uint8Array {
    const entry = this.#entry(at);
    const within = at % this.#cluster;
    if (entry & Entry.compressed) return this.#inflate(entry).subarray(within, within + length);
    if (entry & Entry.zero) return new Uint8Array(length);
    const host = Number(entry & Entry.offset);
    if (host !== 0) return this.file.read(host + within, length);
    return this.#readBacking(at, length);
  }

  #readBacking(at: number, length: number): Uint8Array {
    const available = this.backing === undefined ? 0 : Math.max(0, Math.min(length, this.backing.sectors * SECTOR - at));
    const result = new Uint8Array(length);
    if (available > 0 && this.backing) result.set(this.backing.read(at, available));
    return result;
  }

  #writePart(at: number, bytes: Uint8Array): void {
    const entry = this.#entry(at);
    const within = at % this.#cluster;
    if (entry & Entry.copied && !(entry & (Entry.zero | Entry.compressed))) {
      this.file.write(Number(entry & Entry.offset) + within, bytes);
      return;
    }
    const start = at - within;
    const whole = bytes.length === this.#cluster ? bytes : this.#readPart(start, this.#cluster);
    whole.set(bytes, within);
    const allocator = this.#writable();
    const host = allocator.allocate();
    this.file.write(host, whole);
    this.#setEntry(at, BigInt(host) | Entry.copied);
    if (entry & Entry.compressed) {
      const { offset, length } = this.#compressed(entry);
      allocator.release(offset, length);
    } else if ((entry & Entry.offset) !== 0n) allocator.release(Number(entry & Entry.offset), this.#cluster);
  }

  #writable(): Allocator {
    if (this.#allocator === undefined)
      throw new Refusal('disk-read-only', `${this.file.path} is open read-only`, 'Open it for writing.');
    return this.#allocator;
  }

  #compressed(entry: bigint): { offset: number; length: number } {
    const shift = BigInt(62 - (this.header.clusterBits - 8));
    const offset = Number(entry & ((1n << shift) - 1n));
    const sectors = Number((entry & (Entry.compressed - 1n)) >> shift) + 1;
    return { offset, length: sectors * SECTOR - (offset % SECTOR) };
  }

  #inflate(entry: bigint): Uint8Array {
    const { offset, length } = this.#compressed(entry);
    try {
      // The stored length is rounded up to sectors: what follows the stream is not part of it.
      return new Uint8Array(inflateRawSync(this.file.read(offset, length), { maxOutputLength: this.#cluster, finishFlush: 2 }));
    } catch (error) {
      throw damaged(this.file.path, `a compressed cluster at byte ${offset} cannot be read (${String(error)})`);
    }
  }

  #location(at: number): { l1: number; l2: number } {
    const cluster = Math.floor(at / this.#cluster);
    const perTable = this.#cluster / 8;
    return { l1: Math.floor(cluster / perTable), l2: cluster % perTable };
  }

  #entry(at: number): bigint {
    const { l1, l2 } = this.#location(at);
    return this.#table(l1)?.getBigUint64(8 * l2) ?? 0n;
  }

  #table(l1: number): DataView | undefined {
    const known = this.#l2.get(l1);
    if (known) return known;
    const offset = Number(this.#l1.getBigUint64(8 * l1) & Entry.offset);
    if (offset === 0) return undefined;
    if (offset % this.#cluster !== 0) throw damaged(this.file.path, `table ${l1} does not lie at a cluster`);
    const table = new DataView(this.file.read(offset, this.#cluster).buffer);
    this.#l2.set(l1, table);
    return table;
  }

  #setEntry(at: number, entry: bigint): void {
    const { l1, l2 } = this.#location(at);
    const table = this.#table(l1) ?? this.#newTable(l1);
    const offset = Number(this.#l1.getBigUint64(8 * l1) & Entry.offset);
    this.#store(offset, table, l2, entry);
  }

  /** An entry goes to the file first: if that refuses, what is known here is still what is there. */
  #store(offset: number, table: DataView, index: number, entry: bigint): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, entry);
    this.file.write(offset + 8 * index, bytes);
    table.setBigUint64(8 * index, entry);
  }

  #newTable(l1: number): DataView {
    const offset = this.#writable().allocate();
    const table = new DataView(new ArrayBuffer(this.#cluster));
    this.file.write(offset, new Uint8Array(table.buffer));
    this.#store(this.header.l1Offset, this.#l1, l1, BigInt(offset) | Entry.copied);
    this.#l2.set(l1, table);
    return table;
  }
}
