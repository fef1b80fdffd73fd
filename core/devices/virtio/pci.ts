/** A virtio device as a PCI function: identity, capabilities, one memory window, one interrupt pin (virtio 1.1 section 4.1). */
import {
  BAR,
  Capability,
  DeviceType,
  NOTIFY_MULTIPLIER,
  PciCapability,
  VIRTIO_DEVICE_BASE,
  VIRTIO_VENDOR,
} from '../../abi/virtio/virtio.table.ts';
import type { PciPlace } from '../boards/pc.ts';
import { PciFunction } from '../pci/function.ts';
import { type VirtioFunction, VirtioTransport } from './transport.ts';

/** PCI class codes by device type (PCI code and ID assignment 1.11). */
const CLASS: Readonly<Record<number, number>> = {
  [DeviceType.net]: 0x02_0000,
  [DeviceType.block]: 0x01_0000,
  [DeviceType.console]: 0x07_8000,
  [DeviceType.entropy]: 0xff_0000,
  [DeviceType.balloon]: 0xff_0000,
};
/** The window that all structures lie in. */
const WINDOW = 4;
const INTA = 1;

function capability(type: number, at: number, length: number, extra?: number): Uint8Array {
  const bytes = new Uint8Array(extra === undefined ? 16 : 20);
  const view = new DataView(bytes.buffer);
  bytes.set([PciCapability.vendorSpecific, 0, bytes.length, type, WINDOW]);
  view.setUint32(8, at, true);
  view.setUint32(12, length, true);
  if (extra !== undefined) view.setUint32(16, extra, true);
  return bytes;
}

export interface VirtioPci {
  readonly pci: PciFunction;
  readonly transport: VirtioTransport;
}

export function virtioPci(fn: VirtioFunction, place: PciPlace): VirtioPci {
  const transport = new VirtioTransport(fn, place.host, (asserted) => pci.setInterrupt(asserted));
  const device = {
    name: `virtio-${Object.entries(DeviceType).find(([, type]) => type === fn.type)?.[0] ?? fn.type}`,
    read: (offset: number, width: number) => transport.read(offset, width) >>> 0,
    write: (offset: number, width: number, value: number) => transport.write(offset, width, value),
  };
  const pci = new PciFunction(
    {
      vendor: VIRTIO_VENDOR,
      device: VIRTIO_DEVICE_BASE + fn.type,
      class: CLASS[fn.type] ?? 0xff_0000,
      revision: 1,
      subsystemVendor: VIRTIO_VENDOR,
      subsystem: fn.type,
      interruptPin: INTA,
      windows: { [WINDOW]: { kind: 'memory', size: BAR.size, device } },
      capabilities: [
        capability(Capability.common, BAR.common.at, BAR.common.length),
        capability(Capability.isr, BAR.isr.at, BAR.isr.length),
        capability(Capability.device, BAR.device.at, BAR.device.length),
        capability(Capability.notify, BAR.notify.at, BAR.notify.length, NOTIFY_MULTIPLIER),
      ],
    },
    place.buses,
    place.pin,
  );
  pci.assign({ [WINDOW]: place.memoryWindow }, place.interruptLine);
  return { pci, transport };
}
