/** What of an instance is kept on the disk while no process runs it: its machines, and the memory of those that ran. */
import { Refusal } from '../../base/refusal.ts';
import type { Machine, MachineState } from '../../contract/fleet.ts';
import { loadStream } from '../../control/load-stream.ts';
import type { WorldFiles } from '../desk.ts';
import type { Guest } from './guest.ts';

export interface SavedMachine {
  readonly machine: Machine;
  readonly state: MachineState;
}

const LIST = 'saved.json';
const VERSION = 1;
const fileOf = (machine: string): string => `${machine}.save`;
/** What its console showed. */
const consoleOf = (machine: string): string => `${machine}.console`;

export class SavedWorld {
  constructor(private readonly files: WorldFiles) {}

  /** Keeps the memory of a suspended guest. */
  keep(guest: Guest, frequency: number): void {
    const { id } = guest.machine;
    this.files.write(fileOf(id), guest.savedForm(frequency));
    this.files.write(consoleOf(id), [guest.pipe.recent()]);
  }

  has(machine: string): boolean {
    return this.files.size(fileOf(machine)) > 0;
  }

  /** Lets a guest go on from what was kept; the file is dropped, since the guest changes from now on. */
  bringBack(guest: Guest): void {
    const { id, name } = guest.machine;
    const bytes = this.files.read(fileOf(id));
    if (bytes === undefined) throw new Refusal('not-saved', `There is no saved state of ${name}.`, 'Start the machine instead.');
    const saved = loadStream(bytes);
    if (typeof saved === 'string')
      throw new Refusal(
        'saved-damaged',
        `The saved state of ${name} cannot be used: ${saved}.`,
        'Start the machine instead; its disks are as they were.',
      );
    guest.restoreFrom(saved);
    // In another process nobody has seen it.
    if (guest.pipe.recent().length === 0) guest.pipe.guest.write(this.files.read(consoleOf(id)) ?? new Uint8Array());
    this.drop(id);
  }

  drop(machine: string): void {
    for (const file of [fileOf(machine), consoleOf(machine)]) this.files.remove(file);
  }

  write(machines: readonly SavedMachine[]): void {
    this.files.write(LIST, [new TextEncoder().encode(JSON.stringify({ version: VERSION, machines }))]);
  }

  /** Undefined: nothing was saved, or by another version. */
  read(): readonly SavedMachine[] | undefined {
    const bytes = this.files.read(LIST);
    if (bytes === undefined) return undefined;
    const document = JSON.parse(new TextDecoder().decode(bytes)) as { version?: number; machines?: SavedMachine[] };
    return document.version === VERSION ? document.machines : undefined;
  }

  forget(): void {
    this.files.remove(LIST);
  }
}
