/** The life of domains on one hypervisor: made with their store and console, watched, ended. Works in the control domain's time. */

import type { ShutdownReason } from '../abi/xen/domains.table.ts';
import { RESERVED_GRANTS } from '../abi/xen/grants.table.ts';
import { BusState } from '../abi/xen/store.table.ts';
import type { DomainControl, DomainShape, DomainSpec, PvHypervisor } from '../seams/hypervisor.ts';
import type { LocalStore, MappedPage, Platform } from '../seams/platform.ts';
import type { ByteStream, Disk, FramePort } from '../seams/plugs.ts';
import type { SavedDomain } from '../seams/saved-domain.ts';
import { type DevicePlace, plugDisk, plugNetwork, plugScreen, unplug } from './devices.ts';
import { domainPaths, writeDomainNodes } from './nodes.ts';
import { localStore } from './store/local.ts';
import { RingConnection } from './store/ring-connection.ts';
import { StoreServer } from './store/server.ts';

export interface DomainConfig<Shape extends DomainShape = DomainShape> {
  readonly spec: Shape;
  /** vCPUs meant to be used from the start; the others may be brought up later. */
  readonly onlineVcpus: number;
  readonly console: ByteStream;
}

/** A service that belongs to one domain and ends with it. */
export interface Attachment {
  close(): void;
}

/** Makes the console service of a domain. */
export type ConsoleMaker = (platform: Platform, page: MappedPage, port: number, stream: ByteStream) => Attachment;

/** A domain with what the control domain does for it. */
export class ManagedDomain {
  readonly attachments: Attachment[] = [];
  readonly disks: (PluggedDevice | undefined)[] = [];
  readonly networks: (PluggedDevice | undefined)[] = [];
  /** A screen and its keyboard, or nothing. */
  readonly screen: PluggedDevice[] = [];

  constructor(
    readonly control: DomainControl,
    readonly config: DomainConfig,
  ) {}
}

export interface ToolstackParts {
  readonly hypervisor: PvHypervisor;
  readonly platform: Platform;
  readonly console: ConsoleMaker;
  readonly disk: (place: DevicePlace, disk: Disk) => Attachment;
  readonly network: (place: DevicePlace, port: FramePort) => Attachment;
}

/** A device in use. */
export interface PluggedDevice {
  readonly place: DevicePlace;
  readonly back: Attachment;
}

const firstFree = (devices: readonly (PluggedDevice | undefined)[]): number => {
  const hole = devices.indexOf(undefined);
  return hole === -1 ? devices.length : hole;
};

export class Toolstack {
  readonly server = new StoreServer();
  readonly store: LocalStore;
  private readonly managed = new Map<number, ManagedDomain>();
  private readonly endListeners: ((domain: ManagedDomain, reason: ShutdownReason) => void)[] = [];

  constructor(readonly parts: ToolstackParts) {
    this.store = localStore(this.server, parts.platform);
    this.store.write('/local/domain/0/name', 'Domain-0');
    this.store.write('/local/domain/0/domid', '0');
    parts.hypervisor.onShutdown((control) => {
      // The CPU that ran the domain is still at work: what follows is for later.
      parts.platform.schedule(parts.platform.now(), () => this.ended(control));
    });
  }

  get domains(): readonly ManagedDomain[] {
    return [...this.managed.values()];
  }

  domain(id: number): ManagedDomain | undefined {
    return this.managed.get(id);
  }

  /** Told when a domain ended by itself; it is still there, and its listener decides what becomes of it. */
  onEnd(listener: (domain: ManagedDomain, reason: ShutdownReason) => void): void {
    this.endListeners.push(listener);
  }

  /** Builds a domain, paused, with its store and console connected; a string says why it cannot be. */
  create(config: DomainConfig<DomainSpec>): ManagedDomain | string {
    return this.adopt(this.parts.hypervisor.create(config.spec), config);
  }

  /** Brings a saved domain to life, paused. Its devices are to be attached anew before it goes on. */
  restore(config: DomainConfig, saved: SavedDomain): ManagedDomain | string {
    return this.adopt(this.parts.hypervisor.restore(config.spec, saved), config);
  }

  /** Another domain with the memory of a suspended one, shared until either writes. */
  clone(from: ManagedDomain, config: DomainConfig): ManagedDomain | string {
    const saved = from.control.capture(true);
    return typeof saved === 'string' ? saved : this.restore(config, saved);
  }

  private adopt(control: DomainControl | string, config: DomainConfig): ManagedDomain | string {
    if (typeof control === 'string') return control;
    const managed = new ManagedDomain(control, config);
    this.managed.set(control.id, managed);
    writeDomainNodes(this.store, control, config.spec, config.onlineVcpus);
    const problem = this.connect(managed);
    if (problem === undefined) return managed;
    this.destroy(managed);
    return problem;
  }

