/** The block back end: requests of a guest's disk driver on a `BlockStore`. */
import { BlockOperation, BlockRequest, BlockResponse, BlockSegment, BlockStatus, DiskInfo } from '../../abi/xen/rings.table.ts';
import type { MappedPage } from '../../seams/platform.ts';
import type { BlockStore } from '../../seams/plugs.ts';
import { BackEnd, type BackPlace, bindPort, type Device, mapRing } from '../xen/back-end.ts';
import { BackRing } from '../xen/ring.ts';

const SECTOR = 512;
const SECTORS_PER_PAGE = 8;
/** Requests done before other work of the driver domain has its turn. */
const PIECE = 16;
/** Segments of an indirect request; what front ends use at most. */
const MOST_INDIRECT = 32;
const PROTOCOL = 'x86_64-abi';

interface Segment {
  readonly reference: number;
  readonly first: number;
  readonly last: number;
}

interface Transfer {
  readonly operation: number;
  readonly sector: number;
  readonly segments: readonly Segment[];
}

export class BlockBack implements Device {
  private readonly end: BackEnd;
  private page: MappedPage | undefined;
  private port = 0;
  private ring: BackRing | undefined;
  /** Done since the start, for statistics. */
  readonly counts = { reads: 0, writes: 0, flushes: 0, errors: 0, sectors: 0 };

  constructor(
    private readonly place: BackPlace,
    private readonly disk: BlockStore,
  ) {
    this.end = new BackEnd(place, this);
  }

  private write(name: string, value: string | number): void {
    this.place.store.write(`${this.place.backPath}/${name}`, String(value));
  }

  announce(): void {
    this.write('feature-flush-cache', 1);
    this.write('feature-barrier', 1);
    this.write('feature-persistent', 0);
    this.write('feature-max-indirect-segments', MOST_INDIRECT);
    this.write('max-ring-page-order', 0);
    this.write('multi-queue-max-queues', 1);
    if (this.disk.discard !== undefined) {
      this.write('feature-discard', 1);
      this.write('discard-granularity', SECTOR);
      this.write('discard-alignment', 0);
      this.write('discard-secure', 0);
    }
  }

  connect(): string | undefined {
    const protocol = this.place.store.read(`${this.place.frontPath}/protocol`) ?? PROTOCOL;
    if (protocol !== PROTOCOL) return `the front end speaks ${protocol.slice(0, 32)}`;
    const page = mapRing(this.place, 'ring-ref');
    if (typeof page === 'string') return page;
    this.page = page;
    const port = bindPort(this.place, 'event-channel');
    if (typeof port === 'string') return port;
    this.port = port;
    this.ring = new BackRing(page, BlockRequest.SIZE);
    this.write('sectors', this.disk.sectors);
    this.write('sector-size', SECTOR);
    this.write('physical-sector-size', SECTOR);
    this.write('info', this.disk.readOnly ? DiskInfo.readOnly : 0);
    this.place.platform.events.listen(port, () => this.work());
    return undefined;
  }

  disconnect(): void {
    if (this.port !== 0) this.place.platform.events.close(this.port);
    this.page?.unmap();
    this.port = 0;
    this.page = undefined;
    this.ring = undefined;
  }

  close(): void {
    this.end.close();
  }

  private work(): void {
    const { ring, port } = this;
    if (ring === undefined) return;
    let notify = false;
    let more = false;
    for (let done = 0; ring.waiting > 0; done++) {
      if (done === PIECE) {
        more = true;
        break;
      }
      this.serve(ring, ring.take());
      if (ring.publish()) notify = true;
    }
    if (ring.broken) {
      this.end.fail('the front end wrote an impossible ring index');
      return;
    }
    if (more || ring.rest()) this.place.platform.schedule(this.place.platform.now(), () => this.work());
    if (notify) this.place.platform.events.notify(port);
  }

  private serve(ring: BackRing, request: DataView): void {
    const operation = request.getUint8(BlockRequest.operation);
    const status = this.perform(operation, request);
    if (status !== BlockStatus.okay) this.counts.errors += 1;
    // The front end checks the answer against what was done, not against how its segments were listed.
    const done = operation === BlockOperation.indirect ? request.getUint8(BlockRequest.indirectOperation) : operation;
    ring.respond((slot) => {
      slot.setBigUint64(BlockResponse.id, request.getBigUint64(BlockRequest.id, true), true);
      slot.setUint8(BlockResponse.operation, done);
      slot.setInt16(BlockResponse.status, status, true);
    });
  }

