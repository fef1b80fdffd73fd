/** Disks and network cards of an instance's machines: what is behind them, and plugging them while a machine lives. */
import type { Refusal } from '../../base/refusal.ts';
import type { Disk, Machine } from '../../contract/fleet.ts';
import type { Work, WorldDevices, WorldFiles } from '../desk.ts';
import { reportingDisk } from '../reporting-disk.ts';
import type { Crossing } from './crossing.ts';
import type { Guest, GuestDevices } from './guest.ts';
import type { InstanceNetworks } from './networks.ts';
import { Traffic } from './traffic.ts';

const MIB = 2 ** 20;
const SECTOR = 512;
/** The file of a disk that belongs to its machine. */
export const diskFile = (machine: string, disk: Disk): string => `${machine}-${disk.id}.qcow2`;

/** Opens what a machine's record names. */
export function deviceOpener(
  machine: Pick<Machine, 'id' | 'name'>,
  files: WorldFiles,
  crossing: Crossing,
  networks: InstanceNetworks,
  diskFailed: (refusal: Refusal) => void,
): GuestDevices {
  const traffic = new Traffic();
  return {
    traffic,
    disk: (disk) =>
      crossing.volume(
        traffic.disk(
          reportingDisk(
            disk.file === undefined
              ? files.disk(diskFile(machine.id, disk), disk.sizeMib * MIB, disk.image)
              : files.ownDisk(disk.file, disk.readOnly),
            diskFailed,
          ),
        ),
      ),
    nic: (nic) => ({
      mac: Uint8Array.from(nic.mac.split(':'), (part) => Number.parseInt(part, 16)),
      port: traffic.port(nic.id, networks.plug(nic.network, machine.name)),
    }),
  };
}

/** Gives a clone the content of the disks that were made for its original; nobody writes to these meanwhile. */
export function copyDisks(from: Pick<Machine, 'id' | 'disks'>, to: Pick<Machine, 'id'>, files: WorldFiles): void {
  for (const disk of from.disks) if (disk.file === undefined) files.copy(diskFile(from.id, disk), diskFile(to.id, disk));
}

/** Removes the disks that were made for a machine; a person's own images stay. */
export function dropDisks({ id, disks }: Pick<Machine, 'id' | 'disks'>, files: WorldFiles): void {
  for (const disk of disks) if (disk.file === undefined) files.remove(diskFile(id, disk));
}

interface Around {
  guest(id: string): Guest;
  /** Waits, and refuses with `complaint` when it takes too long. */
  until(work: Work, done: () => boolean, complaint: string): Promise<void>;
}

export function worldDevices(files: WorldFiles, { guest: find, until }: Around): WorldDevices {
  const letGo = async (guest: Guest, id: string, work: Work): Promise<void> => {
    if (guest.domain !== undefined) guest.detach(id);
    await until(work, () => !guest.has(id), `${guest.machine.name} does not let go of ${id}`);
  };
  return {
    attachDisk: (id, disk) => {
      const guest = find(id);
      // Opened in any case, so that a file that is no disk is refused now.
      const sectors = guest.domain === undefined ? sizeOf(disk, files) : guest.attachDisk(disk);
      guest.machine = { ...guest.machine, disks: [...guest.machine.disks, disk] };
      return (sectors * SECTOR) / MIB;
    },
    detachDisk: async (id, disk, work) => {
      const guest = find(id);
      await letGo(guest, disk, work);
      const { disks } = guest.machine;
      dropDisks({ id, disks: disks.filter((each) => each.id === disk) }, files);
      guest.machine = { ...guest.machine, disks: disks.filter((each) => each.id !== disk) };
    },
    attachNic: (id, nic) => {
      const guest = find(id);
      if (guest.domain !== undefined) guest.attachNic(nic);
      guest.machine = { ...guest.machine, nics: [...guest.machine.nics, nic] };
    },
    detachNic: async (id, nic, work) => {
      const guest = find(id);
      await letGo(guest, nic, work);
      guest.machine = { ...guest.machine, nics: guest.machine.nics.filter((each) => each.id !== nic) };
    },
  };
}

const sizeOf = (disk: Disk, files: WorldFiles): number => {
  if (disk.file === undefined) return (disk.sizeMib * MIB) / SECTOR;
  const open = files.ownDisk(disk.file, disk.readOnly);
  open.close();
  return open.sectors;
};
