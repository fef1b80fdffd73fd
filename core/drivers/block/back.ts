/** The block back end: requests of a guest's disk driver on a disk. */
import { BlockOperation, BlockRequest, BlockResponse, BlockSegment, BlockStatus, DiskInfo } from '../../abi/xen/rings.table.ts';
import type { MappedPage } from '../../seams/platform.ts';
import type { BlockQueue, Disk } from '../../seams/plugs.ts';
import { BackEnd, type BackPlace, bindPort, type Device, mapRing } from '../xen/back-end.ts';
import { BackRing } from '../xen/ring.ts';
import { queueOf } from './queue.ts';

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

/** Told the BLKIF_RSP_* of a request when it is done. */
type Done = (status: number) => void;

export class BlockBack implements Device {
  private readonly end: BackEnd;
  private page: MappedPage | undefined;
  private port = 0;
  private ring: BackRing | undefined;
  private readonly disk: BlockQueue;
  /** Answers of this turn are announced at its end. */
  private working = false;
  private announcing = false;
  /** Done since the start, for statistics. */
  readonly counts = { reads: 0, writes: 0, flushes: 0, errors: 0, sectors: 0 };

  constructor(
    private readonly place: BackPlace,
    disk: Disk,
  ) {
    this.disk = queueOf(disk);
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
    let more = false;
    this.working = true;
    for (let done = 0; ring.waiting > 0; done++) {
      if (done === PIECE) {
        more = true;
        break;
      }
      this.serve(ring, ring.take());
    }
    this.working = false;
    if (ring.broken) {
      this.end.fail('the front end wrote an impossible ring index');
      return;
    }
    if (more || ring.rest()) this.place.platform.schedule(this.place.platform.now(), () => this.work());
    if (this.announcing) this.place.platform.events.notify(port);
    this.announcing = false;
  }

  private serve(ring: BackRing, request: DataView): void {
    this.perform(request, (status) => this.answer(ring, request, status));
  }

  private answer(ring: BackRing, request: DataView, status: number): void {
    // The device may have been closed while its disk was at work.
    if (this.ring !== ring) return;
    if (status !== BlockStatus.okay) this.counts.errors += 1;
    const operation = request.getUint8(BlockRequest.operation);
    // The front end checks the answer against what was done, not against how its segments were listed.
    const done = operation === BlockOperation.indirect ? request.getUint8(BlockRequest.indirectOperation) : operation;
    ring.respond((slot) => {
      slot.setBigUint64(BlockResponse.id, request.getBigUint64(BlockRequest.id, true), true);
      slot.setUint8(BlockResponse.operation, done);
      slot.setInt16(BlockResponse.status, status, true);
    });
    if (!ring.publish()) return;
    if (this.working) this.announcing = true;
    else this.place.platform.events.notify(this.port);
  }

  private perform(request: DataView, done: Done): void {
    const operation = request.getUint8(BlockRequest.operation);
    switch (operation) {
      case BlockOperation.read:
      case BlockOperation.write:
      case BlockOperation.barrier:
      case BlockOperation.flush: {
        const count = request.getUint8(BlockRequest.segments);
        if (count > BlockRequest.MOST_SEGMENTS) return done(BlockStatus.error);
        const list = Array.from({ length: count }, (_, index) =>
          segmentAt(request, BlockRequest.list + index * BlockSegment.SIZE),
        );
        return this.transfer({ operation, sector: sectorOf(request), segments: list }, done);
      }
      case BlockOperation.indirect:
        return this.indirect(request, done);
      case BlockOperation.discard:
        return this.discard(request, done);
      default:
        return done(BlockStatus.notSupported);
    }
  }

  /** A request whose list of segments lies in pages of its own. */
  private indirect(request: DataView, done: Done): void {
    const operation = request.getUint8(BlockRequest.indirectOperation);
    const count = request.getUint16(BlockRequest.indirectSegments, true);
    if (count > MOST_INDIRECT || count === 0) return done(BlockStatus.error);
    if (operation !== BlockOperation.read && operation !== BlockOperation.write) return done(BlockStatus.error);
    // All of them fit the first page.
    const reference = request.getUint32(BlockRequest.indirectPages, true);
    const bytes = this.place.platform.foreign.copyFrom(this.place.frontDomain, reference, 0, count * BlockSegment.SIZE);
    if (typeof bytes === 'number') return done(BlockStatus.error);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const segments = Array.from({ length: count }, (_, index) => segmentAt(view, index * BlockSegment.SIZE));
    this.transfer({ operation, sector: sectorOf(request), segments }, done);
  }