  private perform(operation: number, request: DataView): number {
    switch (operation) {
      case BlockOperation.read:
      case BlockOperation.write:
      case BlockOperation.barrier:
      case BlockOperation.flush: {
        const count = request.getUint8(BlockRequest.segments);
        if (count > BlockRequest.MOST_SEGMENTS) return BlockStatus.error;
        const list = Array.from({ length: count }, (_, index) =>
          segmentAt(request, BlockRequest.list + index * BlockSegment.SIZE),
        );
        return this.transfer({ operation, sector: sectorOf(request), segments: list });
      }
      case BlockOperation.indirect:
        return this.indirect(request);
      case BlockOperation.discard:
        return this.discard(request);
      default:
        return BlockStatus.notSupported;
    }
  }

  /** A request whose list of segments lies in pages of its own. */
  private indirect(request: DataView): number {
    const operation = request.getUint8(BlockRequest.indirectOperation);
    const count = request.getUint16(BlockRequest.indirectSegments, true);
    if (count > MOST_INDIRECT || count === 0) return BlockStatus.error;
    if (operation !== BlockOperation.read && operation !== BlockOperation.write) return BlockStatus.error;
    // All of them fit the first page.
    const reference = request.getUint32(BlockRequest.indirectPages, true);
    const bytes = this.place.platform.foreign.copyFrom(this.place.frontDomain, reference, 0, count * BlockSegment.SIZE);
    if (typeof bytes === 'number') return BlockStatus.error;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const segments = Array.from({ length: count }, (_, index) => segmentAt(view, index * BlockSegment.SIZE));
    return this.transfer({ operation, sector: sectorOf(request), segments });
  }

  private transfer({ operation, sector, segments }: Transfer): number {
    const sectors = segments.reduce((sum, { first, last }) => sum + (last - first + 1), 0);
    if (segments.some(({ first, last }) => first > last || last >= SECTORS_PER_PAGE)) return BlockStatus.error;
    if (!(sector + sectors <= this.disk.sectors))
      return sectors === 0 && operation === BlockOperation.flush ? this.flush() : BlockStatus.error;
    this.counts.sectors += sectors;
    if (operation === BlockOperation.read) return this.read(sector, sectors, segments);
    if (this.disk.readOnly && sectors > 0) return BlockStatus.error;
    // A barrier: everything before it is on the medium before it, and it before everything after it.
    if (operation === BlockOperation.barrier) this.flush();
    const status = sectors === 0 ? BlockStatus.okay : this.store(sector, sectors, segments);
    return operation === BlockOperation.write || status !== BlockStatus.okay ? status : this.flush();
  }

  private flush(): number {
    this.counts.flushes += 1;
    this.disk.flush();
    return BlockStatus.okay;
  }

  private read(sector: number, sectors: number, segments: readonly Segment[]): number {
    this.counts.reads += 1;
    if (sectors === 0) return BlockStatus.okay;
    const bytes = this.disk.read(sector * SECTOR, sectors * SECTOR);
    let at = 0;
    for (const { reference, first, last } of segments) {
      const length = (last - first + 1) * SECTOR;
      const part = bytes.subarray(at, at + length);
      if (this.place.platform.foreign.copyTo(this.place.frontDomain, reference, first * SECTOR, part) !== 0)
        return BlockStatus.error;
      at += length;
    }
    return BlockStatus.okay;
  }

  private store(sector: number, sectors: number, segments: readonly Segment[]): number {
    this.counts.writes += 1;
    const bytes = new Uint8Array(sectors * SECTOR);
    let at = 0;
    for (const { reference, first, last } of segments) {
      const length = (last - first + 1) * SECTOR;
      const part = this.place.platform.foreign.copyFrom(this.place.frontDomain, reference, first * SECTOR, length);
      if (typeof part === 'number') return BlockStatus.error;
      bytes.set(part, at);
      at += length;
    }
    this.disk.write(sector * SECTOR, bytes);
    return BlockStatus.okay;
  }

  private discard(request: DataView): number {
    const sector = sectorOf(request);
    const count = Number(request.getBigUint64(BlockRequest.discardCount, true));
    if (this.disk.discard === undefined) return BlockStatus.notSupported;
    if (this.disk.readOnly || !(sector + count <= this.disk.sectors)) return BlockStatus.error;
    if (count > 0) this.disk.discard(sector * SECTOR, count * SECTOR);
    return BlockStatus.okay;
  }
}

/** Exact up to 2^53; beyond that larger than any disk. */
const sectorOf = (request: DataView): number => Number(request.getBigUint64(BlockRequest.sector, true));

const segmentAt = (view: DataView, at: number): Segment => ({
  reference: view.getUint32(at + BlockSegment.reference, true),
  first: view.getUint8(at + BlockSegment.first),
  last: view.getUint8(at + BlockSegment.last),
});
