/** The block front end: a `BlockQueue` whose requests a Xen back end does. */
import {
  BlockOperation,
  BlockResponse,
  BlockSegment,
  BlockStatus,
  DiskInfo,
  BlockRequest as Slot,
} from '../../abi/xen/rings.table.ts';
import type { OwnPage } from '../../seams/platform.ts';
import type { BlockQueue, BlockRequest } from '../../seams/plugs.ts';
import { bytesOfPages, fillPages, PagePool } from '../pages.ts';
import type { FrontDevice, FrontPlatform } from '../xen/front-end.ts';
import { FrontRing } from '../xen/front-ring.ts';

const SECTOR = 512;
const SECTORS_PER_PAGE = 8;
/** Bytes of one request. */
export const LARGEST = Slot.MOST_SEGMENTS * 4096;
/** A full ring of the largest requests. */
const MOST_PAGES = 32 * Slot.MOST_SEGMENTS;
const NOTHING = new Uint8Array(0);

interface Work {
  readonly request: BlockRequest;
  readonly done: (bytes: Uint8Array | undefined) => void;
}

interface Running extends Work {
  readonly pages: readonly OwnPage[];
  readonly references: readonly number[];
}

export class BlockFront implements BlockQueue, FrontDevice {
  readonly wanted = ['sectors', 'info', 'feature-flush-cache', 'feature-barrier', 'feature-discard'];
  sectors = 0;
  readOnly = false;
  discards = false;
  private flushing: number | undefined;
  private ring: FrontRing | undefined;
  /** The page of the ring, and the reference by which the back end has it. */
  private shared: { readonly page: OwnPage; readonly reference: number } | undefined;
  private port = 0;
  private backDomain = 0;
  private readonly pool: PagePool;
  private readonly running = new Map<number, Running>();
  private waiting: Work[] = [];
  private lastId = 0;
  private scheduled = false;
  private gone = false;

  /** @param ready called once, when the disk can be used */
  constructor(
    private readonly platform: FrontPlatform,
    private readonly ready: () => void,
  ) {
    this.pool = new PagePool(platform.own, MOST_PAGES);
  }

  publish(backDomain: number): Readonly<Record<string, string | number>> | undefined {
    const page = this.platform.own.allocate();
    if (page === undefined) return undefined;
    this.backDomain = backDomain;
    this.ring = new FrontRing(page, Slot.SIZE);
    const reference = this.platform.own.grant(backDomain, page, 'write');
    this.shared = { page, reference };
    this.port = this.platform.events.allocate(backDomain);
    if (reference < 0 || this.port < 0) return undefined;
    this.platform.events.listen(this.port, () => this.answered());
    return { 'ring-ref': reference, 'event-channel': this.port, protocol: 'x86_64-abi' };
  }

  connected(nodes: Readonly<Record<string, string | undefined>>): void {
    this.sectors = Number(nodes.sectors ?? 0);
    this.readOnly = (Number(nodes.info ?? 0) & DiskInfo.readOnly) !== 0;
    this.discards = nodes['feature-discard'] === '1';
    if (nodes['feature-flush-cache'] === '1') this.flushing = BlockOperation.flush;
    else if (nodes['feature-barrier'] === '1') this.flushing = BlockOperation.barrier;
    this.ready();
  }

  lost(): void {
    this.gone = true;
    const works = [...this.running.values(), ...this.waiting];
    for (const running of this.running.values()) this.takeBack(running);
    this.running.clear();
    this.waiting = [];
    this.ring = undefined;
    this.platform.events.close(this.port);
    // A page that the back end still has stays with it.
    if (this.shared !== undefined && this.platform.own.revoke(this.shared.reference)) this.shared.page.release();
    this.pool.release();
    for (const { done } of works) done(undefined);
  }

  /** The pages of a request are free again, except those that the back end still has. */
  private takeBack({ pages, references }: Running): void {
    this.pool.give(pages.filter((_, index) => this.platform.own.revoke(references[index] ?? 0)));
  }

  submit(request: BlockRequest, done: Work['done']): void {
    if (this.gone) {
      done(undefined);
      return;
    }
    this.waiting.push({ request, done });
    this.later();
  }

  /** Requests of one turn are announced together. */
  private later(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.platform.schedule(this.platform.now(), () => {
      this.scheduled = false;
      this.send();
    });
  }

  private send(): void {
    const { ring } = this;
    if (ring === undefined || this.gone) return;
    for (let work = this.waiting[0]; work !== undefined && this.begin(ring, work); work = this.waiting[0]) this.waiting.shift();
    if (ring.publish()) this.platform.events.notify(this.port);
  }

  /** False: it has to wait for room. */
  private begin(ring: FrontRing, work: Work): boolean {
    const { request } = work;
    if (request.kind === 'flush' && this.flushing === undefined) {
      // A back end without a cache has nothing to flush.
      work.done(NOTHING);
      return true;
    }
    if (ring.room === 0) return false;
    const length = request.kind === 'read' ? request.length : request.kind === 'write' ? request.bytes.length : 0;
    const pages = this.pool.take(Math.ceil(length / 4096));
    if (pages === undefined) return false;
    if (request.kind === 'write') fillPages(pages, request.bytes);
    const access = request.kind === 'read' ? 'write' : 'read';
    const references = pages.map((page) => this.platform.own.grant(this.backDomain, page, access));
    this.lastId += 1;
    const id = this.lastId;
    this.running.set(id, { ...work, pages, references });
    ring.put((slot) => {
      slot.setBigUint64(Slot.id, BigInt(id), true);
      this.describe(slot, request, length, references);
    });
    return true;
  }

  private describe(slot: DataView, request: BlockRequest, length: number, references: readonly number[]): void {
    const operations = {
      read: BlockOperation.read,
      write: BlockOperation.write,
      discard: BlockOperation.discard,
      flush: this.flushing ?? BlockOperation.flush,
    };
    slot.setUint8(Slot.operation, operations[request.kind]);
    slot.setUint8(Slot.segments, request.kind === 'discard' ? 0 : references.length);
    slot.setBigUint64(Slot.sector, BigInt(request.kind === 'flush' ? 0 : request.offset / SECTOR), true);
    if (request.kind === 'discard') slot.setBigUint64(Slot.discardCount, BigInt(request.length / SECTOR), true);
    for (const [index, reference] of references.entries()) {
      const at = Slot.list + index * BlockSegment.SIZE;
      const sectors = Math.min(SECTORS_PER_PAGE, length / SECTOR - index * SECTORS_PER_PAGE);
      slot.setUint32(at + BlockSegment.reference, reference, true);
      slot.setUint8(at + BlockSegment.first, 0);
      slot.setUint8(at + BlockSegment.last, sectors - 1);
    }
  }

  private answered(): void {
    this.ring?.drain((response) => {
      const id = Number(response.getBigUint64(BlockResponse.id, true));
      const found = this.running.get(id);
      if (found === undefined) return;
      this.running.delete(id);
      const ok = response.getInt16(BlockResponse.status, true) === BlockStatus.okay;
      const bytes = found.request.kind === 'read' ? bytesOfPages(found.pages, found.request.length) : NOTHING;
      this.takeBack(found);
      found.done(ok ? bytes : undefined);
    });
    if (this.waiting.length > 0) this.send();
  }
}
