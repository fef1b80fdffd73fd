/**
 * Where hostile guests live: a hypervisor on a fake machine, a control domain with store, consoles, disks and networks, a
 * victim with secrets, and two attackers who may work together. It knows what must not change, and what must come back.
 */
import { GrantFlag } from '../../abi/xen/grants.table.ts';
import type { Random } from '../../base/random.ts';
import { type ManagedDomain, Toolstack } from '../../control/toolstack.ts';
import { BlockBack } from '../../drivers/block/back.ts';
import { ConsoleBack } from '../../drivers/console/back.ts';
import { NetBack } from '../../drivers/net/back.ts';
import { FramebufferBack } from '../../drivers/screen/framebuffer-back.ts';
import { KeyboardBack } from '../../drivers/screen/keyboard-back.ts';
import { audit } from '../../hypervisors/xen/audit.ts';
import { pvHypervisor } from '../../hypervisors/xen/hypervisor.ts';
import { NativeDomain } from '../../hypervisors/xen/native/domain.ts';
import { platformOf } from '../../hypervisors/xen/native/platform.ts';
import { PvDomain } from '../../hypervisors/xen/pv/domain.ts';
import type { FakeMachine } from '../../hypervisors/xen/testing/fake-machine.ts';
import { createXen, smallSpec } from '../../hypervisors/xen/testing/fixture.ts';
import type { Xen } from '../../hypervisors/xen/xen.ts';
import type { MachineFrame } from '../../seams/addresses.ts';
import type { MappedPage, Platform } from '../../seams/platform.ts';
import type { BlockStore, ByteStream, FramePort } from '../../seams/plugs.ts';
import { FickleMemory } from './fickle-memory.ts';
import { HostileGuest } from './hostile-guest.ts';

const FRAMES = 5120;
const PAGES = 1100;
const SECTOR = 512;
const SECTORS = 128;
/** More than the others' together, so that it answers soon, whatever they do. */
const CONTROL_WEIGHT = 65_535;
/** Cycles that everybody may work after an attack that needs an answer. */
const WHILE = 100_000;
/** A vCPU that was woken may keep the CPU for a tick of the scheduler: after so many the control domain has had its turn. */
const TICK = 10_000_000;
const MOST_TICKS = 10;
/** Cycles until all that the control domain still has to do for a domain is done. */
const LONG_WHILE = 20_000_000;
/** Pages of the attackers that the control domain maps at a time. */
const MOST_MAPPED = 8;
/** Frames that Xen took for itself when it started. */
const OF_THE_HYPERVISOR = [16, 17, 18] as const;
const SCREEN = { width: 64, height: 48 } as const;
const SECRET = 'what only the victim and the control domain may read';
/** References of the victim's table by which it lets each attacker read one page, and write another. */
const GRANTED = { attacker: { read: 20, write: 21 }, accomplice: { read: 22, write: 23 } } as const;

const silent: ByteStream = { write: () => {}, onData: () => {} };
const sink = (): FramePort => ({ send: () => true, onFrame: () => {}, onRoom: () => {} });
const disk = (content: Uint8Array): BlockStore => ({
  sectors: SECTORS,
  readOnly: false,
  read: (offset, length) => content.slice(offset, offset + length),
  write: (offset, bytes) => content.set(bytes, offset),
  flush: () => {},
});

/** What there is of everything that a domain can take. */
type Counts = Readonly<Record<'frames' | 'events' | 'grants' | 'watches' | 'pages' | 'nodes', number>>;

export class HostileWorld {
  readonly xen: Xen;
  private readonly machine: FakeMachine;
  private readonly control: NativeDomain;
  private readonly platform: Platform;
  private readonly toolstack: Toolstack;
  private readonly victim: ManagedDomain;
  private readonly victimDisk = new Uint8Array(SECTORS * SECTOR).fill(0x5a);
  private readonly before: { readonly memory: string; readonly store: string };
  private readonly empty: Counts;
  private readonly mapped: { readonly page: MappedPage; readonly access: 'read' | 'write' }[] = [];
  /** The frame of the victim that the attackers may write. */
  private scratch = -1;
  private attackers: readonly { readonly managed: ManagedDomain; readonly guest: HostileGuest }[] = [];
  private readonly screens = new WeakMap<ManagedDomain, { screen: FramebufferBack; keyboard: KeyboardBack }>();

