/** Finds what the machine of a driver domain has, whatever is below it, and puts a driver in front of each device. */
import type { DriverAccess } from '../seams/driver-domain.ts';
import type { Platform } from '../seams/platform.ts';
import type { BlockQueue, FramePort } from '../seams/plugs.ts';
import { BlockFront, LARGEST as LARGEST_FRONT } from './block/front.ts';
import { inPieces } from './block/pieces.ts';
import { NetFront } from './net/front.ts';
import { type PciDevice, scanPci } from './pci/scan.ts';
import { LARGEST, VirtioBlock } from './virtio/block.ts';
import { isVirtio } from './virtio/device.ts';
import { VirtioNet } from './virtio/net.ts';
import { connectBelow, isXenPlatform, type XenBelow } from './xen/below/connect.ts';
import { FrontEnd } from './xen/front-end.ts';

/** A network card, and how many frames its driver has carried, and had to drop for want of room. */
export interface Card extends FramePort {
  readonly counts: { readonly sent: number; readonly received: number; readonly dropped: number };
}

/** Devices in use, each kind in the order of the bus. */
export interface FoundDevices {
  readonly disks: readonly BlockQueue[];
  readonly networks: readonly Card[];
}

export interface DiscoverOptions {
  /** Events of a Xen below arrive at the CPU on which this domain runs; else at the first one, which passes them on. */
  readonly perCpuUpcalls: boolean;
}

/** Works in the domain's own time; `ready` is called once, when every device answers. */
export const discover = (
  platform: Platform,
  access: DriverAccess,
  options: DiscoverOptions,
  ready: (found: FoundDevices) => void,
): void => {
  const devices = scanPci(access.devices);
  const virtio = virtioDevices(platform, access, devices);
  const xen = devices.find(isXenPlatform);
  if (xen === undefined) ready(virtio);
  else
    xenDevices(connectBelow(platform, access, xen, options.perCpuUpcalls), (fronts) =>
      ready({ disks: [...virtio.disks, ...fronts.disks], networks: [...virtio.networks, ...fronts.networks] }),
    );
};

const virtioDevices = (platform: Platform, access: DriverAccess, devices: readonly PciDevice[]): FoundDevices => ({
  disks: devices
    .filter((pci) => isVirtio(pci, 'block'))
    .map((pci) => VirtioBlock.open(pci, access.devices, platform))
    .filter((disk) => disk !== undefined)
    .map((disk) => inPieces(disk, LARGEST)),
  networks: devices
    .filter((pci) => isVirtio(pci, 'net'))
    .map((pci) => VirtioNet.open(pci, access.devices, platform))
    .filter((network) => network !== undefined),
});

/** The front ends of a Xen below; they connect one by one, and are handed over when all have. */
const xenDevices = (below: XenBelow | undefined, ready: (found: FoundDevices) => void): void => {
  if (below === undefined) {
    ready({ disks: [], networks: [] });
    return;
  }
  const { store } = below;
  store.list('device/vbd', (vbds) =>
    store.list('device/vif', (vifs) => {
      let left = vbds.length + vifs.length;
      const connected = (): void => {
        left -= 1;
        if (left <= 0) ready({ disks: disks.map((disk) => inPieces(disk, LARGEST_FRONT)), networks });
      };
      const disks = inOrder(vbds).map((name) => {
        const front = new BlockFront(below.platform, connected);
        new FrontEnd(store, `device/vbd/${name}`, front);
        return front;
      });
      const networks = inOrder(vifs).map((name) => {
        const front = new NetFront(below.platform, connected);
        new FrontEnd(store, `device/vif/${name}`, front);
        return front;
      });
      if (left === 0) connected();
    }),
  );
};

const inOrder = (names: readonly string[]): string[] => [...names].sort((a, b) => Number(a) - Number(b));
