/** One virtual machine of an instance: its settings, its domain while it has one, and what becomes of it when it ends. */
import type { ShutdownReason } from '../../abi/xen/domains.table.ts';
import { Refusal } from '../../base/refusal.ts';
import {
  type Disk,
  type Machine,
  type MachineChange,
  type MachineSettings,
  type MachineState,
  machineSettings,
  type Nic,
} from '../../contract/fleet.ts';
import { saveStream } from '../../control/save-stream.ts';
import type { DomainConfig, ManagedDomain, PluggedDevice, Toolstack } from '../../control/toolstack.ts';
import type { DomainSpec, PvKernel } from '../../seams/hypervisor.ts';
import type { Disk as AnyDisk, FramePort } from '../../seams/plugs.ts';
import type { SavedDomain } from '../../seams/saved-domain.ts';
import type { Screen } from '../desk.ts';
import { attachScreen, type GuestScreen } from '../guest-screen.ts';
import { adjusted, asStarted } from '../pending.ts';
import { holdUntilNamed } from './own-name.ts';
import { createPipe, type Pipe } from './pipe.ts';
import type { Traffic } from './traffic.ts';

export interface GuestImage {
  readonly kernel: PvKernel;
  readonly ramdisk: Uint8Array | undefined;
  readonly commandLine: string;
}

/** What a guest is plugged into; opened when its domain is made, closed when that ends. */
export interface GuestDevices {
  /** What passes through all of them. */
  readonly traffic: Traffic;
  disk(disk: Disk): OpenDisk;
  nic(nic: Nic): OpenNic;
}
export type OpenDisk = AnyDisk & { close(): void };
export interface OpenNic {
  readonly mac: Uint8Array;
  readonly port: FramePort & { unplug(): void };
}

/** A device in use, and how to let go of what is behind it. */
interface Plugged {
  readonly device: PluggedDevice;
  close(): void;
}

type Settings = readonly (keyof MachineSettings)[];

/** Settings that change at any time; the others of a guest that lives, or whose memory is kept, wait for its next start. */
const ANY_TIME = ['name', 'autostart', 'protected', 'tags', 'group', 'note', 'weight', 'cap'] as const;
const ALL_SETTINGS = machineSettings.keyof().options;
const PAGES_PER_MIB = 256;
const CONSOLE = 'console=hvc0';
const SCREEN_CONSOLE = 'console=tty0';
/** Small, since a picture is looked at many times a second. */
const SCREEN = { width: 800, height: 600 };

export class Guest {
  readonly pipe: Pipe = createPipe();
  domain: ManagedDomain | undefined;
  state: MachineState = 'stopped';
  /** Why it is `crashed`, for people. */
  reason = '';
  /** Its domain was made as that of another machine, and has not run yet. */
  #asAnother = false;
  /** By the names that the machine's record has for them. */
  readonly #plugged = new Map<string, Plugged>();
  #screen: GuestScreen | undefined;

  /** @param draws its kernel has a driver for a screen: called when it begins to draw, and when it has ended */
  constructor(
    public machine: Machine,
    private readonly toolstack: Toolstack,
    private readonly image: GuestImage,
    private readonly devices: GuestDevices,
    private readonly draws?: (drawing: boolean) => void,
  ) {}

  /** What it draws on, while it does. */
  get screen(): Screen | undefined {
    return this.#screen?.screen;
  }

  get traffic(): Traffic {
    return this.devices.traffic;
  }

  /** Lets it run: a domain that was prepared, or a new one. */
  start(): void {
    if (this.domain !== undefined && this.state !== 'stopped')
      throw new Refusal('wrong-state', `${this.machine.name} is running already.`, 'Shut it down first.');
    if (this.domain === undefined) this.machine = asStarted(this.machine);
    this.#go();
  }

