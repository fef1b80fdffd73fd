/** The driver of a virtio disk (virtio 1.1 section 5.2): a `BlockQueue` whose requests the device does. */
import {
  BlockConfig,
  BlockFeature,
  BlockHeader,
  BlockStatus,
  DiscardRange,
  BlockRequest as Kind,
} from '../../abi/virtio/virtio.table.ts';
import { invariant } from '../../base/bug.ts';
import type { DeviceAccess } from '../../seams/driver-domain.ts';
import type { OwnPage, Platform } from '../../seams/platform.ts';
import type { BlockQueue, BlockRequest } from '../../seams/plugs.ts';
import { bytesOfPages, fillPages, PagePool } from '../pages.ts';
import type { PciDevice } from '../pci/scan.ts';
import { VirtioDevice } from './device.ts';
import { type DriverQueue, QUEUE_SIZE } from './queue.ts';

const SECTOR = 512;
/** Bytes of one request. */
export const LARGEST = 32 * 4096;
/** Two full queues of requests of eleven pages, as front ends send them. */
const MOST_PAGES = 1024;
/** A header and, behind it, the status: room in the one page that holds them for all requests. */
const SLOT = 32;
const STATUS_AT = BlockHeader.size;
const NOTHING = new Uint8Array(0);

interface Work {
  readonly request: BlockRequest;
  readonly done: (bytes: Uint8Array | undefined) => void;
}

interface Running extends Work {
  readonly slot: number;
  readonly pages: readonly OwnPage[];
}

const KINDS: Readonly<Record<BlockRequest['kind'], number>> = {
  read: Kind.read,
  write: Kind.write,
  flush: Kind.flush,
  discard: Kind.discard,
};

export class VirtioBlock implements BlockQueue {
  readonly sectors: number;
  readonly readOnly: boolean;
  readonly discards: boolean;
  private readonly pool: PagePool;
  private readonly slots: number[] = Array.from({ length: 4096 / SLOT }, (_, index) => index);
  private readonly waiting: Work[] = [];
  private scheduled = false;

  private constructor(
    private readonly platform: Platform,
    private readonly device: VirtioDevice,
    private readonly queue: DriverQueue<Running>,
    private readonly headers: OwnPage,
  ) {
    this.sectors = device.config(BlockConfig.capacity, 4) + device.config(BlockConfig.capacity + 4, 4) * 2 ** 32;
    this.readOnly = device.has(BlockFeature.readOnly);
    this.discards = device.has(BlockFeature.discard);
    this.pool = new PagePool(platform.own, MOST_PAGES);
  }

  /** Undefined: the device cannot be used, or there is no memory for it. */
  static open(pci: PciDevice, access: DeviceAccess, platform: Platform): VirtioBlock | undefined {
    const device = VirtioDevice.open(pci, access);
    const wanted = (1n << BlockFeature.flush) | (1n << BlockFeature.readOnly) | (1n << BlockFeature.discard);
    if (device === undefined || !device.negotiate(wanted)) return undefined;
    const queue = device.queue<Running>(0, platform.own);
    const headers = platform.own.allocate();
    if (queue === undefined || headers === undefined) {
      device.fail();
      return undefined;
    }
    const driver = new VirtioBlock(platform, device, queue, headers);
    access.onInterrupt(pci.line, () => driver.interrupted());
    device.start();
    return driver;
  }

  submit(request: BlockRequest, done: Work['done']): void {
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
    for (let work = this.waiting[0]; work !== undefined && this.begin(work); work = this.waiting[0]) this.waiting.shift();
    if (this.queue.publish()) this.device.notify(0);
  }

  /** False: it has to wait for room. */
  private begin({ request, done }: Work): boolean {
    const data = dataOf(request);
    const count = Math.ceil(data.length / 4096);
    invariant(count + 2 < QUEUE_SIZE, 'a request fits the queue');
    if (!this.queue.hasRoom(count + 2) || this.slots.length === 0) return false;
    const pages = this.pool.take(count);
    if (pages === undefined) return false;
    const slot = this.slots.pop() ?? 0;
    if (data.bytes !== undefined) fillPages(pages, data.bytes);
    const header = this.headerView(slot);
    header.setUint32(BlockHeader.type, KINDS[request.kind], true);
    const sector = request.kind === 'read' || request.kind === 'write' ? request.offset / SECTOR : 0;
    header.setBigUint64(BlockHeader.sector, BigInt(sector), true);
    const at = this.headers.frame * 4096 + slot * SLOT;
    const buffers = pages.map((page, index) => ({
      address: page.frame * 4096,
      length: Math.min(4096, data.length - index * 4096),
    }));
    const [head, status] = [
      { address: at, length: BlockHeader.size },
      { address: at + STATUS_AT, length: 1 },
    ];
    const running = { request, done, slot, pages };
    if (request.kind === 'read') this.queue.offer([head], [...buffers, status], running);
    else this.queue.offer([head, ...buffers], [status], running);
    return true;
  }

  private headerView(slot: number): DataView {
    const bytes = this.headers.bytes('write');
    return new DataView(bytes.buffer, bytes.byteOffset + slot * SLOT, SLOT);
  }

  private interrupted(): void {
    if (this.device.acknowledge() === 0) return;
    for (let used = this.queue.take(); used !== undefined; used = this.queue.take()) {
      const { request, done, slot, pages } = used.token;
      const ok = this.headerView(slot).getUint8(STATUS_AT) === BlockStatus.ok;
      const read = request.kind === 'read' ? bytesOfPages(pages, request.length) : NOTHING;
      this.slots.push(slot);
      this.pool.give(pages);
      done(ok ? read : undefined);
    }
    if (this.waiting.length > 0) this.send();
  }
}

/** The bytes that travel with a request: how many, and those that go to the device. */
const dataOf = (request: BlockRequest): { readonly length: number; readonly bytes?: Uint8Array } => {
  switch (request.kind) {
    case 'read':
      return { length: request.length };
    case 'write':
      return { length: request.bytes.length, bytes: request.bytes };
    case 'flush':
      return { length: 0 };
    case 'discard': {
      const bytes = new Uint8Array(DiscardRange.size);
      const view = new DataView(bytes.buffer);
      view.setBigUint64(DiscardRange.sector, BigInt(request.offset / SECTOR), true);
      view.setUint32(DiscardRange.sectors, request.length / SECTOR, true);
      return { length: bytes.length, bytes };
    }
  }
};
