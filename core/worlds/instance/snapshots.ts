/** Snapshots of machines: copies of their disks, and of their memory where they ran; kept as files of the world. */
import * as z from 'zod';
import { Refusal } from '../../base/refusal.ts';
import { type Snapshot, snapshot as snapshotSchema } from '../../contract/calls-machines.ts';
import type { Disk } from '../../contract/fleet.ts';
import { loadStream } from '../../control/load-stream.ts';
import type { Work, WorldFiles, WorldSnapshots } from '../desk.ts';
import { diskFile } from './devices.ts';
import type { Guest } from './guest.ts';

const document = z.object({ next: z.number(), snapshots: z.array(snapshotSchema) });
type Document = z.output<typeof document>;

const listFile = (machine: string): string => `${machine}-snapshots.json`;
const memoryFile = (machine: string, id: string): string => `${machine}-${id}.memory`;
const keptDisk = (machine: string, id: string, disk: Disk): string => `${machine}-${id}-${disk.id}.qcow2`;
/** Disks that are a part of a snapshot; a person's own images are not ours to copy or to put back. */
const ownDisks = ({ machine }: Guest): readonly Disk[] => machine.disks.filter((disk) => disk.file === undefined);

interface Around {
  readonly files: WorldFiles;
  /** Cycles per second of the guests' clocks. */
  readonly frequency: number;
  guest(id: string): Guest;
  /** Resolves when the guest stands still; {@link Guest.wake} lets it go on. */
  suspend(guest: Guest, work: Work): Promise<void>;
  /** Milliseconds since 1970. */
  now(): number;
}

export class Snapshots implements WorldSnapshots {
  constructor(private readonly around: Around) {}

  async list(machine: string): Promise<Snapshot[]> {
    return this.#read(machine).snapshots;
  }

  async take(machine: string, name: string, note: string, work: Work): Promise<void> {
    const guest = this.around.guest(machine);
    const { next, snapshots } = this.#read(machine);
    const id = `s${next}`;
    const runs = guest.domain !== undefined;
    const paused = guest.state === 'paused';
    if (paused) guest.resume();
    if (runs) await this.around.suspend(guest, work);
    try {
      work.progress(0, 1, runs ? 'Writing its memory and disks' : 'Copying its disks');
      this.#keep(guest, id, runs);
    } catch (problem) {
      this.#dropFiles(guest, id);
      throw problem;
    } finally {
      if (runs) guest.wake();
      if (paused) guest.pause();
    }
    const taken: Snapshot = {
      id,
      name,
      note,
      at: this.around.now(),
      parent: snapshots.find((it) => it.current)?.id ?? null,
      withMemory: runs,
      bytes: this.#size(guest, id),
      current: true,
    };
    this.#write(machine, { next: next + 1, snapshots: [...snapshots.map((it) => ({ ...it, current: false })), taken] });
  }

  async revert(machine: string, snapshot: string, work: Work): Promise<void> {
    const guest = this.around.guest(machine);
    const { next, snapshots } = this.#read(machine);
    const wanted = this.#known(snapshots, snapshot);
    const { files } = this.around;
    work.progress(0, 1, `Going back to ${wanted.name}`);
    // Read before anything is given up.
    const memory = wanted.withMemory ? this.#memory(guest, wanted) : undefined;
    guest.stop();
    for (const disk of ownDisks(guest)) {
      if (files.size(keptDisk(machine, snapshot, disk)) > 0)
        files.copy(keptDisk(machine, snapshot, disk), diskFile(machine, disk));
      else files.remove(diskFile(machine, disk));
    }
    if (memory === undefined) guest.state = 'stopped';
    else guest.restoreFrom(memory);
    this.#write(machine, { next, snapshots: snapshots.map((it) => ({ ...it, current: it.id === snapshot })) });
  }

  async remove(machine: string, snapshot: string): Promise<void> {
    const { next, snapshots } = this.#read(machine);
    const gone = this.#known(snapshots, snapshot);
    const rest = snapshots
      .filter((it) => it !== gone)
      .map((it) => ({
        ...it,
        parent: it.parent === snapshot ? gone.parent : it.parent,
        current: it.current || (gone.current && it.id === gone.parent),
      }));
    this.#write(machine, { next, snapshots: rest });
    this.#dropFiles(this.around.guest(machine), snapshot);
  }

  /** The machine is being removed. */
  drop(guest: Guest): void {
    for (const { id } of this.#read(guest.machine.id).snapshots) this.#dropFiles(guest, id);
    this.around.files.remove(listFile(guest.machine.id));
  }

  #keep(guest: Guest, id: string, runs: boolean): void {
    const { files, frequency } = this.around;
    const { machine } = guest;
    if (runs) files.write(memoryFile(machine.id, id), guest.savedForm(frequency));
    for (const disk of ownDisks(guest)) files.copy(diskFile(machine.id, disk), keptDisk(machine.id, id, disk));
  }

  #memory(guest: Guest, { id, name }: Snapshot): ReturnType<typeof loadStream> & object {
    const bytes = this.around.files.read(memoryFile(guest.machine.id, id));
    const memory = bytes === undefined ? 'its file is missing' : loadStream(bytes);
    if (typeof memory !== 'string') return memory;
    throw new Refusal(
      'saved-damaged',
      `The memory of the snapshot ${name} cannot be used: ${memory}.`,
      'The machine is as it was; delete this snapshot.',
    );
  }

  #dropFiles(guest: Guest, id: string): void {
    const { files } = this.around;
    files.remove(memoryFile(guest.machine.id, id));
    for (const disk of ownDisks(guest)) files.remove(keptDisk(guest.machine.id, id, disk));
  }

  #size(guest: Guest, id: string): number {
    const { files } = this.around;
    const disks = ownDisks(guest).reduce((sum, disk) => sum + files.size(keptDisk(guest.machine.id, id, disk)), 0);
    return disks + files.size(memoryFile(guest.machine.id, id));
  }

  #known(snapshots: readonly Snapshot[], id: string): Snapshot {
    const found = snapshots.find((it) => it.id === id);
    if (found === undefined)
      throw new Refusal('no-such-snapshot', `There is no snapshot ${id}.`, 'Choose one that the Snapshots tab lists.');
    return found;
  }

  #read(machine: string): Document {
    const bytes = this.around.files.read(listFile(machine));
    return bytes === undefined ? { next: 1, snapshots: [] } : document.parse(JSON.parse(new TextDecoder().decode(bytes)));
  }

  #write(machine: string, kept: Document): void {
    this.around.files.write(listFile(machine), [new TextEncoder().encode(JSON.stringify(kept))]);
  }
}
