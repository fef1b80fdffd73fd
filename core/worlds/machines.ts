/** The machines that a kernel can be booted on, by name: each line says how the layers are put together. */
import type { Card } from '../drivers/discover.ts';
import type { NamedFile } from '../guests/boot/placement.ts';
import type { Progress } from '../hardware/bare.ts';
import type { Cycles } from '../seams/addresses.ts';
import type { BlockStore, ByteStream } from '../seams/plugs.ts';
import { type BareOptions, type BareWorld, bareWorld } from './bare.ts';
import { type BlanketWorld, blanketWorld } from './blanket.ts';
import { boardScreen } from './board-screen.ts';
import { bootDomains } from './boot-domains.ts';
import { crashReport } from './crash.ts';
import type { Screen } from './desk.ts';
import { bridgeOver, createFabric, macOf } from './fabric.ts';
import { attachScreen } from './guest-screen.ts';
import { kvmOutfit, type Outfitter } from './outfit.ts';
import { type PvWorld, pvWorld } from './pv.ts';
import { type RentedWorld, rentedWorld } from './rented.ts';
import { codeStatistics, engineStatistics, type Statistics, usedDevices } from './statistics.ts';
import type { Plugged } from './virtio-devices.ts';
import { xenOutfit } from './xen-outfit.ts';

export interface MachineOptions extends Omit<BareOptions, 'serial'> {
  readonly console: ByteStream;
  readonly disks: readonly { readonly store: BlockStore; readonly serial: string }[];
  /** Connects the machine to a network with a gateway that leases addresses. */
  readonly network: boolean;
  /** Guests beside the one to talk to, on machines that have guests. */
  readonly domains: number;
  /** Of a rented machine: the most it may use of one CPU, all its CPUs together. */
  readonly capacity?: number;
  /** Of a rented machine: its provider has no nested paging. */
  readonly shadowPaging?: boolean;
  /** Whether a Xen in it keeps its translations global. */
  readonly globalPages?: boolean;
  /** Whether events of a Xen below it are announced at any CPU, as is usual; else all at the first. */
  readonly perCpuUpcalls?: boolean;
}

/** A machine with a kernel in it, ready to run. */
export interface Bootable {
  readonly frequency: number;
  now(): Cycles;
  run(until: Cycles): Progress;
  /** What it shows, where it was made with a framebuffer. */
  readonly screen?: Screen | undefined;
  /** What it is doing, for a person who looks at a crash. */
  describe(): string[];
  statistics(): Statistics;
}

/** The control domain and the hypervisor live in the computer, too. */
const OWN_BYTES = 64 * 2 ** 20;

const onHardware = (options: MachineOptions): Bootable =>
  codeMachine(
    bareWorld({ ...options, serial: options.console, plugged: { disks: options.disks, networks: networksOf(options) } }),
  );

/** One connection to a new network, if one is wanted. */
const networksOf = (options: Pick<MachineOptions, 'network'>, card = 1): Plugged['networks'] =>
  options.network ? [{ port: createFabric().plug('machine'), mac: macOf(card) }] : [];

/** A guest of a KVM provider talks on its serial line: with a console device beside it, each would take what is typed from the other. */
const inContainer =
  (outfit: Outfitter) =>
  ({ console: serial, ...options }: MachineOptions): Bootable => {
    const world = rentedWorld({
      ...options,
      serial,
      outfit,
      networks: networksOf(options),
      seed: options.epoch,
    });
    return { ...codeMachine(world), statistics: () => ({ ...codeStatistics(world), ...exitsOf(world) }) };
  };

/** A guest of a Xen provider talks on hvc0; its serial line only shows what comes before. */
const inXenContainer = (options: MachineOptions): Bootable => {
  const world = rentedWorld({
    ...options,
    serial: { write: (bytes) => options.console.write(bytes), onData: () => {} },
    outfit: xenOutfit,
    networks: networksOf(options),
    emergency: (bytes) => options.console.write(bytes),
    seed: options.epoch,
  });
  return {
    ...codeMachine(world),
    statistics: () => ({ ...codeStatistics(world), ...exitsOf(world), ...world.outfit.statistics?.() }),
  };
};

const onXen = (options: MachineOptions): Bootable => {
  const world = pvWorld(pvOptions(options));
  const { board } = world;
  return domainMachine(world, options, () => ({ devices: usedDevices(board.statistics().devices) }));
};

