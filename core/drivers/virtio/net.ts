/** The driver of a virtio network card (virtio 1.1 section 5.1): a `FramePort` whose frames the device carries. */
import { NetConfig, NetFeature, NetHeader } from '../../abi/virtio/virtio.table.ts';
import type { DeviceAccess } from '../../seams/driver-domain.ts';
import type { OwnPage, Platform } from '../../seams/platform.ts';
import { FrameDriver } from '../net/frame-driver.ts';
import { PagePool } from '../pages.ts';
import type { PciDevice } from '../pci/scan.ts';
import { VirtioDevice } from './device.ts';
import { type DriverQueue, QUEUE_SIZE } from './queue.ts';

const RECEIVE = 0;
const TRANSMIT = 1;
/** Each frame travels in a page, behind the device's header. */
const LARGEST_FRAME = 4096 - NetHeader.size;

export class VirtioNet extends FrameDriver {
  readonly mac: Uint8Array;
  private readonly pool: PagePool;

  private constructor(
    platform: Platform,
    private readonly device: VirtioDevice,
    private readonly receive: DriverQueue<OwnPage>,
    private readonly transmit: DriverQueue<OwnPage>,
  ) {
    super(platform);
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
    if (frame.length > LARGEST_FRAME) return this.drop();
    // What was sent comes back without an interrupt of its own if somebody looks.
    if (!this.transmit.hasRoom(1)) this.reclaim();
    const pages = this.transmit.hasRoom(1) ? this.pool.take(1) : undefined;
    const page = pages?.[0];
    if (page === undefined) return this.refuse();
    const bytes = page.bytes('write');
    bytes.fill(0, 0, NetHeader.size);
    bytes.set(frame, NetHeader.size);
    this.transmit.offer([{ address: page.frame * 4096, length: NetHeader.size + frame.length }], [], page);
    return this.sent();
  }

  protected announce(): void {
    if (this.transmit.publish()) this.device.notify(TRANSMIT);
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
    this.reopen();
  }
}
