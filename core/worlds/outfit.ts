/** What a provider furnishes a container with: the interface its hypervisor shows, the devices on its board, the services behind them. */
import { random } from '../base/random.ts';
import { type PcBoard, type PcOptions, pc } from '../devices/boards/pc.ts';
import { virtioBalloon } from '../devices/virtio/balloon.ts';
import { virtioConsole } from '../devices/virtio/console.ts';
import { virtioEntropy } from '../devices/virtio/entropy.ts';
import { kvm } from '../hypervisors/kvm/kvm.ts';
import type { FlavourFactory } from '../hypervisors/virtualized/flavour.ts';
import type { BoardHost } from '../seams/board.ts';
import type { AddressRange, ContainerMemory } from '../seams/machine.ts';
import type { ByteStream } from '../seams/plugs.ts';
import { onPci, type Plugged, virtioFunctions } from './virtio-devices.ts';

/** What a container is rented with. */
export interface Furnishing extends Plugged {
  readonly name: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** The far side of the paravirtual console, if there is to be one. */
  readonly console?: ByteStream;
  /** What the container writes to its hypervisor's own console, where it has one. */
  readonly emergency?: (bytes: Uint8Array) => void;
  /** For the entropy device and the container's identity. */
  readonly seed: number;
}

export interface Outfit {
  readonly flavour: FlavourFactory;
  /** RAM that no memory map lists, beside what was rented. */
  readonly ram: readonly AddressRange[];
  /** The board of a container whose flavour was just made. */
  board(host: BoardHost, options: Omit<PcOptions, 'pci'>): PcBoard;
  /** What the provider's side counted, for display. */
  statistics?(): Record<string, unknown>;
}

export type Outfitter = (furnishing: Furnishing) => Outfit;

/** KVM: everything is a virtio device. */
export const kvmOutfit: Outfitter = (furnishing) => {
  let memory: ContainerMemory | undefined;
  return {
    flavour: (tenancy) => {
      memory = tenancy.memory;
      return kvm(tenancy);
    },
    ram: [],
    board: (host, options) =>
      pc(host, {
        ...options,
        pci: onPci([
          ...virtioFunctions(furnishing),
          ...(furnishing.console === undefined ? [] : [furnishing.console]).map((stream) => () => virtioConsole(stream)),
          () => virtioEntropy(random(furnishing.seed)),
          () =>
            virtioBalloon({
              get frames() {
                return memory?.frames ?? 0;
              },
              discard: (frame) => memory?.discard(frame as Parameters<ContainerMemory['discard']>[0]),
            }),
        ]),
      }),
  };
};
