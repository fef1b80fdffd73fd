/** A container of a Xen provider: its domain, the platform device, and the control domain's store, console and back ends. */
import { OWN_FRAMES, PLATFORM_WINDOW, SPECIAL_FRAMES } from '../abi/xen/hvm.table.ts';
import { invariant } from '../base/bug.ts';
import { random } from '../base/random.ts';
import { pc } from '../devices/boards/pc.ts';
import { type XenPlatform, xenPlatform } from '../devices/xen-platform/device.ts';
import { withUpcalls } from '../devices/xen-platform/upcalls.ts';
import { type HvmGuest, xenHvm } from '../hypervisors/xen/hvm/flavour.ts';
import type { AddressRange } from '../seams/machine.ts';
import type { Furnishing, Outfitter } from './outfit.ts';
import { type Services, serveContainer } from './xen-services.ts';

const FRAME = 4096;
/** Where firmware puts the ports of the platform device. */
const PLATFORM_PORTS = 0xc000;

const RAM: readonly AddressRange[] = [
  PLATFORM_WINDOW,
  { start: OWN_FRAMES.first * FRAME, length: OWN_FRAMES.count * FRAME },
  { start: SPECIAL_FRAMES.first * FRAME, length: SPECIAL_FRAMES.count * FRAME },
];

/** The same in every run with the same seed. */
const uuidOf = ({ seed }: Furnishing): Uint8Array => {
  const chance = random(seed);
  return Uint8Array.from({ length: 16 }, () => chance.below(256));
};

export const xenOutfit: Outfitter = (furnishing) => {
  const uuid = uuidOf(furnishing);
  let guest: HvmGuest | undefined;
  let services: Services | undefined;
  return {
    flavour: xenHvm({
      uuid,
      ...(furnishing.emergency && { emergency: furnishing.emergency }),
      made: (made) => {
        guest = made;
      },
    }),
    ram: RAM,
    board: (host, options) => {
      invariant(guest !== undefined, 'a container is made before its board');
      let platform: XenPlatform | undefined;
      const board = withUpcalls(
        host,
        guest.upcalls,
        (asserted) => platform?.pci.setInterrupt(asserted),
        (inner) =>
          pc(inner, {
            ...options,
            pci: [
              (place) => {
                platform = xenPlatform(place, { ioBase: PLATFORM_PORTS, memory: PLATFORM_WINDOW });
                return platform.pci;
              },
            ],
          }),
      );
      services = serveContainer(guest, furnishing, uuid);
      return board;
    },
    statistics: () => ({
      hypercalls: guest && Object.fromEntries(guest.statistics.counts),
      missingHypercalls: guest && Object.fromEntries(guest.statistics.missing),
      controlCycles: guest?.controlCycles,
      blocks: services?.disks.map(({ counts }) => counts),
      networks: services?.networks.map(({ counts }) => counts),
    }),
  };
};
