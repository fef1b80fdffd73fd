/** Numbers and layouts of virtio 1.1 (OASIS, virtio-v1.1-csprd01), split virtqueues over PCI. */

/** PCI identity of a modern device: vendor, and 0x1040 + device type (section 4.1.2). */
export const VIRTIO_VENDOR = 0x1af4;
export const VIRTIO_DEVICE_BASE = 0x1040;

/** Device types (section 5). */
export const DeviceType = { net: 1, block: 2, console: 3, entropy: 4, balloon: 5 } as const;

/** Device status bits (section 2.1). */
export const Status = { acknowledge: 1, driver: 2, driverOk: 4, featuresOk: 8, needsReset: 0x40, failed: 0x80 } as const;

/** Feature bits that belong to no device type (section 6). */
export const Feature = { indirectDescriptors: 28n, version1: 32n } as const;

/** Vendor capability types (section 4.1.4). */
export const Capability = { common: 1, notify: 2, isr: 3, device: 4 } as const;

/** Structure `virtio_pci_cap`: offsets; the last only of the capability `notify`. */
export const PciCapability = { vendorSpecific: 0x09, type: 3, bar: 4, offset: 8, length: 12, multiplier: 16 } as const;

/** Where the four structures lie in the one memory BAR; our choice, told to the driver by the capabilities. */
export const BAR = {
  size: 0x4000,
  common: { at: 0x0000, length: 56 },
  isr: { at: 0x1000, length: 1 },
  device: { at: 0x2000, length: 0x100 },
  notify: { at: 0x3000, length: 0x1000 },
} as const;
/** Distance of the notify words of two queues. */
export const NOTIFY_MULTIPLIER = 4;

/** Common configuration structure (section 4.1.4.3): name, offset, width. */
export const COMMON = [
  { name: 'deviceFeatureSelect', at: 0, width: 4 },
  { name: 'deviceFeature', at: 4, width: 4 },
  { name: 'driverFeatureSelect', at: 8, width: 4 },
  { name: 'driverFeature', at: 12, width: 4 },
  { name: 'configVector', at: 16, width: 2 },
  { name: 'queueCount', at: 18, width: 2 },
  { name: 'deviceStatus', at: 20, width: 1 },
  { name: 'configGeneration', at: 21, width: 1 },
  { name: 'queueSelect', at: 22, width: 2 },
  { name: 'queueSize', at: 24, width: 2 },
  { name: 'queueVector', at: 26, width: 2 },
  { name: 'queueEnable', at: 28, width: 2 },
  { name: 'queueNotifyOffset', at: 30, width: 2 },
  { name: 'queueDescriptorLow', at: 32, width: 4 },
  { name: 'queueDescriptorHigh', at: 36, width: 4 },
  { name: 'queueAvailableLow', at: 40, width: 4 },
  { name: 'queueAvailableHigh', at: 44, width: 4 },
  { name: 'queueUsedLow', at: 48, width: 4 },
  { name: 'queueUsedHigh', at: 52, width: 4 },
] as const;
export type CommonRegister = (typeof COMMON)[number]['name'];

/** No MSI-X vector: the driver then uses the interrupt line. */
export const NO_VECTOR = 0xffff;

/** Split virtqueue (section 2.6). */
export const Descriptor = { size: 16, address: 0, length: 8, flags: 12, next: 14 } as const;
export const DescriptorFlag = { next: 1, write: 2, indirect: 4 } as const;
export const Ring = { flags: 0, index: 2, entries: 4, noInterrupt: 1 } as const;
export const UsedElement = { size: 8, id: 0, length: 4 } as const;

/** Block device (section 5.2). */
export const BlockFeature = { segMax: 2n, readOnly: 5n, blockSize: 6n, flush: 9n, discard: 13n } as const;
export const BlockRequest = { read: 0, write: 1, flush: 4, getId: 8, discard: 11 } as const;
/** One range to discard: u64 sector, u32 sectors, u32 flags. */
export const DiscardRange = { size: 16, sector: 0, sectors: 8 } as const;
export const BlockStatus = { ok: 0, error: 1, unsupported: 2 } as const;
export const BlockHeader = { size: 16, type: 0, sector: 8 } as const;
export const BlockConfig = { size: 60, capacity: 0, segMax: 12, blockSize: 20, maxDiscardSectors: 36, maxDiscardSegments: 40, discardAlignment: 44 } as const;

/** Network device (section 5.1); the header has its `num_buffers` field always, since version 1 is required. */
export const NetFeature = { mtu: 3n, mac: 5n, status: 16n } as const;
export const NetHeader = { size: 12, bufferCount: 10 } as const;
export const NetConfig = { size: 12, mac: 0, status: 6, mtu: 10, linkUp: 1 } as const;

/** Balloon device (section 5.5); frame numbers are in 4 KiB units. */
export const BalloonFeature = { mustTellHost: 0n } as const;
export const BalloonConfig = { size: 8, target: 0, actual: 4 } as const;
