/** A rented instance as the window sees it: power, Blanket, machines, consoles, gauges; over the real layers. */

import { Refusal } from '../../base/refusal.ts';
import type { Capacity, Machine, MachineChange, MachineSettings, MachineState } from '../../contract/fleet.ts';
import type { ExitRow } from '../../contract/gauges.ts';
import { parsePvKernel } from '../../guests/boot/pv-kernel.ts';
import type { ByteStream } from '../../seams/plugs.ts';
import type { LayOptions, Screen, Work, World, WorldDevices, WorldHost, WorldStore, WorldVolumes } from '../desk.ts';
import { createFabric, type Fabric } from '../fabric.ts';
import type { Outfitter } from '../outfit.ts';
import { capacityOf } from '../rented-capacity.ts';
import { worldCaptures } from './captures.ts';
import { type Census, censusOf } from './census.ts';
import { deadline } from './deadline.ts';
import { copyDisks, deviceOpener, dropDisks, worldDevices } from './devices.ts';
import { Exits } from './exits.ts';
import { Gauges } from './gauges.ts';
import { Guest, type GuestImage } from './guest.ts';
import { InstanceNetworks } from './networks.ts';
import { Pace } from './pace.ts';
import { createPipe } from './pipe.ts';
import { SavedWorld } from './saved-world.ts';
import { Settling } from './settling.ts';
import { Snapshots } from './snapshots.ts';
import { FREQUENCY, Stack } from './stack.ts';
import { worldVolumes } from './volumes.ts';

const DEFAULT_IMAGE = 'default';
/** Virtual time of one step, as a part of a second. */
const STEPS_PER_SECOND = 200;
/** How long a world that only input can wake may be left alone, milliseconds. */
const ASLEEP = 250;
const POLL = 25;
const MOST_BOOT_SECONDS = 120;
const MOST_SHUTDOWN_SECONDS = 30;
const PAGES_PER_MIB = 256;
const TOO_LATE = 'too-late';
/** A kernel says this when its first program starts. */
const BOOTED = 'as init process';

export class InstanceWorld implements World {
  readonly #boot = createPipe();
  readonly #guests = new Map<string, Guest>();
  readonly #images = new Map<string, GuestImage>();
  readonly #gauges = new Gauges();
  readonly #addresses = new Map<string, string>();
  readonly #exits = new Exits(FREQUENCY);
  readonly #fabric: Fabric;
  readonly #stack: Stack;
  readonly #pace: Pace;
  readonly #saved: SavedWorld;
  /** Seconds since 1970 when virtual time began. */
  readonly #epoch: number;
  #clock = 0;
  /** The time of the last packet that was captured. */
  #captured = 0;
  #booted = false;
  /** The instance's end was told; laying the Blanket begins anew. */
  #ended = false;