  #go(): void {
    if (this.domain === undefined) this.#adopt(this.toolstack.create(this.#config()));
    const { control } = this.running();
    if (this.#asAnother) {
      const named = { domain: control.id, name: this.machine.name, pipe: this.pipe };
      holdUntilNamed(named, this.toolstack.store, this.toolstack.parts.platform);
    }
    this.#asAnother = false;
    control.unpause();
    this.state = 'running';
    this.reason = '';
  }

  /** What clones of this guest begin as; it is suspended, and stays so until they are made. */
  template(): SavedDomain {
    const saved = this.running().control.capture(true);
    if (typeof saved !== 'string') return saved;
    throw new Refusal('not-cloned', `${this.machine.name} cannot be cloned: ${saved}.`, 'Boot each machine by itself.');
  }

  /**
   * A domain that shares the memory of another guest; it waits for {@link start}.
   * @param shown what the console of that guest shows: so does that of this one
   */
  cloneOf(template: SavedDomain, shown: Uint8Array): void {
    this.#adopt(this.toolstack.restore(this.#config(), template));
    this.#asAnother = true;
    this.pipe.guest.write(shown);
  }

  /** A domain from its saved form; it runs. */
  restoreFrom(saved: SavedDomain): void {
    this.#adopt(this.toolstack.restore(this.#config(), saved));
    this.running().control.unpause();
    this.state = 'running';
  }

  /** The saved form of a suspended domain, piece by piece. */
  savedForm(frequency: number): Iterable<Uint8Array> {
    const saved = this.running().control.capture(false);
    if (typeof saved === 'string')
      throw new Refusal('not-saved', `${this.machine.name} cannot be saved: ${saved}.`, 'Try again, or shut it down.');
    return saveStream(saved, frequency);
  }

  /** Takes the domain away at once, as pulling the plug does. */
  stop(): void {
    if (this.domain !== undefined) this.toolstack.destroy(this.domain);
    this.domain = undefined;
    this.#asAnother = false;
    for (const plugged of this.#plugged.values()) plugged.close();
    this.#plugged.clear();
    this.#screen = undefined;
    if (this.state !== 'crashed') this.state = 'stopped';
  }

  /** Asks the guest's kernel. */
  ask(how: 'poweroff' | 'reboot' | 'suspend'): void {
    this.toolstack.requestShutdown(this.running(), how);
    if (how === 'poweroff') this.state = 'stopping';
  }

  pause(): void {
    this.running().control.pause();
    this.state = 'paused';
  }

  resume(): void {
    this.running().control.unpause();
    this.state = 'running';
  }

  /** A suspended guest goes on as if it had not been. */
  wake(): void {
    this.running().control.resume();
  }

  get suspended(): boolean {
    return this.domain?.control.shutdownReason === 'suspend';
  }

  /** The domain ended by itself. */
  ended(reason: ShutdownReason): void {
    // Whoever asked for it goes on from here.
    if (reason === 'suspend') return;
    const crash = this.domain?.control.crashReason;
    this.stop();
    if (reason === 'reboot') this.#go();
    else if (reason === 'crash') {
      this.state = 'crashed';
      this.reason = crash ?? 'the kernel panicked';
    }
  }

  running(): ManagedDomain {
    if (this.domain === undefined) throw new Refusal('wrong-state', `${this.machine.name} is not running.`, 'Start it first.');
    return this.domain;
  }

  #adopt(made: ManagedDomain | string): void {
    if (typeof made === 'string')
      throw new Refusal(
        'no-room',
        `${this.machine.name} cannot be built: ${made}.`,
        'Give it less memory, or stop another machine.',
      );
    this.domain = made;
    for (const disk of this.machine.disks) this.attachDisk(disk);
    for (const nic of this.machine.nics) if (nic.connected) this.attachNic(nic);
    const { draws } = this;
    if (draws !== undefined) this.#screen = attachScreen(this.toolstack, made, SCREEN, () => draws(this.screen !== undefined));
  }

  /** Gives the domain a disk while it lives. @returns its sectors */
  attachDisk(disk: Disk): number {
    const open = this.devices.disk(disk);
    const device = this.toolstack.attachDisk(this.running(), open, diskIndex(disk.id));
    this.#plugged.set(disk.id, { device, close: () => open.close() });
    return open.sectors;
  }

  attachNic(nic: Nic): void {
    const { mac, port } = this.devices.nic(nic);
    const device = this.toolstack.attachNetwork(this.running(), mac, port, nicIndex(nic.id));
    this.#plugged.set(nic.id, { device, close: () => port.unplug() });
  }

  /** Asks the guest to let go of a device; {@link has} tells when it has. */
  detach(id: string): void {
    const plugged = this.#plugged.get(id);
    if (plugged === undefined) return;
    this.toolstack.detach(this.running(), plugged.device, () => {
      plugged.close();
      this.#plugged.delete(id);
    });
  }

  has(id: string): boolean {
    return this.#plugged.has(id);
  }

  /** How far the domain that runs can grow. */
  private get limits(): { readonly vcpus: number; readonly memoryMib: number } {
    const { vcpus, maximumPages } = this.running().config.spec;
    return { vcpus, memoryMib: maximumPages / PAGES_PER_MIB };
  }

  /** @returns which settings took effect */
  adjust(change: MachineChange): Settings {
    const live = this.domain === undefined && this.state !== 'saved' ? ALL_SETTINGS : this.#liveSettings(change);
    this.machine = adjusted(this.machine, change, live);
    this.domain?.control.setScheduling(this.machine.weight, this.machine.cap);
    return live;
  }

  #liveSettings({ vcpus, memoryMib }: MachineChange): Settings {
    const live: (keyof MachineSettings)[] = [...ANY_TIME];
    if (this.domain === undefined) return live;
    if (vcpus !== undefined && vcpus <= this.limits.vcpus) {
      this.toolstack.setVcpus(this.domain, vcpus);
      live.push('vcpus');
    }
    if (memoryMib !== undefined && memoryMib <= this.limits.memoryMib) {
      this.toolstack.setMemory(this.domain, memoryMib * PAGES_PER_MIB);
      live.push('memoryMib');
    }
    return live;
  }

  #config(): DomainConfig<DomainSpec> {
    const { machine, image } = this;
    return {
      spec: {
        name: machine.name,
        uuid: uuidOf(machine.id),
        pages: machine.memoryMib * PAGES_PER_MIB,
        maximumPages: Math.max(machine.memoryMib, machine.maximumMemoryMib ?? 0) * PAGES_PER_MIB,
        vcpus: Math.max(machine.vcpus, machine.maximumVcpus ?? 0),
        weight: machine.weight,
        cap: machine.cap,
        affinity: undefined,
        kernel: image.kernel,
        ramdisk: image.ramdisk,
        commandLine:
          `${this.draws ? SCREEN_CONSOLE : ''} ${CONSOLE} ${image.commandLine} blanket.name=${machine.name} ${machine.commandLine}`.trim(),
      },
      onlineVcpus: machine.vcpus,
      console: this.pipe.guest,
    };
  }
}

/** xvda is 0. */
const diskIndex = (id: string): number => id.charCodeAt(id.length - 1) - 'a'.charCodeAt(0);
/** eth0 is 0. */
const nicIndex = (id: string): number => Number(id.slice('eth'.length));

/** A version-4-shaped identifier that is the same for the same machine in every run. */
function uuidOf(id: string): Uint8Array {
  const bytes = new Uint8Array(16);
  for (let index = 0; index < id.length; index++)
    bytes[index % 16] = ((bytes[index % 16] ?? 0) * 31 + id.charCodeAt(index)) & 0xff;
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes;
}