  private connect(managed: ManagedDomain): string | undefined {
    const { platform } = this.parts;
    const { id, rings } = managed.control;
    const [store, console] = [this.page(id, RESERVED_GRANTS.store), this.page(id, RESERVED_GRANTS.console)];
    if (store === undefined || console === undefined) return 'the pages of store and console cannot be mapped';
    const [storePort, consolePort] = [platform.events.bind(id, rings.store.port), platform.events.bind(id, rings.console.port)];
    if (storePort < 0 || consolePort < 0) return 'the event channels of store and console cannot be bound';
    managed.attachments.push(new RingConnection(id, this.server, platform, store, storePort));
    managed.attachments.push(this.parts.console(platform, console, consolePort, managed.config.console));
    this.server.introduce(id);
    return undefined;
  }

  private page(domain: number, reference: number): MappedPage | undefined {
    const mapped = this.parts.platform.foreign.map(domain, reference, 'write');
    return typeof mapped === 'number' ? undefined : mapped;
  }

  /** Gives a domain one more disk: the `index`th, or the first that is free. */
  attachDisk(managed: ManagedDomain, disk: Disk, index = firstFree(managed.disks)): PluggedDevice {
    const place = plugDisk(this.store, this.parts.platform, managed.control.id, index, disk.readOnly);
    const device = { place, back: this.parts.disk(place, disk) };
    managed.disks[index] = device;
    return device;
  }

  /** Gives a domain one more network card: the `index`th, or the first that is free. */
  attachNetwork(managed: ManagedDomain, mac: Uint8Array, port: FramePort, index = firstFree(managed.networks)): PluggedDevice {
    const place = plugNetwork(this.store, this.parts.platform, managed.control.id, index, mac);
    const device = { place, back: this.parts.network(place, port) };
    managed.networks[index] = device;
    return device;
  }

  /** Gives a domain a screen and a keyboard; once, before it runs. */
  attachScreen<S extends Attachment, K extends Attachment>(
    managed: ManagedDomain,
    make: { screen(place: DevicePlace): S; keyboard(place: DevicePlace): K },
  ): { screen: S; keyboard: K } {
    const places = plugScreen(this.store, this.parts.platform, managed.control.id);
    const [screen, keyboard] = [make.screen(places.screen), make.keyboard(places.keyboard)];
    managed.screen.push({ place: places.screen, back: screen }, { place: places.keyboard, back: keyboard });
    return { screen, keyboard };
  }

  private ended(control: DomainControl): void {
    const managed = this.managed.get(control.id);
    if (managed === undefined || control.shutdownReason === undefined) return;
    for (const listener of this.endListeners) listener(managed, control.shutdownReason);
  }

  /** Asks the guest to end; what it does is its own affair. */
  requestShutdown(managed: ManagedDomain, how: 'poweroff' | 'reboot' | 'suspend' | 'halt'): void {
    this.store.write(`/local/domain/${managed.control.id}/control/shutdown`, how);
  }

  /** Tells the guest how many pages it should have; its balloon driver follows, if it has one. */
  setMemory(managed: ManagedDomain, pages: number): void {
    this.store.write(`/local/domain/${managed.control.id}/memory/target`, String(pages * 4));
  }

  /** Tells the guest which of its vCPUs to use: the first `count`. */
  setVcpus(managed: ManagedDomain, count: number): void {
    const { vcpus } = managed.config.spec;
    for (let vcpu = 0; vcpu < vcpus; vcpu++) {
      this.store.write(`/local/domain/${managed.control.id}/cpu/${vcpu}/availability`, vcpu < count ? 'online' : 'offline');
    }
  }

  /** Takes a device away: the guest is asked to let go of it, and it is gone, and `gone` called, when the guest has. */
  detach(managed: ManagedDomain, device: PluggedDevice, gone: () => void = () => {}): void {
    this.store.write(`${device.place.backPath}/online`, '0');
    this.store.write(`${device.place.backPath}/state`, String(BusState.Closing));
    const release = this.store.watch(`${device.place.frontPath}/state`, () => {
      const state = Number(this.store.read(`${device.place.frontPath}/state`) ?? BusState.Closed);
      if (state !== BusState.Closed) return;
      release();
      if (this.managed.get(managed.control.id) !== managed) return;
      this.remove(managed, device);
      gone();
    });
  }

  private remove(managed: ManagedDomain, device: PluggedDevice): void {
    for (const list of [managed.disks, managed.networks]) {
      const at = list.indexOf(device);
      // The place stays empty: the numbers of the others do not change.
      if (at !== -1) list[at] = undefined;
    }
    device.back.close();
    unplug(this.store, device.place);
  }

  /** Frees all a domain has, here and in the hypervisor. */
  destroy(managed: ManagedDomain): void {
    const { id } = managed.control;
    if (!this.managed.delete(id)) return;
    managed.control.pause();
    for (const device of [...managed.disks, ...managed.networks, ...managed.screen]) {
      if (device === undefined) continue;
      device.back.close();
      unplug(this.store, device.place);
    }
    for (const attachment of managed.attachments.reverse()) attachment.close();
    managed.attachments.length = 0;
    for (const path of domainPaths(id, managed.config.spec)) this.store.remove(path);
    this.server.release(id);
    managed.control.destroy();
  }
}
