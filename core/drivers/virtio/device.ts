/** A modern virtio device over PCI as its driver sees it: negotiation, queues, notification (virtio 1.1 sections 3.1 and 4.1). */
import {
  Capability,
  COMMON,
  type CommonRegister,
  DeviceType,
  Feature,
  PciCapability,
  Status,
  VIRTIO_DEVICE_BASE,
  VIRTIO_VENDOR,
} from '../../abi/virtio/virtio.table.ts';
import type { DeviceAccess, DeviceRegisters } from '../../seams/driver-domain.ts';
import type { OwnPages } from '../../seams/platform.ts';
import type { PciDevice } from '../pci/scan.ts';
import { DriverQueue, QUEUE_SIZE } from './queue.ts';

const LOW = 0xffff_ffffn;
const HALF = 2 ** 32;

/** The four structures that capabilities point to; `multiplier` is the distance of notification words. */
interface Structures {
  readonly common: DeviceRegisters;
  readonly isr: DeviceRegisters;
  readonly config: DeviceRegisters;
  readonly notify: DeviceRegisters;
  readonly multiplier: number;
}

const structuresOf = (pci: PciDevice, access: DeviceAccess): Structures | undefined => {
  const found = new Map<number, DeviceRegisters>();
  let multiplier = 0;
  for (const at of pci.capabilities(PciCapability.vendorSpecific)) {
    const type = pci.read(at + PciCapability.type, 1);
    const base = pci.window(pci.read(at + PciCapability.bar, 1));
    const start = base + pci.read(at + PciCapability.offset, 4);
    const registers = base === 0 ? undefined : access.registers(start, pci.read(at + PciCapability.length, 4));
    if (registers !== undefined) found.set(type, registers);
    if (type === Capability.notify) multiplier = pci.read(at + PciCapability.multiplier, 4);
  }
  const [common, isr] = [found.get(Capability.common), found.get(Capability.isr)];
  const [config, notify] = [found.get(Capability.device), found.get(Capability.notify)];
  return common && isr && config && notify && { common, isr, config, notify, multiplier };
};

export class VirtioDevice {
  /** Features both sides have agreed on. */
  features = 0n;

  private constructor(private readonly structures: Structures) {}

  /** Begins with the device behind a PCI function; undefined: it cannot be used. */
  static open(pci: PciDevice, access: DeviceAccess): VirtioDevice | undefined {
    pci.enable();
    const structures = structuresOf(pci, access);
    return structures && new VirtioDevice(structures);
  }

  private read(name: CommonRegister): number {
    const { at, width } = registerOf(name);
    return this.structures.common.read(at, width);
  }

  private write(name: CommonRegister, value: number): void {
    const { at, width } = registerOf(name);
    this.structures.common.write(at, width, value);
  }

  /** Resets it and agrees on those of the `wanted` features that it has; false: it does not want us. */
  negotiate(wanted: bigint): boolean {
    this.write('deviceStatus', 0);
    this.write('deviceStatus', Status.acknowledge);
    this.write('deviceStatus', Status.acknowledge | Status.driver);
    let offered = 0n;
    for (const half of [0, 1]) {
      this.write('deviceFeatureSelect', half);
      offered |= BigInt(this.read('deviceFeature') >>> 0) << BigInt(32 * half);
    }
    this.features = offered & (wanted | (1n << Feature.version1));
    for (const half of [0, 1]) {
      this.write('driverFeatureSelect', half);
      this.write('driverFeature', Number((this.features >> BigInt(32 * half)) & LOW));
    }
    this.write('deviceStatus', Status.acknowledge | Status.driver | Status.featuresOk);
    return (this.read('deviceStatus') & Status.featuresOk) !== 0;
  }

  has(feature: bigint): boolean {
    return (this.features & (1n << feature)) !== 0n;
  }

  /** Sets up one of its queues; undefined: it has none of that number, or there is no memory. */
  queue<Token>(index: number, own: OwnPages): DriverQueue<Token> | undefined {
    this.write('queueSelect', index);
    if (this.read('queueSize') < QUEUE_SIZE) return undefined;
    const page = own.allocate();
    if (page === undefined) return undefined;
    const queue = new DriverQueue<Token>(page);
    this.write('queueSize', QUEUE_SIZE);
    const { descriptors, available, used } = queue.addresses;
    const parts = [
      ['queueDescriptorLow', 'queueDescriptorHigh', descriptors],
      ['queueAvailableLow', 'queueAvailableHigh', available],
      ['queueUsedLow', 'queueUsedHigh', used],
    ] as const;
    for (const [low, high, address] of parts) {
      this.write(low, address % HALF);
      this.write(high, Math.floor(address / HALF));
    }
    this.write('queueEnable', 1);
    return queue;
  }

  /** The driver is ready: the device may work. */
  start(): void {
    this.write('deviceStatus', Status.acknowledge | Status.driver | Status.featuresOk | Status.driverOk);
  }

  /** The driver gives the device up. */
  fail(): void {
    this.write('deviceStatus', Status.failed);
  }

  /** Says that queue `index` has something new. */
  notify(index: number): void {
    this.structures.notify.write(index * this.structures.multiplier, 2, index);
  }

  /** What it interrupts for; it stops asking by that. */
  acknowledge(): number {
    return this.structures.isr.read(0, 1);
  }

  /** A field of its configuration. */
  config(offset: number, width: 1 | 2 | 4): number {
    return this.structures.config.read(offset, width);
  }
}

const registerOf = (name: CommonRegister): { readonly at: number; readonly width: 1 | 2 | 4 } =>
  COMMON.find((each) => each.name === name) ?? COMMON[0];

/** Whether a PCI function is a modern virtio device of a type. */
export const isVirtio = (pci: PciDevice, type: keyof typeof DeviceType): boolean =>
  pci.vendor === VIRTIO_VENDOR && pci.device === VIRTIO_DEVICE_BASE + DeviceType[type];
