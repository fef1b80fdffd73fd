/** A world for tests of what stands before it: machines that only have states, devices, a store and echoing consoles. */
import type { Capacity, Machine, MachineState } from '../../contract/fleet.ts';
import { GAUGES } from '../../contract/gauges.ts';
import type { ByteStream } from '../../seams/plugs.ts';
import type { World, WorldDevices, WorldStore } from '../../worlds/desk.ts';

export const CAPACITY: Capacity = { cpuEcu: 0, vcpus: 2, memoryMib: 4096, diskMib: 0, ownMemoryMib: 0, ownCpuEcu: 0 };

const AFTER = {
  start: 'running',
  shutdown: 'stopped',
  reboot: 'running',
  pause: 'paused',
  resume: 'running',
  off: 'stopped',
  reset: 'running',
  save: 'saved',
  restore: 'running',
} as const satisfies Record<Parameters<World['act']>[1], MachineState>;

/** Gives back what it is given. */
function echo(): ByteStream {
  let listener: (bytes: Uint8Array) => void = () => undefined;
  return {
    write: (bytes) => listener(bytes),
    onData: (by) => {
      listener = by;
    },
  };
}

export class FakeWorld implements World {
  readonly states = new Map<string, MachineState>();
  readonly nodes = new Map<string, string>([['/local/domain/1/name', 'web']]);
  readonly plugged: string[] = [];
  readonly #consoles = new Map<string, ByteStream>();

  power = async (): Promise<null> => null;
  restore = async (): Promise<boolean> => false;
  save = async (): Promise<void> => undefined;
  layBlanket = async (): Promise<Capacity> => CAPACITY;

  create = async ({ id }: Machine): Promise<void> => void this.states.set(id, 'stopped');
  settled = async (): Promise<void> => undefined;
  clone: World['clone'] = async (_from, machines, _work, made) => {
    for (const machine of machines) {
      await this.create(machine);
      await made(machine);
    }
  };
  act: World['act'] = async (id, action) => void this.states.set(id, AFTER[action]);
  remove = async (id: string): Promise<void> => void this.states.delete(id);
  adjust: World['adjust'] = () => ['weight', 'cap'];
  state = (id: string): MachineState => this.states.get(id) ?? 'stopped';
  console(unit: string): ByteStream {
    const known = this.#consoles.get(unit) ?? echo();
    this.#consoles.set(unit, known);
    return known;
  }
  screen = (): undefined => undefined;
  sample = (): ReturnType<World['sample']> => ({
    virtualSeconds: 1,
    rows: [...this.states.keys()].map((unit) => ({ unit, values: GAUGES.map((_, index) => index + 1) })),
  });
  exits = (): [] => [];
  run = (): number => 50;

  readonly devices: WorldDevices = {
    attachDisk: (machine, disk) => {
      this.plugged.push(`${machine} ${disk.id}`);
      return disk.file === undefined ? disk.sizeMib : 7;
    },
    detachDisk: async (machine, disk) => void this.plugged.push(`${machine} -${disk}`),
    attachNic: (machine, nic) => void this.plugged.push(`${machine} ${nic.id}`),
    detachNic: async (machine, nic) => void this.plugged.push(`${machine} -${nic}`),
  };

  readonly store: WorldStore = {
    read: (path) => this.nodes.get(path) ?? (this.#below(path).length > 0 ? '' : undefined),
    list: (path) => {
      const names = new Set(this.#below(path).map((rest) => rest.split('/')[0] ?? ''));
      return names.size > 0 || this.nodes.has(path) ? [...names] : undefined;
    },
    write: (path, value) => void this.nodes.set(path, value),
    remove: (path) => void this.nodes.delete(path),
  };

  #below(path: string): string[] {
    const start = path === '/' ? '/' : `${path}/`;
    return [...this.nodes.keys()].filter((each) => each.startsWith(start)).map((each) => each.slice(start.length));
  }
}
