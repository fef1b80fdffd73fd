/** The driver of a virtio network card (virtio 1.1 section 5.1): a `FramePort` whose frames the device carries. */
import { NetConfig, NetFeature, NetHeader } from '../../abi/virtio/virtio.table.ts';
import type { DeviceAccess } from '../../seams/driver-domain.ts';
import type { OwnPage, Platform } from '../../seams/platform.ts';
import type { FramePort } from '../../seams/plugs.ts';
import { PagePool } from '../pages.ts';
import type { PciDevice } from '../pci/scan.ts';
import { VirtioDevice } from './device.ts';
import { type DriverQueue, QUEUE_SIZE } from './queue.ts';

const RECEIVE = 0;
const TRANSMIT = 1;
/** Each frame travels in a page, behind the device's header. */
const LARGEST_FRAME = 4096 - NetHeader.size;
/** Received frames that nobody had room for yet; what comes beyond is lost. */
const MOST_KEPT = 256;

export class VirtioNet implements FramePort {
  readonly mac: Uint8Array;
  readonly counts = { sent: 0, received: 0, dropped: 0 };
  private readonly pool: PagePool;
  private readonly kept: Uint8Array[] = [];
  private deliver: (frame: Uint8Array) => boolean = () => false;
  private room: () => void = () => undefined;
  private refused = false;
  private scheduled = false;

  private constructor(
    private readonly platform: Platform,
    private readonly device: VirtioDevice,
    private readonly receive: DriverQueue<OwnPage>,
    private readonly transmit: DriverQueue<OwnPage>,
  ) {
    this.mac = Uint8Array.from({ length: 6 }, (_, index) => device.config(NetConfig.mac + index, 1));
    this.pool = new PagePool(platform.own, 2 * QUEUE_SIZE);
  }

  /** Undefined: the device cannot be used, or there is no memory for it. */
  static open(pci: PciDevice, access: DeviceAccess, platform: Platform): VirtioNet | undefined {
    const device = VirtioDevice.open(pci, access);
    if (device === undefined || !device.negotiate(1n << NetFeature.mac)) return undefined;
    const receive = device.queue<OwnPage>(RECEIVE, platform.own);
    const transmit = device.queue<OwnPage>(TRANSMIT, platform.own);
    if (receive === undefined || transmit === undefined) {
      device.fail();
      return undefined;
    }
    const driver = new VirtioNet(platform, device, receive, transmit);
    access.onInterrupt(pci.line, () => driver.interrupted());
    device.start();
    driver.post();
    return driver;
  }

  send(frame: Uint8Array): boolean {
    if (frame.length > LARGEST_FRAME) {
      this.counts.dropped += 1;
      return true;
    }
    // What was sent comes back without an interrupt of its own if somebody looks.
    if (!this.transmit.hasRoom(1)) this.reclaim();
    const pages = this.transmit.hasRoom(1) ? this.pool.take(1) : undefined;
    const page = pages?.[0];
    if (page === undefined) {
      this.refused = true;
      return false;
    }
    const bytes = page.bytes('write');
    bytes.fill(0, 0, NetHeader.size);
    bytes.set(frame, NetHeader.size);
    this.transmit.offer([{ address: page.frame * 4096, length: NetHeader.size + frame.length }], [], page);
    this.counts.sent += 1;
    this.later();
    return true;
  }

  onFrame(listener: (frame: Uint8Array) => boolean): void {
    this.deliver = listener;
    this.drain();
  }

  onRoom(listener: () => void): void {
    this.room = listener;
  }

  /** Frames of one turn are announced together. */
  private later(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.platform.schedule(this.platform.now(), () => {
      this.scheduled = false;
      if (this.transmit.publish()) this.device.notify(TRANSMIT);
    });
  }

  /** Gives the device pages to fill. */
  private post(): void {
    while (this.receive.hasRoom(1)) {
      const page = this.pool.take(1)?.[0];
      if (page === undefined) break;
      this.receive.offer([], [{ address: page.frame * 4096, length: 4096 }], page);
    }
    if (this.receive.publish()) this.device.notify(RECEIVE);
  }

  private reclaim(): void {
    for (let used = this.transmit.take(); used !== undefined; used = this.transmit.take()) this.pool.give([used.token]);
  }

  private interrupted(): void {
    if (this.device.acknowledge() === 0) return;
    this.reclaim();
    for (let used = this.receive.take(); used !== undefined; used = this.receive.take()) {
      const length = Math.min(used.written, 4096);
      const frame = used.token.bytes('read').slice(NetHeader.size, Math.max(length, NetHeader.size));
      this.pool.give([used.token]);
      if (frame.length > 0) this.keep(frame);
    }
    this.drain();
    this.post();
    if (this.refused) {
      this.refused = false;
      this.room();
    }
  }

  private keep(frame: Uint8Array): void {
    this.counts.received += 1;
    if (this.kept.length < MOST_KEPT) this.kept.push(frame);
    else this.counts.dropped += 1;
  }

  private drain(): void {
    for (let frame = this.kept[0]; frame !== undefined && this.deliver(frame); frame = this.kept[0]) this.kept.shift();
  }
}
