/** Disks and networks as virtio devices on the PCI bus of a computer. */
import type { PciPlace } from '../devices/boards/pc.ts';
import type { PciFunction } from '../devices/pci/function.ts';
import { virtioBlock } from '../devices/virtio/block.ts';
import { virtioNet } from '../devices/virtio/net.ts';
import { virtioPci } from '../devices/virtio/pci.ts';
import type { VirtioFunction } from '../devices/virtio/transport.ts';
import type { BlockStore, FramePort } from '../seams/plugs.ts';

export interface Plugged {
  readonly disks: readonly { readonly store: BlockStore; readonly serial: string }[];
  readonly networks: readonly { readonly port: FramePort; readonly mac: Uint8Array }[];
}

/** In the order of their slots. */
export function virtioFunctions({ disks, networks }: Plugged): (() => VirtioFunction)[] {
  return [
    ...disks.map(
      ({ store, serial }) =>
        () =>
          virtioBlock(store, serial),
    ),
    ...networks.map(
      ({ port, mac }) =>
        () =>
          virtioNet(port, mac),
    ),
  ];
}

/** Builders for the board: each makes its device when it is given its place. */
export const onPci = (functions: readonly (() => VirtioFunction)[]): ((place: PciPlace) => PciFunction)[] =>
  functions.map((make) => (place: PciPlace) => virtioPci(make(), place).pci);