  constructor(
    private readonly host: WorldHost,
    outfit: Outfitter,
    /** What the container's card is plugged into; shared by instances that are to reach each other. */
    fabric: Fabric = createFabric(),
  ) {
    this.#fabric = fabric;
    const { instance, provisions } = host;
    let recent = '';
    this.#stack = new Stack({
      capacity: capacityOf(instance),
      provisions,
      outfit,
      name: instance.name,
      cpus: instance.vcpus,
      cores: instance.cores,
      memoryMib: instance.memoryMib,
      shadowPaging: instance.shadowPaging,
      card: this.#fabric.plug(instance.name),
      serial: {
        write: (bytes) => {
          if (!this.#booted) {
            recent = (recent + String.fromCharCode(...bytes)).slice(-200);
            this.#booted = recent.includes(BOOTED);
          }
          this.#boot.guest.write(bytes);
        },
        onData: (listener) => this.#boot.guest.onData(listener),
      },
    });
    this.#saved = new SavedWorld(provisions.files);
    this.#epoch = provisions.epoch();
    this.networks = new InstanceNetworks({
      fabric: this.#fabric,
      instance: instance.id,
      files: provisions.files,
      machines: () => [...this.#guests.values()].map((guest) => guest.machine),
      plugOut: (name) => this.#stack.crossing.plug(name),
      now: () => provisions.epoch() * 1000,
    });
    this.snapshots = new Snapshots({
      files: provisions.files,
      frequency: FREQUENCY,
      guest: (id) => this.#guest(id),
      suspend: (guest, work) => this.#suspend(guest, work),
      now: () => provisions.epoch() * 1000,
    });
    this.#pace = new Pace(FREQUENCY, () => provisions.wall());
  }

  async power(work: Work): Promise<null> {
    const { provisions } = this.host;
    work.progress(0, 3, 'Reading the image');
    const name = this.host.instance.image ?? DEFAULT_IMAGE;
    const image = provisions.image(name);
    work.progress(1, 3, 'Starting the container');
    // The kernel of the default image is made for clouds: it has no driver for a screen.
    this.#stack.bootKernel(image, name !== DEFAULT_IMAGE);
    work.progress(2, 3, 'Booting');
    await this.#until(work, () => this.#booted, MOST_BOOT_SECONDS, 'The instance did not boot', 'Look at its boot console.');
    work.progress(3, 3, 'Ready');
    return null;
  }

  async restore(options: LayOptions, work: Work): Promise<boolean> {
    const saved = this.#saved.read();
    if (saved === undefined) return false;
    await this.layBlanket(options, work);
    for (const [index, { machine, state }] of saved.entries()) {
      work.progress(index, saved.length, `Bringing ${machine.name} back`);
      await this.create(machine);
      if (state === 'running' || state === 'saved') this.#saved.bringBack(this.#guest(machine.id));
    }
    this.#saved.forget();
    return true;
  }

  async save(work: Work): Promise<void> {
    if (this.#stack.blanket === undefined) return;
    const guests = [...this.#guests.values()];
    for (const [index, guest] of guests.entries()) {
      work.progress(index, guests.length, `Saving ${guest.machine.name}`);
      if (guest.state === 'paused') guest.resume();
      if (guest.state === 'running') await this.#saveGuest(guest, work);
    }
    this.#saved.write(guests.map(({ machine, state }) => ({ machine, state })));
  }

  async layBlanket({ globalPages, perCpuUpcalls }: LayOptions, work: Work): Promise<Capacity> {
    work.progress(0, 2, 'Restarting the container');
    this.#guests.clear();
    this.#gauges.forget(this.host.instance.id);
    this.networks.reset();
    this.#ended = false;
    this.#stack.lay({ globalPages, perCpuUpcalls, emergency: (_domain, bytes) => this.#boot.guest.write(bytes) });
    work.progress(1, 2, 'Starting the control domain');
    const { xen, domain0 } = this.#blanket();
    this.#stack.instance.onExit = (cpu, reason, cycles) => this.#exits.count(xen.domainOn(cpu), reason, cycles);
    domain0.toolstack.onEnd((domain, reason) => {
      const guest = [...this.#guests.values()].find((each) => each.domain === domain);
      if (guest === undefined) return;

      guest.ended(reason);
      this.#exits.forget(domain.control.id);
      this.host.changed(guest.machine.id, { state: guest.state, reason: guest.reason });
    });
    work.say(`Xen stands on ${xen.below.name}`);
    const { crossing } = this.#stack;
    await this.#until(
      work,
      () => crossing.ready,
      MOST_BOOT_SECONDS,
      'The driver domain did not find its devices',
      'Lay the Blanket again.',
    );
    work.progress(2, 2, 'Ready');
    const { instance } = this.host;
    const free = Math.floor(xen.frames.free / PAGES_PER_MIB);
    return {
      cpuEcu: instance.ecu ?? 0,
      vcpus: this.#stack.cpus,
      memoryMib: free,
      diskMib: instance.diskGib * 1024,
      ownMemoryMib: Math.max(0, instance.memoryMib - free),
      ownCpuEcu: 0,
    };
  }

  async create(machine: Machine): Promise<void> {
    const devices = deviceOpener(machine, this.host.provisions.files, this.#stack.crossing, this.networks, (refusal) =>
      this.host.diskFailed(machine.id, refusal),
    );
    // The kernel of the default image is made for clouds: it has no driver for a screen.
    const draws = (hasScreen: boolean): void => this.host.changed(machine.id, { hasScreen });
    const guest = new Guest(
      machine,
      this.#blanket().domain0.toolstack,
      this.#image(machine.image),
      devices,
      machine.image === DEFAULT_IMAGE ? undefined : draws,
    );
    if (this.#saved.has(machine.id)) guest.state = 'saved';
    this.#guests.set(machine.id, guest);
  }

  async settled(id: string, work: Work): Promise<void> {
    const guest = this.#guest(id);
    const settling = new Settling(guest);
    const { provisions } = this.host;
    const over = this.#over(MOST_BOOT_SECONDS);
    work.progress(0, 0, 'Waiting until it has booted');
    while (guest.state === 'running' && !settling.settled(this.#clock / FREQUENCY) && !over()) {
      work.check();
      await provisions.wait(POLL);
    }
  }

  /** Memory is shared with a guest that runs; of one that does not there is nothing to share but its disks. */
  async clone(from: string, machines: readonly Machine[], work: Work, made: Parameters<World['clone']>[3]): Promise<void> {
    const source = this.#guest(from);
    const paused = source.state === 'paused';
    const runs = source.domain !== undefined;
    if (paused) source.resume();
    if (runs) await this.#suspend(source, work, 'not-cloned');
    try {
      const template = runs ? source.template() : undefined;
      for (const machine of machines) {
        work.check();
        copyDisks(source.machine, machine, this.host.provisions.files);
        await this.create(machine);
        if (template !== undefined) this.#guest(machine.id).cloneOf(template, source.pipe.recent());
        await made(machine);
        // Consoles are served in between.
        await this.host.provisions.wait(0);
      }
    } finally {
      if (runs) source.wake();
      if (paused) source.pause();
    }
  }

  async act(id: string, action: Parameters<World['act']>[1], work: Work): Promise<void> {
    const guest = this.#guest(id);
    switch (action) {
      case 'start':
        guest.start();
        // What was kept is of a past that its disks leave now.
        this.#saved.drop(id);
        break;
      case 'shutdown':
        await this.#shutDown(guest, work);
        break;
      case 'reboot':
        guest.ask('reboot');
        break;
      case 'pause':
        guest.pause();
        break;
      case 'resume':
        guest.resume();
        break;
      case 'off':
        guest.running();
        guest.stop();
        break;
      case 'reset':
        guest.stop();
        guest.start();
        break;
      case 'save':
        if (guest.state === 'paused') guest.resume();
        await this.#saveGuest(guest, work);
        break;
      case 'restore':
        this.#saved.bringBack(guest);
        break;
    }
    this.#gauges.forget(id);
  }

  async remove(id: string): Promise<void> {
    const guest = this.#guest(id);
    guest.stop();
    dropDisks(guest.machine, this.host.provisions.files);
    this.#saved.drop(id);
    this.snapshots.drop(guest);
    this.#guests.delete(id);
    this.#gauges.forget(id);
  }

  adjust(id: string, change: MachineChange): readonly (keyof MachineSettings)[] {
    return this.#guest(id).adjust(change);
  }

  state(id: string): MachineState {
    return this.#guests.get(id)?.state ?? 'stopped';
  }

  console(unit: string, line: 'serial' | 'boot'): ByteStream | undefined {
    if (line === 'boot' || unit === this.host.instance.id) return this.#boot.person;
    return this.#guests.get(unit)?.pipe.person;
  }

  /** What is in use, for whoever looks for leaks. */
  census(): Census {
    return censusOf(this.#blanket());
  }

  get devices(): WorldDevices {
    return worldDevices(this.host.provisions.files, {
      guest: (id) => this.#guest(id),
      until: (work, done, complaint) =>
        this.#until(work, done, MOST_SHUTDOWN_SECONDS, complaint, 'Unmount it or take it down in the guest first.'),
    });
  }

  get store(): WorldStore {
    return this.#blanket().domain0.toolstack.store;
  }

  get volumes(): WorldVolumes {
    return worldVolumes({
      instance: this.host.instance.id,
      files: this.host.provisions.files,
      guests: () => this.#guests.values(),
      yield: () => this.host.provisions.wait(0),
    });
  }

  readonly networks: InstanceNetworks;
  readonly snapshots: Snapshots;

  readonly captures = worldCaptures({
    traffic: (id, nic) => {
      const guest = this.#guest(id);
      if (!guest.machine.nics.some((each) => each.id === nic))
        throw new Refusal('no-such-nic', `${guest.machine.name} has no card ${nic}.`, 'Choose one of its cards.');
      return guest.traffic;
    },
    now: () => this.#captureClock(),
  });

  screen(unit: string): Screen | undefined {
    return unit === this.host.instance.id ? this.#stack.screen : this.#guests.get(unit)?.screen;
  }

  sample(): ReturnType<World['sample']> {
    if (!this.#stack.rented) return { virtualSeconds: 0, rows: [] };
    this.#tellAddresses();
    const seconds = this.#clock / FREQUENCY;
    const cpus = this.#stack.cpus;
    const rows = [...this.#guests.values()].map((guest) => ({
      unit: guest.machine.id,
      values: this.#gauges.guest(guest, seconds, cpus, guest.domain === undefined ? 0 : this.#exits.of(guest.domain.control.id)),
    }));
    rows.push({ unit: this.host.instance.id, values: this.#gauges.instance(this.host.instance.id, seconds, this.#stack) });
    return { virtualSeconds: seconds, rows };
  }

  exits(unit: string): ExitRow[] {
    if (!this.#stack.rented) return [];
    const seconds = this.#clock / FREQUENCY;
    const domain = this.#guests.get(unit)?.domain;
    if (unit !== this.host.instance.id) return domain === undefined ? [] : this.#exits.domain(unit, seconds, domain.control);
    const calls = this.#stack.blanket?.xen.statistics.byName() ?? [];
    return this.#exits.instance(unit, seconds, this.#stack.instance.ledger, calls);
  }

  run(milliseconds: number): number {
    const { provisions } = this.host;
    const start = provisions.wall();
    while (provisions.wall() - start < milliseconds) {
      const ahead = this.#pace.ahead(this.#clock);
      if (ahead > 0) return ahead;
      this.#clock += FREQUENCY / STEPS_PER_SECOND;
      const progress = this.#stack.run(this.#clock);
      if (progress.kind === 'asleep') return ASLEEP;
      if (progress.kind === 'ended') {
        if (!this.#ended) this.host.ended(progress.outcome.kind);
        this.#ended = true;
        return ASLEEP;
      }
    }
    return 0;
  }

  /** The addresses that the gateway has leased since the last look. */
  #tellAddresses(): void {
    for (const { mac, address } of this.networks.leased()) {
      const guest = [...this.#guests.values()].find(({ machine }) => machine.nics.some((nic) => nic.mac.toLowerCase() === mac));
      if (guest === undefined || this.#addresses.get(guest.machine.id) === address) continue;
      this.#addresses.set(guest.machine.id, address);
      this.host.changed(guest.machine.id, { address });
    }
  }

  /** Nanoseconds since 1970, as the instance's own time has it; its CPUs take turns, so the clock of one may be behind. */
  #captureClock(): bigint {
    this.#captured = Math.max(this.#captured, this.#stack.blanket?.xen.now() ?? this.#clock);
    return BigInt(this.#epoch) * 1_000_000_000n + BigInt(Math.round((this.#captured / FREQUENCY) * 1e9));
  }

  async #suspend(guest: Guest, work: Work, code = TOO_LATE): Promise<void> {
    guest.ask('suspend');
    await this.#until(
      work,
      () => guest.suspended,
      MOST_SHUTDOWN_SECONDS,
      `${guest.machine.name} did not suspend`,
      'Try again when its kernel has booted.',
      code,
    );
  }

  async #saveGuest(guest: Guest, work: Work): Promise<void> {
    await this.#suspend(guest, work);
    try {
      this.#saved.keep(guest, FREQUENCY);
    } catch (problem) {
      guest.wake();
      throw problem;
    }
    guest.stop();
    guest.state = 'saved';
  }

  async #shutDown(guest: Guest, work: Work): Promise<void> {
    guest.ask('poweroff');
    await this.#until(
      work,
      () => guest.domain === undefined,
      MOST_SHUTDOWN_SECONDS,
      `${guest.machine.name} did not shut down`,
      'Wait longer, or force it off.',
    );
  }

  async #until(
    work: Work,
    done: () => boolean,
    seconds: number,
    complaint: string,
    remedy: string,
    code = TOO_LATE,
  ): Promise<void> {
    const { provisions } = this.host;
    const over = this.#over(seconds);
    while (!done()) {
      work.check();
      if (over()) throw new Refusal(code, `${complaint} within ${seconds} seconds.`, remedy);
      await provisions.wait(POLL);
    }
  }

  #over(seconds: number): () => boolean {
    return deadline(seconds, { own: () => this.#clock / FREQUENCY, wall: () => this.host.provisions.wall() });
  }

  #image(name: string): GuestImage {
    const known = this.#images.get(name);
    if (known !== undefined) return known;
    const { provisions } = this.host;
    const { kernel, ramdisk, commandLine } = provisions.image(name);
    const image: GuestImage = { kernel: parsePvKernel(kernel, provisions.codecs), ramdisk: ramdisk?.bytes, commandLine };
    this.#images.set(name, image);
    return image;
  }

  #guest(id: string): Guest {
    const guest = this.#guests.get(id);
    if (guest === undefined)
      throw new Refusal('no-such-machine', `There is no machine ${id} in this instance.`, 'Look at the list of machines.');
    return guest;
  }

  #blanket(): NonNullable<Stack['blanket']> {
    if (this.#stack.blanket === undefined)
      throw new Refusal('no-blanket', 'The instance has no Blanket yet.', 'Lay the Blanket first.');
    return this.#stack.blanket;
  }
}