  private transfer({ operation, sector, segments }: Transfer, done: Done): void {
    const sectors = segments.reduce((sum, { first, last }) => sum + (last - first + 1), 0);
    if (segments.some(({ first, last }) => first > last || last >= SECTORS_PER_PAGE)) return done(BlockStatus.error);
    if (!(sector + sectors <= this.disk.sectors)) {
      if (sectors === 0 && operation === BlockOperation.flush) return this.flush(done);
      return done(BlockStatus.error);
    }
    this.counts.sectors += sectors;
    if (operation === BlockOperation.read) return this.read(sector, sectors, segments, done);
    if (this.disk.readOnly && sectors > 0) return done(BlockStatus.error);
    const store: Done = (status) => {
      if (status !== BlockStatus.okay) return done(status);
      const after: Done = (stored) =>
        operation === BlockOperation.write || stored !== BlockStatus.okay ? done(stored) : this.flush(done);
      if (sectors === 0) after(BlockStatus.okay);
      else this.store(sector, sectors, segments, after);
    };
    // A barrier: everything before it is on the medium before it, and it before everything after it.
    if (operation === BlockOperation.barrier) this.flush(store);
    else store(BlockStatus.okay);
  }

  private flush(done: Done): void {
    this.counts.flushes += 1;
    this.disk.flush((ok) => done(statusOf(ok)));
  }

  private read(sector: number, sectors: number, segments: readonly Segment[], done: Done): void {
    this.counts.reads += 1;
    if (sectors === 0) return done(BlockStatus.okay);
    this.disk.read(sector * SECTOR, sectors * SECTOR, (bytes) => {
      if (bytes === undefined) return done(BlockStatus.error);
      let at = 0;
      for (const { reference, first, last } of segments) {
        const length = (last - first + 1) * SECTOR;
        const part = bytes.subarray(at, at + length);
        if (this.place.platform.foreign.copyTo(this.place.frontDomain, reference, first * SECTOR, part) !== 0)
          return done(BlockStatus.error);
        at += length;
      }
      done(BlockStatus.okay);
    });
  }

  private store(sector: number, sectors: number, segments: readonly Segment[], done: Done): void {
    this.counts.writes += 1;
    const bytes = new Uint8Array(sectors * SECTOR);
    let at = 0;
    for (const { reference, first, last } of segments) {
      const length = (last - first + 1) * SECTOR;
      const part = this.place.platform.foreign.copyFrom(this.place.frontDomain, reference, first * SECTOR, length);
      if (typeof part === 'number') return done(BlockStatus.error);
      bytes.set(part, at);
      at += length;
    }
    this.disk.write(sector * SECTOR, bytes, (ok) => done(statusOf(ok)));
  }

  private discard(request: DataView, done: Done): void {
    const sector = sectorOf(request);
    const count = Number(request.getBigUint64(BlockRequest.discardCount, true));
    if (this.disk.discard === undefined) return done(BlockStatus.notSupported);
    if (this.disk.readOnly || !(sector + count <= this.disk.sectors)) return done(BlockStatus.error);
    if (count === 0) return done(BlockStatus.okay);
    this.disk.discard(sector * SECTOR, count * SECTOR, (ok) => done(statusOf(ok)));
  }
}

const statusOf = (ok: boolean): number => (ok ? BlockStatus.okay : BlockStatus.error);

/** Exact up to 2^53; beyond that larger than any disk. */
const sectorOf = (request: DataView): number => Number(request.getBigUint64(BlockRequest.sector, true));

const segmentAt = (view: DataView, at: number): Segment => ({
  reference: view.getUint32(at + BlockSegment.reference, true),
  first: view.getUint8(at + BlockSegment.first),
  last: view.getUint8(at + BlockSegment.last),
});