  constructor(private readonly random: Random) {
    const { machine, xen } = createXen(FRAMES, 1, new FickleMemory(FRAMES));
    this.machine = machine;
    this.xen = xen;
    this.control = new NativeDomain(xen, 0, 'control', CONTROL_WEIGHT);
    this.platform = platformOf(this.control);
    this.toolstack = new Toolstack({
      hypervisor: pvHypervisor(xen),
      platform: this.platform,
      console: (...args) => new ConsoleBack(...args),
      disk: (place, store) => new BlockBack(place, store),
      network: (place, port) => new NetBack(place, port),
    });
    this.victim = this.build('victim', this.victimDisk);
    this.toolstack.store.write(`/local/domain/${this.victim.control.id}/secret`, SECRET);
    this.toolstack.store.setPermissions(`/local/domain/${this.victim.control.id}/secret`, [`n${this.victim.control.id}`]);
    this.advance(LONG_WHILE);
    // The first domain at a place makes the hypervisor's own tables for it; they stay.
    this.renew();
    this.before = { memory: this.fingerprint(), store: this.storeOf(this.victim) };
    this.destroyAttackers();
    this.empty = this.counts();
    this.renew();
  }

  get guests(): readonly HostileGuest[] {
    return this.attackers.map(({ guest }) => guest);
  }

  private build(name: string, content: Uint8Array): ManagedDomain {
    const spec = smallSpec({ name, pages: PAGES, maximumPages: PAGES + 50, uuid: new Uint8Array(16).fill(name.length) });
    const made = this.toolstack.create({ spec, onlineVcpus: 2, console: silent });
    if (typeof made === 'string') throw new Error(made);
    this.toolstack.attachDisk(made, disk(content));
    this.toolstack.attachNetwork(made, Uint8Array.of(0, 0x16, 0x3e, 0, 0, 1), sink());
    this.screens.set(
      made,
      this.toolstack.attachScreen(made, {
        screen: (place) => new FramebufferBack(place, SCREEN, () => {}),
        keyboard: (place) => new KeyboardBack(place, SCREEN),
      }),
    );
    made.control.unpause();
    return made;
  }

  private domainOf(managed: ManagedDomain): PvDomain {
    const domain = this.xen.domain(managed.control.id);
    if (!(domain instanceof PvDomain)) throw new Error('the domain is gone');
    return domain;
  }

  private advance(cycles: number): void {
    this.xen.run(0, (this.machine.cpus[0]?.clock ?? 0) + cycles);
  }

  /** Until the control domain has done what it was asked for. */
  private settle(): void {
    this.advance(WHILE);
    for (let tick = 0; tick < MOST_TICKS && !this.control.vcpu.blocked; tick++) this.advance(TICK);
  }

  /** Ends the attackers, if there are any, and lets others take their places. */
  renew(): void {
    this.destroyAttackers();
    const victim = this.domainOf(this.victim);
    const foreign = [...[...this.xen.frames.ownedBy(victim.owner)].slice(100, 110), ...OF_THE_HYPERVISOR];
    const made = ['attacker', 'accomplice'].map((name) => this.build(name, new Uint8Array(SECTORS * SECTOR)));
    this.attackers = made.map((managed, index) => {
      const other = made[1 - index] ?? managed;
      const [read = 0, written = 0] = foreign;
      const to = index === 0 ? GRANTED.attacker : GRANTED.accomplice;
      victim.grants.write(to.read, GrantFlag.permit_access | GrantFlag.readonly, managed.control.id, read);
      victim.grants.write(to.write, GrantFlag.permit_access, managed.control.id, written);
      this.scratch = written;
      const guest = new HostileGuest(this.domainOf(managed), this.random, {
        foreign,
        others: () => [0, victim.id, other.control.id],
        granted: [to.read, to.write, 0, 1],
        settle: () => this.settle(),
        look: () => this.look(managed),
        mapByControl: (domain, reference) => this.mapPage(domain, reference),
      });
      return { managed, guest };
    });
  }

