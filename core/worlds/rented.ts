/** A kernel in a container that a provider rents out: the bare computer, the provider in its ring 0, one instance on it. */
import { cpuidOf, followingApic } from '../abi/x86/cpuid.ts';
import { invariant } from '../base/bug.ts';
import type { PcBoard } from '../devices/boards/pc.ts';
import { CRYSTAL_HERTZ } from '../devices/lapic/registers.table.ts';
import { ramRanges } from '../devices/layout.ts';
import { bare } from '../hardware/bare.ts';
import { countersOf } from '../hardware/cpu/counters.ts';
import { createEngine } from '../hardware/cpu/engine.ts';
import type { Instance } from '../hypervisors/virtualized/instance.ts';
import { Provider } from '../hypervisors/virtualized/provider.ts';
import type { ByteStream } from '../seams/plugs.ts';
import type { BareOptions, BareWorld } from './bare.ts';
import { emptyBoard } from './empty-board.ts';
import type { Outfit, Outfitter } from './outfit.ts';
import { startKernel } from './start-kernel.ts';
import type { Plugged } from './virtio-devices.ts';

export interface RentedOptions extends Omit<BareOptions, 'plugged'>, Plugged {
  readonly outfit: Outfitter;
  /** The far side of hvc0, if there is to be one. */
  readonly console?: ByteStream;
  /** Most that the instance may use of one CPU, all its CPUs together; Infinity: all. */
  readonly capacity?: number;
  /** What the container writes to its hypervisor's own console, where it has one. */
  readonly emergency?: (bytes: Uint8Array) => void;
  /** The provider has no nested paging: it shadows the page tables of the container. */
  readonly shadowPaging?: boolean;
  /** For the entropy device and the container's identity. */
  readonly seed: number;
}

export interface RentedWorld extends BareWorld {
  readonly provider: Provider;
  readonly instance: Instance;
  readonly outfit: Outfit;
}

/** @throws Refusal for a kernel that cannot be loaded */
export function rentedWorld(options: RentedOptions): RentedWorld {
  const outfit = options.outfit({ ...options, name: 'instance' });
  const engine = createEngine(options.wasm, options.engine);
  const cpuid = cpuidOf({
    cpus: options.cpus,
    frequency: options.frequency,
    crystalHertz: CRYSTAL_HERTZ,
    ...(options.features === undefined ? {} : { features: options.features }),
  });
  const host = bare(engine, { ram: [], cpus: options.cpus, frequency: options.frequency, cpuid, board: () => emptyBoard });
  const provider = new Provider(host.machine, outfit.flavour);
  const ram = ramRanges(options.memoryBytes);
  let board: PcBoard | undefined;
  const instance = provider.create({
    name: 'instance',
    cpus: options.cpus,
    ram: [...ram, ...outfit.ram],
    capacity: options.capacity ?? Number.POSITIVE_INFINITY,
    shadowPaging: options.shadowPaging ?? false,
    cpuid: followingApic(cpuid, (cpu) => board?.apicEnabled(cpu) ?? true),
    epochNanoseconds: BigInt(options.epoch) * 1_000_000_000n,
    board: (boardHost) => {
      board = outfit.board(boardHost, {
        memoryBytes: options.memoryBytes,
        serial: options.serial,
        epoch: options.epoch,
        ...(options.screen === undefined ? {} : { screen: options.screen }),
      });
      return board;
    },
  });
  invariant(board !== undefined, 'the instance has made its board');
  const made = board;
  return {
    engine,
    provider,
    instance,
    outfit,
    computer: instance.computer,
    board: made,
    statistics: () => made.statistics(),
    counters: () => instance.computer.contexts.map((context) => countersOf(engine.memory.buffer, context)),
    frequency: options.frequency,
    kernel: options.kernel.bytes,
    protocol: startKernel(instance.computer, made, ram, options),
    now: () => host.now(),
    run: (until) => {
      const progress = host.run(until);
      return instance.ended ? { kind: 'ended', outcome: instance.ended } : progress;
    },
  };
}