const onBlanket =
  (outfit: Outfitter) =>
  (options: MachineOptions): Bootable => {
    const { capacity, shadowPaging = false } = options;
    const world = blanketWorld({ ...pvOptions(options), ...(capacity !== undefined && { capacity }), shadowPaging, outfit });
    return domainMachine(world, options, () => ({
      ...exitsOf(world),
      provider: { devices: usedDevices(world.board.statistics().devices), ...world.outfit.statistics?.() },
    }));
  };

/** Layers from the left: what stands on what. */
export const MACHINES = {
  bare: onHardware,
  'xen-hvm': inXenContainer,
  'kvm-hvm': inContainer(kvmOutfit),
  pv: onXen,
  'blanket-xen': onBlanket(xenOutfit),
  'blanket-kvm': onBlanket(kvmOutfit),
} as const satisfies Record<string, (options: MachineOptions) => Bootable>;
export type MachineName = keyof typeof MACHINES;
export const MACHINE_NAMES = Object.keys(MACHINES) as MachineName[];

/** Machines whose kernel's console is hvc0. */
export const hasDomains = (name: MachineName): boolean => name !== 'bare' && name !== 'kvm-hvm';

const pvOptions = (options: MachineOptions): Parameters<typeof pvWorld>[0] => ({
  wasm: options.wasm,
  ...(options.engine && { engine: options.engine }),
  ...(options.features && { features: options.features }),
  memoryBytes: options.memoryBytes * options.domains + OWN_BYTES,
  cpus: options.cpus,
  frequency: options.frequency,
  epoch: options.epoch,
  globalPages: options.globalPages ?? false,
  perCpuUpcalls: options.perCpuUpcalls ?? true,
  emergency: (_domain, bytes) => options.console.write(bytes),
  // The cards of guests have the numbers from 1 on.
  plugged: { disks: options.disks, networks: networksOf(options, 0) },
});

function codeMachine(world: BareWorld): Bootable {
  return {
    frequency: world.frequency,
    now: () => world.now(),
    run: (until) => world.run(until),
    screen: boardScreen(world.board),
    describe: () => crashReport(world),
    statistics: () => codeStatistics(world),
  };
}

/** Guests whose disks and network are those of the machine, behind the driver domain. */
function domainMachine(world: PvWorld, options: MachineOptions, below: () => Counted): Bootable {
  const guests = bootDomains(world, {
    ...options,
    vcpus: options.cpus,
    initrd: options.initrd as NamedFile | undefined,
    console: options.console,
  });
  const { toolstack } = world.domain0;
  const [talking] = guests.domains;
  const guestScreen =
    options.screen === undefined || talking === undefined
      ? undefined
      : attachScreen(toolstack, talking, options.screen, () => undefined);
  const cards: Card[] = [];
  world.domain0.whenReady(({ disks, networks }) => {
    cards.push(...networks);
    if (talking !== undefined) for (const disk of disks) toolstack.attachDisk(talking, disk);
    const bridge = bridgeOver(networks);
    for (const [index, domain] of guests.domains.entries())
      if (networks.length > 0) toolstack.attachNetwork(domain, macOf(index + 1), bridge.plug(domain.control.name));
    guests.start();
  });
  return {
    frequency: guests.frequency,
    get screen() {
      return guestScreen?.screen ?? guestScreen?.last;
    },
    now: () => guests.now(),
    run: (until) => guests.run(until),
    describe: () =>
      guests.domains.flatMap(({ control }) => [
        `${control.name}: ${control.state}${control.crashReason === undefined ? '' : `, ${control.crashReason}`}`,
      ]),
    statistics: () => {
      const { exits, ...others } = below();
      const all = { ...exits, 'second-layer': world.xen.statistics.trapsByReason() };
      return {
        instructions: world.engine.instructions,
        counters: engineStatistics(world.engine, world.engine.counters()),
        ...guests.statistics(),
        cards: cards.map(({ counts }) => counts),
        exits: all,
        ...others,
      };
    },
  };
}

/** What was counted by name; `exits` by layer. */
interface Counted {
  readonly exits?: Record<string, unknown>;
  readonly [name: string]: unknown;
}

const exitsOf = (world: RentedWorld | BlanketWorld): { exits: Record<string, unknown> } => ({
  exits: { 'first-layer': world.instance.ledger.entries() },
});