  /** Maps a page of an attacker, and writes to one that is mapped, as a back end would at any time. */
  private mapPage(domain: number, reference: number): void {
    const { random } = this;
    if (this.mapped.length >= MOST_MAPPED) this.mapped.splice(random.below(MOST_MAPPED), 1)[0]?.page.unmap();
    const access = random.chance(0.5) ? 'write' : 'read';
    const page = this.platform.foreign.map(domain, reference, access);
    if (typeof page !== 'number') this.mapped.push({ page, access });
    for (const each of this.mapped) if (each.access === 'write') each.page.bytes('write').fill(random.below(256), 0, 64);
  }

  private look(managed: ManagedDomain): void {
    const { screen, keyboard } = this.screens.get(managed) ?? {};
    screen?.surface?.pixels();
    keyboard?.key('KeyA', this.random.chance(0.5));
    keyboard?.pointer(this.random.below(SCREEN.width), this.random.below(SCREEN.height), this.random.below(8), 0);
  }

  private destroyAttackers(): void {
    for (const { page } of this.mapped.splice(0)) page.unmap();
    for (const { managed } of this.attackers) this.toolstack.destroy(managed);
    this.attackers = [];
    this.advance(LONG_WHILE);
  }

  private counts(): Counts {
    return {
      frames: this.xen.frames.free,
      events: this.control.events.inUse,
      grants: this.control.grants.inUse + this.domainOf(this.victim).grants.inUse,
      watches: this.toolstack.server.watches.count,
      pages: this.control.pages,
      nodes: this.nodesBelow('/'),
    };
  }

  /** Ends the attackers, counts what is left of them, and makes new ones. @returns what did not come back */
  replace(): string[] {
    this.destroyAttackers();
    const now = this.counts();
    const lost = Object.entries(this.empty).filter(([name, count]) => now[name as keyof Counts] !== count);
    this.renew();
    return lost.map(
      ([name, count]) => `${name}: ${count} before the attackers came, ${now[name as keyof Counts]} after they went`,
    );
  }

  /** Sum over the memory of the victim. */
  private fingerprint(): string {
    const victim = this.domainOf(this.victim);
    let [a, b] = [1, 0];
    for (const frame of this.xen.frames.ownedBy(victim.owner)) {
      if (frame === this.scratch || victim.grants.frames.includes(frame)) continue;
      const bytes = this.xen.memory.bytes(frame, 'read');
      for (const word of new Uint32Array(bytes.buffer, bytes.byteOffset, 1024)) {
        a = (a + word) | 0;
        b = (b + a) | 0;
      }
    }
    return `${a}:${b}`;
  }

  private nodesBelow(path: string): number {
    const names = this.toolstack.store.list(path) ?? [];
    return names.reduce((sum, name) => sum + this.nodesBelow(path === '/' ? `/${name}` : `${path}/${name}`), names.length);
  }

  /** Every node of a domain, with its value. */
  private storeOf(managed: ManagedDomain): string {
    const { store } = this.toolstack;
    const walk = (path: string): string =>
      `${path}=${store.read(path)}\n${(store.list(path) ?? []).map((name) => walk(`${path}/${name}`)).join('')}`;
    return walk(`/local/domain/${managed.control.id}`);
  }

  /** Everything that is out of order; empty if all is well. */
  offences(): string[] {
    const found = audit(this.xen).slice(0, 5);
    if (this.fingerprint() !== this.before.memory) found.push('the memory of another domain changed');
    if (this.storeOf(this.victim) !== this.before.store) found.push("another domain's part of the store changed");
    if (this.victimDisk.some((byte) => byte !== 0x5a)) found.push('the disk of another domain changed');
    if (this.victim.control.shutdownReason !== undefined) found.push(`another domain ended: ${this.victim.control.crashReason}`);
    const victim = this.domainOf(this.victim);
    for (const { frame } of this.control.foreignUses)
      if (this.xen.frames.owner[frame] === victim.owner) found.push(`a guest shows frame ${frame} of another domain`);
    for (const { managed } of this.attackers) if (this.holdsSecret(managed)) found.push('a guest was told what it may not read');
    return found;
  }

  private holdsSecret(managed: ManagedDomain): boolean {
    const { store } = managed.control.rings;
    const page = this.xen.memory.bytes(store.frame as MachineFrame, 'read');
    return new TextDecoder('latin1').decode(page).includes(SECRET.slice(0, 16));
  }
}
