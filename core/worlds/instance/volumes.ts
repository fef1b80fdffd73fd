/** The disks of an instance's machines with what they take on this computer, and their way out of it. */
import { Refusal } from '../../base/refusal.ts';
import type { MachineState } from '../../contract/fleet.ts';
import type { Volume } from '../../contract/storage.ts';
import type { WorldFiles, WorldVolumes } from '../desk.ts';
import { diskFile } from './devices.ts';
import type { Guest } from './guest.ts';

const MIB = 2 ** 20;
/** States in which nobody writes to the disks. */
const STILL: readonly MachineState[] = ['stopped', 'saved', 'paused', 'crashed', 'template'];

interface Around {
  readonly instance: string;
  readonly files: WorldFiles;
  guests(): Iterable<Guest>;
  /** Lets other work of the process happen. */
  yield(): Promise<void>;
}

export function worldVolumes({ instance, files, guests, yield: rest }: Around): WorldVolumes {
  return {
    list: () =>
      [...guests()].flatMap(({ machine }) =>
        machine.disks.map(
          (disk): Volume => ({
            id: `${machine.id} ${disk.id}`,
            name: `${machine.name} ${disk.id}`,
            instance,
            image: disk.file ?? disk.image,
            virtualBytes: disk.sizeMib * MIB,
            realBytes: disk.file === undefined ? files.size(diskFile(machine.id, disk)) : 0,
            usedBy: [machine.id],
          }),
        ),
      ),
    export: async (id, name, format, to, work) => {
      const guest = [...guests()].find(({ machine }) => machine.id === id);
      const disk = guest?.machine.disks.find((each) => each.id === name);
      if (guest === undefined || disk === undefined)
        throw new Refusal('no-such-device', `${id} has no disk ${name}.`, 'Choose one that the Storage page lists.');
      if (disk.file !== undefined)
        throw new Refusal('disk-own', `${name} is the file ${disk.file} of your own.`, 'Copy that file.');
      if (!STILL.includes(guest.state))
        throw new Refusal(
          'wrong-state',
          `${guest.machine.name} is ${guest.state} and may write to its disk.`,
          'Shut it down or pause it first.',
        );
      // A disk that was never used has no file yet.
      files.disk(diskFile(id, disk), disk.sizeMib * MIB, disk.image).close();
      for (const { done, of } of files.exportDisk(diskFile(id, disk), to, format)) {
        work.check();
        work.progress(done, of, disk.id);
        await rest();
      }
    },
  };
}
