/** The block back end: requests of a guest's disk driver on a disk, which may answer at once or later. */
import { BlockOperation, BlockRequest, BlockResponse, BlockSegment, BlockStatus, DiskInfo } from '../../abi/xen/rings.table.ts';
import type { BlockQueue, Disk, BlockRequest as DiskRequest } from '../../seams/plugs.ts';
import { BackEnd, type BackPlace, type Device, Link, publish } from '../xen/back-end.ts';
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

/** What a request comes to: requests of the disk, one after the other, and where what is read goes. */
interface Work {
  readonly steps: readonly DiskRequest[];
  readonly into: readonly Segment[];
}

const FLUSH: DiskRequest = { kind: 'flush' };

export class BlockBack implements Device {
  private readonly end: BackEnd;
  private readonly link: Link;
  private ring: BackRing | undefined;
  private readonly disk: BlockQueue;
  /** Requests that the disk has not answered yet. */
  private pending = 0;
  /** A barrier is under way: nothing else is begun. */
  private fenced = false;
  /** Requests are being taken: answers are announced together, afterwards. */
  private taking = false;
  private announcing = false;
  /** Done since the start, for statistics. */
  readonly counts = { reads: 0, writes: 0, flushes: 0, errors: 0, sectors: 0 };

  constructor(
    private readonly place: BackPlace,
    disk: Disk,
  ) {
    this.disk = queueOf(disk);
    this.link = new Link(place);
    this.end = new BackEnd(place, this);
  }

  announce(): void {
    publish(this.place, {
      'feature-flush-cache': 1,
      'feature-barrier': 1,
      'feature-persistent': 0,
      'feature-max-indirect-segments': MOST_INDIRECT,
      'max-ring-page-order': 0,
      'multi-queue-max-queues': 1,
    });
    if (!this.disk.discards) return;
    publish(this.place, {
      'feature-discard': 1,
      'discard-granularity': SECTOR,
      'discard-alignment': 0,
      'discard-secure': 0,
    });
  }

  connect(): string | undefined {
    const protocol = this.place.store.read(`${this.place.frontPath}/protocol`) ?? PROTOCOL;
    if (protocol !== PROTOCOL) return `the front end speaks ${protocol.slice(0, 32)}`;
    const page = this.link.map('ring-ref');
    if (typeof page === 'string') return page;
    const port = this.link.bind('event-channel');
    if (typeof port === 'string') return port;
    this.ring = new BackRing(page, BlockRequest.SIZE);
    publish(this.place, {
      sectors: this.disk.sectors,
      'sector-size': SECTOR,
      'physical-sector-size': SECTOR,
      info: this.disk.readOnly ? DiskInfo.readOnly : 0,
    });
    this.place.platform.events.listen(port, () => this.work());
    return undefined;
  }

  disconnect(): void {
    this.link.release();
    this.ring = undefined;
    this.pending = 0;
    this.fenced = false;
    this.announcing = false;
  }

  close(): void {
    this.end.close();
  }

  private work(): void {
    const { ring } = this;
    if (ring === undefined) return;
    this.taking = true;
    for (let taken = 0; taken < PIECE && this.mayTake(ring); taken++) this.serve(ring, ring.take());
    this.taking = false;
    if (ring.broken) {
      this.end.fail('the front end wrote an impossible ring index');
      return;
    }
    const more = ring.waiting > 0 || ring.rest();
    if (more && this.mayTake(ring)) this.place.platform.schedule(this.place.platform.now(), () => this.work());
    if (this.announcing) this.link.notify();
    this.announcing = false;
  }

  /** A barrier waits for what came before it; what comes behind waits for the barrier. */
  private mayTake(ring: BackRing): boolean {
    if (this.fenced || ring.waiting === 0) return false;
    return this.pending === 0 || ring.peek().getUint8(BlockRequest.operation) !== BlockOperation.barrier;
  }

  private serve(ring: BackRing, request: DataView): void {
    const work = this.plan(request);
    this.pending += 1;
    if (request.getUint8(BlockRequest.operation) === BlockOperation.barrier) this.fenced = true;
    if (typeof work === 'number') this.answer(ring, request, work);
    else this.run(work, 0, (status) => this.answer(ring, request, status));
  }

  private run(work: Work, at: number, done: (status: number) => void): void {
    const step = work.steps[at];
    if (step === undefined) {
      done(BlockStatus.okay);
      return;
    }
    this.disk.submit(step, (bytes) => {
      if (bytes === undefined || (step.kind === 'read' && !this.deliver(work.into, bytes))) done(BlockStatus.error);
      else this.run(work, at + 1, done);
    });
  }

