/** Guests on a Xen, plain or Blanket, for the command line: one to talk to, and as many beside it as are wanted. */
import { Refusal } from '../base/refusal.ts';
import type { ManagedDomain } from '../control/toolstack.ts';
import type { NamedFile } from '../guests/boot/placement.ts';
import { parsePvKernel } from '../guests/boot/pv-kernel.ts';
import type { Codecs } from '../guests/boot/unpack/unpack.ts';
import type { Progress } from '../hardware/bare.ts';
import type { Cycles } from '../seams/addresses.ts';
import type { Outcome } from '../seams/board.ts';
import type { ByteStream } from '../seams/plugs.ts';
import type { PvWorld } from './pv.ts';

export interface GuestOptions {
  readonly kernel: NamedFile;
  readonly initrd: NamedFile | undefined;
  readonly commandLine: string;
  readonly codecs: Codecs;
  /** Of each domain. */
  readonly memoryBytes: number;
  readonly vcpus: number;
  readonly domains: number;
  /** The console of the first domain; the others write into the void. */
  readonly console: ByteStream;
}

export interface GuestWorld {
  readonly world: PvWorld;
  readonly frequency: number;
  readonly domains: readonly ManagedDomain[];
  /** Lets them run; until then their devices are attached. */
  start(): void;
  now(): Cycles;
  /** Ends when the last domain has; the outcome is that of the first. */
  run(until: Cycles): Progress;
  statistics(): Record<string, unknown>;
}

const PAGE = 4096;
const silent: ByteStream = { write: () => {}, onData: () => {} };

/** Different for every domain, the same in every run. */
const uuidOf = (index: number): Uint8Array =>
  Uint8Array.from({ length: 16 }, (_, byte) => (byte === 15 ? index & 0xff : byte === 14 ? index >> 8 : byte));

/** @throws Refusal for a kernel that cannot be used, or too little memory */
export const bootDomains = (world: PvWorld, options: GuestOptions): GuestWorld => {
  const { toolstack } = world.domain0;
  const kernel = parsePvKernel(options.kernel, options.codecs);
  const pages = Math.floor(options.memoryBytes / PAGE);
  const domains: ManagedDomain[] = [];
  const outcomes = new Map<ManagedDomain, Outcome>();
  toolstack.onEnd((domain, reason) => {
    if (reason === 'crash' || reason === 'watchdog') {
      outcomes.set(domain, { kind: 'crash', reason: domain.control.crashReason ?? reason });
    } else outcomes.set(domain, { kind: reason === 'reboot' || reason === 'soft-reset' ? 'reset' : 'power-off' });
  });
  for (let index = 0; index < options.domains; index++) {
    const made = toolstack.create({
      spec: {
        name: `guest-${index}`,
        uuid: uuidOf(index),
        pages,
        maximumPages: pages,
        vcpus: options.vcpus,
        weight: 256,
        cap: 0,
        affinity: undefined,
        kernel,
        ramdisk: options.initrd?.bytes,
        commandLine: options.commandLine,
      },
      onlineVcpus: options.vcpus,
      console: index === 0 ? options.console : silent,
    });
    if (typeof made === 'string')
      throw new Refusal('domain-not-built', `The domain cannot be built: ${made}.`, 'Choose another --memory.');
    domains.push(made);
  }
  return {
    world,
    frequency: world.frequency,
    domains,
    start: () => {
      for (const domain of domains) domain.control.unpause();
    },
    now: () => world.now(),
    run: (until) => {
      const progress = world.run(until);
      const [first] = domains;
      const outcome = first && outcomes.get(first);
      return outcome !== undefined && outcomes.size === domains.length ? { kind: 'ended', outcome } : progress;
    },
    statistics: () => statisticsOf(world, domains),
  };
};

/** What Xen counted, by domain and by name. */
const statisticsOf = (world: PvWorld, domains: readonly ManagedDomain[]): Record<string, unknown> => ({
  hypercalls: Object.fromEntries(world.xen.statistics.byName().map(({ name, count }) => [name, count])),
  failedHypercalls: world.xen.statistics.failures,
  missingHypercalls: Object.fromEntries(world.xen.statistics.missing),
  blanketHypercalls: Object.fromEntries(world.xen.statistics.blanket),
  freePages: world.xen.frames.free,
  memory: world.xen.memory.usage(),
  domains: domains.map(({ control }) => ({ id: control.id, name: control.name, state: control.state, ...control.statistics })),
  controlDomain: { time: world.domain0.domain.vcpu.runstateTimes() },
});
