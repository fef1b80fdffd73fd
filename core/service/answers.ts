/** The calls about one instance, over the stack that runs it. */
import type { Answer, NamesBy, Request } from '../contract/calls.ts';
import type { MachineAction, MachineOrder } from '../contract/calls-machines.ts';
import type { MachineState } from '../contract/fleet.ts';
import type { Work, World } from '../worlds/desk.ts';
import { asStarted } from '../worlds/pending.ts';
import { deviceCalls } from './device-calls.ts';
import type { GaugeHistory } from './history.ts';
import type { Machines } from './machines.ts';
import { Maker } from './making.ts';
import { part, refuse } from './refuse.ts';
import type { Works } from './works.ts';

export type WorldCalls = { [N in NamesBy<'world'>]: (request: Request<N>) => Answer<N> | Promise<Answer<N>> };

export interface WorldParts {
  readonly world: World;
  readonly machines: Machines;
  readonly works: Works;
  readonly history: GaugeHistory;
  layBlanket(options: { globalPages: boolean; perCpuUpcalls: boolean }, work: Work): Promise<void>;
  saveAll(work: Work): Promise<void>;
  resumeAll(work: Work): Promise<void>;
}

/** States from which an action makes sense; the window shows the others greyed, with the reason. */
const MAY: Readonly<Record<MachineAction, readonly MachineState[]>> = {
  start: ['stopped', 'crashed', 'saved'],
  shutdown: ['running'],
  reboot: ['running'],
  pause: ['running'],
  resume: ['paused'],
  off: ['running', 'paused', 'starting', 'stopping', 'crashed'],
  reset: ['running', 'paused', 'crashed'],
  save: ['running', 'paused'],
  restore: ['saved'],
};
const DURING: Partial<Record<MachineAction, MachineState>> = {
  start: 'starting',
  restore: 'starting',
  shutdown: 'stopping',
  save: 'stopping',
  reboot: 'stopping',
  reset: 'starting',
};