  private answer(ring: BackRing, request: DataView, status: number): void {
    // The device may have been closed while its disk was at work.
    if (this.ring !== ring) return;
    const operation = request.getUint8(BlockRequest.operation);
    const held = this.fenced || ring.waiting > 0;
    this.pending -= 1;
    if (operation === BlockOperation.barrier) this.fenced = false;
    if (status !== BlockStatus.okay) this.counts.errors += 1;
    // The front end checks the answer against what was done, not against how its segments were listed.
    const done = operation === BlockOperation.indirect ? request.getUint8(BlockRequest.indirectOperation) : operation;
    ring.respond((slot) => {
      slot.setBigUint64(BlockResponse.id, request.getBigUint64(BlockRequest.id, true), true);
      slot.setUint8(BlockResponse.operation, done);
      slot.setInt16(BlockResponse.status, status, true);
    });
    if (ring.publish()) this.announcing = true;
    if (this.taking) return;
    if (held) this.work();
    else if (this.announcing) {
      this.announcing = false;
      this.link.notify();
    }
  }

  /** The status of a request that is refused, or what there is to do. */
  private plan(request: DataView): Work | number {
    const operation = request.getUint8(BlockRequest.operation);
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
  private indirect(request: DataView): Work | number {
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

  private transfer({ operation, sector, segments }: Transfer): Work | number {
    const sectors = segments.reduce((sum, { first, last }) => sum + (last - first + 1), 0);
    if (segments.some(({ first, last }) => first > last || last >= SECTORS_PER_PAGE)) return BlockStatus.error;
    const flushing = operation === BlockOperation.flush || operation === BlockOperation.barrier;
    if (flushing) this.counts.flushes += 1;
    // A flush that carries nothing has no place on the disk.
    if (operation === BlockOperation.flush && sectors === 0) return { steps: [FLUSH], into: [] };
    if (!(sector + sectors <= this.disk.sectors)) return BlockStatus.error;
    this.counts.sectors += sectors;
    const offset = sector * SECTOR;
    if (operation === BlockOperation.read) {
      this.counts.reads += 1;
      return { steps: sectors === 0 ? [] : [{ kind: 'read', offset, length: sectors * SECTOR }], into: segments };
    }
    if (this.disk.readOnly && sectors > 0) return BlockStatus.error;
    const bytes = this.gather(segments, sectors);
    if (bytes === undefined) return BlockStatus.error;
    const writes: readonly DiskRequest[] = sectors === 0 ? [] : [{ kind: 'write', offset, bytes }];
    this.counts.writes += writes.length;
    // A barrier: everything before it is on the medium before it, and it before everything after it.
    if (operation === BlockOperation.barrier) return { steps: [FLUSH, ...writes, FLUSH], into: [] };
    return { steps: flushing ? [...writes, FLUSH] : writes, into: [] };
  }

  /** What was read goes to the pages of the guest; false if one of them cannot be written. */
  private deliver(segments: readonly Segment[], bytes: Uint8Array): boolean {
    let at = 0;
    for (const { reference, first, last } of segments) {
      const length = (last - first + 1) * SECTOR;
      const part = bytes.subarray(at, at + length);
      if (this.place.platform.foreign.copyTo(this.place.frontDomain, reference, first * SECTOR, part) !== 0) return false;
      at += length;
    }
    return true;
  }

  /** What is to be written, from the pages of the guest; undefined if one of them cannot be read. */
  private gather(segments: readonly Segment[], sectors: number): Uint8Array | undefined {
    const bytes = new Uint8Array(sectors * SECTOR);
    let at = 0;
    for (const { reference, first, last } of segments) {
      const length = (last - first + 1) * SECTOR;
      const part = this.place.platform.foreign.copyFrom(this.place.frontDomain, reference, first * SECTOR, length);
      if (typeof part === 'number') return undefined;
      bytes.set(part, at);
      at += length;
    }
    return bytes;
  }

  private discard(request: DataView): Work | number {
    const sector = sectorOf(request);
    const count = Number(request.getBigUint64(BlockRequest.discardCount, true));
    if (!this.disk.discards) return BlockStatus.notSupported;
    if (this.disk.readOnly || !(sector + count <= this.disk.sectors)) return BlockStatus.error;
    return { steps: count === 0 ? [] : [{ kind: 'discard', offset: sector * SECTOR, length: count * SECTOR }], into: [] };
  }
}

/** Exact up to 2^53; beyond that larger than any disk. */
const sectorOf = (request: DataView): number => Number(request.getBigUint64(BlockRequest.sector, true));

const segmentAt = (view: DataView, at: number): Segment => ({
  reference: view.getUint32(at + BlockSegment.reference, true),
  first: view.getUint8(at + BlockSegment.first),
  last: view.getUint8(at + BlockSegment.last),
});
