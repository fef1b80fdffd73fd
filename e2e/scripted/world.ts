/** A rented instance by script: the same seam as the real stacks, with faults on request. Tests only; never packaged. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../../core/base/refusal.ts';
import type { Snapshot } from '../../core/contract/calls-machines.ts';
import type { Capacity, Machine, MachineState } from '../../core/contract/fleet.ts';
import type { ExitRow } from '../../core/contract/gauges.ts';
import { FREQUENCY } from '../../core/observe/costs.table.ts';
import type { Screen, Work, World, WorldHost, WorldMaker } from '../../core/worlds/desk.ts';
import { gaugesOf } from './gauges.ts';
import { scriptedNetworks } from './networks.ts';
import { scriptedScreen } from './screen.ts';
import { bootLog, KERNEL, ScriptedShell } from './shell.ts';

interface Guest {
  machine: Machine;
  state: MachineState;
  load: number;
  shell: ScriptedShell;
  screen: Screen;
}

/** Milliseconds of one scripted step; tests set it low. */
const STEP = Number(process.env.BLANKET_SCRIPTED_STEP ?? 60);
/** What is to go wrong, by name. */
const FAULT = process.env.BLANKET_SCRIPTED_FAULT ?? '';
const pause = (steps: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, steps * STEP));

export const scriptedWorld: WorldMaker = (host: WorldHost): World => {
  const { instance } = host;
  const guests = new Map<string, Guest>();
  const file = join(host.folder, 'scripted.json');
  const snapshots = new Map<string, Snapshot[]>();
  const born = Date.now();
  let capacity: Capacity | null = null;
  const boot = new ScriptedShell(instance.name, () => '');
  const ownScreen = scriptedScreen(boot);

  const addGuest = (machine: Machine, state: MachineState): Guest => {
    const shell = new ScriptedShell(machine.name, (command) => run(guest, command));
    const guest: Guest = { machine, state, load: 0, shell, screen: scriptedScreen(shell) };
    guests.set(machine.id, guest);
    return guest;
  };
  const get = (id: string): Guest => {
    const guest = guests.get(id);
    if (guest === undefined) throw new Refusal('no-such-machine', `There is no machine ${id}.`, 'Choose another.');
    return guest;
  };
  const bootGuest = async (guest: Guest, work: Work): Promise<void> => {
    const lines = bootLog(guest.machine.name, guest.machine.vcpus, guest.machine.memoryMib);
    for (const [index, line] of lines.entries()) {
      work.check();
      work.progress(index, lines.length, 'booting');
      guest.shell.print(`${line}\n`);
      if (index % 3 === 0) await pause(1);
    }
    guest.state = 'running';
    guest.shell.print('\nDebian GNU/Linux 12 hvc0\n\n');
    guest.shell.prompt();
    const number = Number(guest.machine.id.split('.')[1]);
    host.changed(guest.machine.id, { state: 'running', hasScreen: true, address: `10.0.${number >> 8}.${(number & 0xff) + 9}` });
  };

  return {
    async power(work) {
      const steps = [
        'placing the order',
        'reserving memory',
        'starting the first-layer hypervisor',
        'starting the container',
        'waiting for its kernel',
      ];
      for (const [index, step] of steps.entries()) {
        work.check();
        work.progress(index, steps.length, step);
        work.say(step);
        boot.print(`${step}\n`);
        await pause(4);
        if (FAULT === 'crash-while-starting' && index === 3 && !existsSync(join(host.folder, 'crashed'))) {
          writeFileSync(join(host.folder, 'crashed'), '');
          process.exit(9);
        }
      }
      return null;
    },
    async restore() {
      if (!existsSync(file)) return false;
      const saved = JSON.parse(readFileSync(file, 'utf8')) as {
        capacity: Capacity | null;
        guests: { machine: Machine; state: MachineState }[];
      };
      capacity = saved.capacity;
      for (const { machine, state } of saved.guests) {
        const guest = addGuest(machine, state);
        if (state === 'running') guest.shell.prompt();
      }
      return true;
    },
    async save() {
      writeFileSync(
        file,
        JSON.stringify({ capacity, guests: [...guests.values()].map(({ machine, state }) => ({ machine, state })) }),
      );
    },
    async layBlanket(_options, work) {
      const steps = [
        'probing what is below',
        'taking over interrupts',
        'building the driver domain',
        'starting xenstored',
        'connecting Blanket drivers',
      ];
      for (const [index, step] of steps.entries()) {
        work.check();
        work.progress(index, steps.length, step);
        work.say(step);
        boot.print(`(XEN) ${step}\n`);
        await pause(4);
      }
      if (FAULT === 'lay-fails')
        throw new Refusal(
          'below-unknown',
          'The provider offers no interface that the Blanket knows.',
          'Rent an instance of another provider.',
        );
      const ecu = instance.ecu ?? instance.vcpus * 3;
      capacity = {
        cpuEcu: ecu * 0.96,
        vcpus: instance.vcpus,
        memoryMib: Math.round(instance.memoryMib * 0.96 - 512),
        diskMib: instance.diskGib * 1024,
        ownMemoryMib: 512 + Math.round(instance.memoryMib * 0.04),
        ownCpuEcu: ecu * 0.04,
      };
      return capacity;
    },
    async create(machine, work) {
      refuseThird(machine);
      work.progress(0, 2, 'writing its disk');
      await pause(1);
      addGuest(machine, 'stopped');
    },
    settled: async () => undefined,
    async clone(from, machines, work, made) {
      for (const machine of machines) {
        refuseThird(machine);
        work.check();
        await pause(1);
        const guest = addGuest(machine, get(from).state === 'running' ? 'running' : 'stopped');
        if (guest.state === 'running') {
          guest.shell.print(`\nresumed as a clone of ${get(from).machine.name}\n`);
          guest.shell.prompt();
          host.changed(machine.id, { address: `10.0.0.${(Number(machine.id.split('.')[1]) & 0xff) + 9}` });
        }
        await made(machine);
      }
    },
    async act(id, action, work) {
      const guest = get(id);
      if (action === 'start' || action === 'restore' || action === 'reset') return bootGuest(guest, work);
      await pause(action === 'pause' || action === 'resume' ? 0.2 : 3);
      if (action === 'reboot') return bootGuest(guest, work);
      const after = { pause: 'paused', resume: 'running', off: 'stopped', shutdown: 'stopped', save: 'saved' } as const;
      guest.state = after[action];
      guest.load = 0;
    },
    async remove(id) {
      await pause(1);
      guests.delete(id);
    },
    adjust(id, change) {
      const guest = get(id);
      guest.machine = {
        ...guest.machine,
        ...Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
      };
      const live = ['weight', 'cap', 'name'] as const;
      return guest.state === 'running'
        ? live.filter((key) => change[key] !== undefined)
        : (Object.keys(change) as (keyof typeof change)[]);
    },
    state: (id) => guests.get(id)?.state ?? 'lost',
    console: (unit) => (unit === instance.id ? boot : guests.get(unit)?.shell),
    screen: (unit) => (unit === instance.id ? ownScreen : guests.get(unit)?.screen),
    sample() {
      const at = (Date.now() - born) / 1000;
      const running = [...guests.values()].filter((guest) => guest.state === 'running');
      const wanted = running.reduce((sum, guest) => sum + guest.machine.vcpus * (0.15 + guest.load), 0);
      const contention = Math.max(1, wanted / instance.vcpus);
      const rows = [...guests.values()].map(({ machine, state, load }) => ({
        unit: machine.id,
        values: gaugesOf(
          {
            ...machine,
            running: state === 'running',
            seed: Number(machine.id.split('.')[1]) * 7 + Number(instance.id.slice(1)),
            load,
          },
          at,
          contention,
        ),
      }));
      const sum = (gauge: number): number => rows.reduce((total, row) => total + (row.values[gauge] ?? 0), 0);
      const cpu = Math.min(
        100,
        rows.reduce(
          (total, row, index) =>
            total + ((row.values[0] ?? 0) * ([...guests.values()][index]?.machine.vcpus ?? 1)) / instance.vcpus,
          3,
        ),
      );
      return {
        virtualSeconds: at,
        rows: [
          ...rows,
          {
            unit: instance.id,
            values: [
              cpu,
              cpu,
              sum(2) + 512,
              sum(3),
              sum(4),
              sum(5),
              sum(6),
              (contention - 1) * 30,
              sum(8) * 0.4,
              sum(9),
              sum(10),
            ],
          },
        ],
      };
    },
    exits(unit): ExitRow[] {
      const scale = unit === instance.id ? 9 : 1 + (guests.get(unit)?.load ?? 0) * 4;
      const rows: [ExitRow['layer'], string, number, number][] = [
        ['second', 'hypercall sched_op', 212, 640],
        ['second', 'hypercall event_channel_op', 148, 720],
        ['second', 'hypercall grant_table_op', 96, 1900],
        ['second', 'hypercall mmu_update', 61, 2400],
        ['second', 'trap page fault', 44, 1100],
        ['second', 'system call', 820, 0],
        ['first', 'interrupt', 71, 4100],
        ['first', 'vmcall', 38, 3900],
        ['first', 'nested page fault', 12, 5200],
        ['first', 'port I/O', 3, 6100],
      ];
      return rows.map(([layer, reason, perSecond, cyclesEach]) => ({
        layer,
        reason,
        perSecond: perSecond * scale,
        total: Math.round(perSecond * scale * ((Date.now() - born) / 1000)),
        cyclesEach,
        cpu: (100 * perSecond * scale * cyclesEach) / FREQUENCY,
      }));
    },
    run: () => {
      if (FAULT === 'hang' && capacity !== null && !existsSync(join(host.folder, 'hung'))) {
        writeFileSync(join(host.folder, 'hung'), '');
        for (;;);
      }
      return 50;
    },
    networks: scriptedNetworks(instance.id, () => [...guests.values()].map((guest) => guest.machine)),
    volumes: {
      list: () =>
        [...guests.values()].flatMap(({ machine }) =>
          machine.disks.map((disk) => ({
            id: `${machine.id} ${disk.id}`,
            name: `${machine.name} ${disk.id}`,
            instance: instance.id,
            image: disk.image,
            virtualBytes: disk.sizeMib * 1_048_576,
            realBytes: disk.sizeMib * 40_000,
            usedBy: [machine.id],
          })),
        ),
      export: async (machine, disk, _format, to, work) => {
        if (get(machine).state === 'running')
          throw new Refusal('wrong-state', `${machine} is running and may write to its disk.`, 'Shut it down or pause it first.');
        work.progress(0, 1, disk);
        await pause(2);
        writeFileSync(to, 'scripted');
      },
    },
    snapshots: {
      list: async (machine) => snapshots.get(machine) ?? [],
      take: async (machine, name, note) => {
        await pause(3);
        const before = snapshots.get(machine) ?? [];
        const current = before.find((it) => it.current);
        snapshots.set(machine, [
          ...before.map((it) => ({ ...it, current: false })),
          {
            id: `s${before.length + 1}`,
            name,
            note,
            at: Date.now(),
            parent: current?.id ?? null,
            withMemory: get(machine).state === 'running',
            bytes: 31_457_280,
            current: true,
          },
        ]);
      },
      revert: async (machine, snapshot) => {
        await pause(3);
        snapshots.set(
          machine,
          (snapshots.get(machine) ?? []).map((it) => ({ ...it, current: it.id === snapshot })),
        );
      },
      remove: async (machine, snapshot) => {
        snapshots.set(
          machine,
          (snapshots.get(machine) ?? []).filter((it) => it.id !== snapshot),
        );
      },
    },
  };
};

function refuseThird(machine: Machine): void {
  if (FAULT === 'create-fails' && machine.name.endsWith('3'))
    throw new Refusal('not-enough', 'The instance has not enough memory left.', 'Ask for less memory.');
}

function run(guest: Guest, command: string): string {
  const [name, ...rest] = command.split(/\s+/);
  if (command === 'uname -a') return `Linux ${guest.machine.name} ${KERNEL.slice(6)}\n`;
  if (name === 'hostname') return `${guest.machine.name}\n`;
  if (name === 'load') {
    guest.load = Number(rest[0] ?? 1);
    return '';
  }
  if (name === 'seq')
    return Array.from({ length: Math.min(300_000, Number(rest[0] ?? 10)) }, (_, index) => `${index + 1}`)
      .join('\n')
      .concat('\n');
  if (name === 'free') return `Mem: ${guest.machine.memoryMib} MiB\n`;
  return `sh: ${name ?? ''}: not found\n`;
}