export function worldCalls(parts: WorldParts): WorldCalls {
  const { world, machines, works, history } = parts;

  const act = async (id: string, action: MachineAction, work: Work): Promise<void> => {
    const during = DURING[action];
    if (during !== undefined) machines.change(id, { state: during });
    try {
      await world.act(id, action, work);
    } finally {
      const began = (action === 'start' || action === 'reset') && world.state(id) === 'running';
      if (machines.has(id))
        machines.change(id, { ...(began && asStarted(machines.get(id))), state: world.state(id), reason: '' });
    }
  };

  const maker = new Maker(world, machines, works, (id, work) => act(id, 'start', work));

  const numbered = (order: MachineOrder, count: number): MachineOrder[] =>
    count === 1
      ? [order]
      : Array.from({ length: count }, (_, index) => ({
          ...order,
          name: `${order.name}-${String(index + 1).padStart(String(count).length, '0')}`,
        }));

  return {
    'blanket.lay': ({ instance, ...options }) => {
      if (machines.state !== 'ready') refuse('wrong-state', 'The Blanket can be laid once, on an instance that is ready.');
      return {
        task: works.begin({ title: 'task.lay', unit: instance, values: {} }, (work) => parts.layBlanket(options, work)).id,
      };
    },
    'blanket.partition': ({ instance, count, order, start, template }) => {
      requireBlanket(machines);
      const rows = numbered(order as MachineOrder, count).map((it) => machines.draft(it));
      return { task: maker.make({ title: 'task.partition', unit: instance, rows, from: template, start }) };
    },
    'instance.save': ({ instance }) => ({
      task: works.begin({ title: 'task.saveInstance', unit: instance, values: {}, cancellable: false }, (work) =>
        parts.saveAll(work),
      ).id,
    }),
    'instance.resume': ({ instance }) => ({
      task: works.begin({ title: 'task.resumeInstance', unit: instance, values: {}, cancellable: false }, (work) =>
        parts.resumeAll(work),
      ).id,
    }),
    'machine.create': ({ instance, order, start }) => {
      requireBlanket(machines);
      const rows = [machines.draft(order as MachineOrder)];
      return { task: maker.make({ title: 'task.create', unit: instance, rows, from: null, start }) };
    },
    'machine.clone': ({ machine, name, count, start }) => {
      const from = machines.get(machine);
      const order: MachineOrder = { ...from, name, diskMib: 0, network: from.nics[0]?.network ?? '' };
      // Of an image of the person's own that can be written there is only one.
      const disks = from.disks.filter((disk) => disk.file === undefined || disk.readOnly);
      const rows = numbered(order, count).map((it) => machines.draft(pick(it), { disks }));
      return { task: maker.make({ title: 'task.clone', unit: machine, rows, from: machine, start }) };
    },
    'machine.act': ({ machine, action }) => {
      const row = machines.get(machine);
      if (!MAY[action].includes(row.state)) refuse('wrong-state', `${row.name} is ${row.state}.`);
      return {
        task: works.begin({ title: `task.${action}`, unit: machine, values: { name: row.name } }, (work) =>
          act(machine, action, work),
        ).id,
      };
    },
    'machine.edit': ({ machine, change }) => {
      const row = machines.get(machine);
      const own = ['name', 'tags', 'group', 'note', 'protected', 'autostart'] as const;
      const running = row.state !== 'stopped' && row.state !== 'template';
      const live = running ? world.adjust(machine, change) : (Object.keys(change) as (keyof typeof change)[]);
      if (!running) world.adjust(machine, change);
      const edited = machines.adjust(machine, change, [...own, ...live]);
      machines.write();
      return edited;
    },
    'machine.remove': ({ machine }) => {
      const row = machines.get(machine);
      if (row.protected) refuse('protected', `${row.name} is protected against deletion.`);
      return {
        task: works.begin(
          { title: 'task.remove', unit: machine, values: { name: row.name }, cancellable: false },
          async (work) => {
            if (['running', 'paused', 'starting'].includes(world.state(machine))) await world.act(machine, 'off', work);
            await world.remove(machine);
            history.forget(machine);
            machines.remove(machine);
            machines.write();
          },
        ).id,
      };
    },
    'machine.template': ({ machine, on }) => {
      const row = machines.get(machine);
      if (on ? row.state !== 'stopped' && row.state !== 'paused' : row.state !== 'template')
        refuse('wrong-state', `${row.name} is ${row.state}; stop or pause it first.`);
      return machines.change(machine, { state: on ? 'template' : world.state(machine) });
    },
    'machine.label': ({ machines: ids, add, group }) => {
      machines.put(
        ...ids
          .map((id) => machines.get(id))
          .map((row) => ({ ...row, tags: [...new Set([...row.tags, ...add])], group: group ?? row.group })),
      );
      return {};
    },
    ...deviceCalls(world, machines, works),
    'machine.exits': ({ unit }) => world.exits(unit),
    'metrics.latest': () => ({ readings: history.latest ?? null }),
    'metrics.history': ({ unit, gauge, seconds }) => history.read(unit, gauge, seconds, Date.now()),
    'snapshot.list': async ({ machine }) => (world.snapshots === undefined ? [] : world.snapshots.list(machine)),
    'snapshot.take': ({ machine, name, note }) => {
      const snapshots = part(world.snapshots, 'snapshots');
      return {
        task: works.begin(
          { title: 'task.snapshot', unit: machine, values: { name, machine: machines.get(machine).name } },
          (work) => snapshots.take(machine, name, note, work),
        ).id,
      };
    },
    'snapshot.revert': ({ machine, snapshot }) => {
      const snapshots = part(world.snapshots, 'snapshots');
      return {
        task: works.begin({ title: 'task.revert', unit: machine, values: { name: machines.get(machine).name } }, async (work) => {
          await snapshots.revert(machine, snapshot, work);
          machines.change(machine, { state: world.state(machine) });
        }).id,
      };
    },
    'snapshot.remove': async ({ machine, snapshot }) => {
      await part(world.snapshots, 'snapshots').remove(machine, snapshot);
      return {};
    },
    'network.list': () => world.networks?.list() ?? { networks: [], leases: [], forwards: [] },
    'network.create': ({ network }) => part(world.networks, 'networks').create(network),
    'network.remove': ({ network }) => {
      part(world.networks, 'networks').remove(network);
      return {};
    },
    'forward.add': ({ forward }) => part(world.networks, 'networks').addForward(forward),
    'forward.remove': ({ forward }) => {
      part(world.networks, 'networks').removeForward(forward);
      return {};
    },
    'volume.list': () => world.volumes?.list() ?? [],
    'volume.export': ({ machine, disk, format, path }) => {
      const volumes = part(world.volumes, 'disks of its own');
      const { name } = machines.get(machine);
      return {
        task: works.begin({ title: 'task.exportDisk', unit: machine, values: { name, disk, path }, measure: 'bytes' }, (work) =>
          volumes.export(machine, disk, format, path, work),
        ).id,
      };
    },
    'capture.list': ({ machine }) => world.captures?.list(machine) ?? [],
    'capture.start': ({ machine, nic }) => ({ capture: part(world.captures, 'packet capture').start(machine, nic) }),
    'capture.stop': ({ capture }) => part(world.captures, 'packet capture').stop(capture),
  };
}

function requireBlanket(machines: Machines): void {
  if (machines.state !== 'blanket' && machines.capacity === null)
    refuse('not-possible-here', 'This instance has no Blanket yet.');
}

/** The settings of an order alone: a machine's own fields are not copied into its clone. */
function pick(order: MachineOrder): MachineOrder {
  const { name, image, vcpus, memoryMib, maximumVcpus, maximumMemoryMib, diskMib, network } = order;
  const { weight, cap, tags, group, note, commandLine } = order;
  return {
    ...{ name, image, vcpus, memoryMib, maximumVcpus, maximumMemoryMib, diskMib, network },
    ...{ weight, cap, tags, group, note, commandLine },
  };
}
