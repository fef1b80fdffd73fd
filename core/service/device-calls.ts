/** The calls that plug disks and network cards, and those that look into the store. */
import type { NamesBy } from '../contract/calls.ts';
import type { Disk, Machine } from '../contract/fleet.ts';
import type { World } from '../worlds/desk.ts';
import type { WorldCalls } from './answers.ts';
import type { Machines } from './machines.ts';
import { part, refuse } from './refuse.ts';
import type { Works } from './works.ts';

type Names = Extract<NamesBy<'world'>, `disk.${string}` | `nic.${string}` | `store.${string}`>;

/** As many as letters follow `xvd`; network cards have the same bound. */
const MOST = 26;

export function deviceCalls(world: World, machines: Machines, works: Works): Pick<WorldCalls, Names> {
  const devices = () => part(world.devices, 'way to plug devices');
  const store = () => part(world.store, 'store');
  const free = (taken: readonly { id: string }[], name: (index: number) => string): string => {
    const ids = new Set(taken.map(({ id }) => id));
    const found = Array.from({ length: MOST }, (_, index) => name(index)).find((id) => !ids.has(id));
    return found ?? refuse('not-possible-here', `A machine has at most ${MOST} of them.`);
  };
  /** Takes a device away as a task and out of the record when it is gone. */
  const detach = (
    title: string,
    row: Machine,
    kind: 'disks' | 'nics',
    id: string,
    work: Parameters<Works['begin']>[1],
  ): { task: string } => {
    if (!row[kind].some((each) => each.id === id))
      refuse('no-such-device', `${row.name} has no ${id}. It has: ${row[kind].map((each) => each.id).join(', ') || 'none'}.`);
    const spec = { title, unit: row.id, values: { name: row.name, device: id } };
    const begun = works.begin(spec, async (...args) => {
      await work(...args);
      machines.change(row.id, { [kind]: machines.get(row.id)[kind].filter((each) => each.id !== id) });
      machines.write();
    });
    return { task: begun.id };
  };
  return {
    'disk.attach': ({ machine, sizeMib, file, readOnly, image = '' }) => {
      const row = machines.get(machine);
      if (file === null && (sizeMib === 0 || readOnly)) refuse('bad-request', 'A new disk has a size and can be written.');
      const id = free(row.disks, (index) => `xvd${String.fromCharCode('a'.charCodeAt(0) + index)}`);
      const disk: Disk = { id, image, sizeMib, readOnly, ...(file === null ? {} : { file }) };
      const size = Math.floor(devices().attachDisk(machine, disk));
      const changed = machines.change(machine, { disks: [...row.disks, { ...disk, sizeMib: size }] });
      machines.write();
      return changed;
    },
    'disk.detach': ({ machine, disk }) =>
      detach('task.detach', machines.get(machine), 'disks', disk, (work) => devices().detachDisk(machine, disk, work)),
    'nic.attach': ({ machine, network }) => {
      const row = machines.get(machine);
      const id = free(row.nics, (index) => `eth${index}`);
      const nic = { id, mac: machines.mac(), network, connected: true };
      devices().attachNic(machine, nic);
      const changed = machines.change(machine, { nics: [...row.nics, nic] });
      machines.write();
      return changed;
    },
    'nic.detach': ({ machine, nic }) =>
      detach('task.detach', machines.get(machine), 'nics', nic, (work) => devices().detachNic(machine, nic, work)),
    'store.read': ({ path }) => ({ value: store().read(path) ?? null }),
    'store.list': ({ path }) => {
      const names = store().list(path);
      return { names: names === undefined ? null : [...names] };
    },
    'store.write': ({ path, value }) => {
      store().write(path, value);
      return {};
    },
    'store.remove': ({ path }) => {
      store().remove(path);
      return {};
    },
  };
}
