/** The Xen-Blanket: Xen in a container that a provider rents out. The last line of `blanketWorld` is plain Xen's own. */
import { cpuidOf } from '../abi/x86/cpuid.ts';
import { invariant } from '../base/bug.ts';
import type { PcBoard } from '../devices/boards/pc.ts';
import { CRYSTAL_HERTZ } from '../devices/lapic/registers.table.ts';
import { ramRanges } from '../devices/layout.ts';
import { bare } from '../hardware/bare.ts';
import type { Cores } from '../hardware/cores.ts';
import { createEngine } from '../hardware/cpu/engine.ts';
import type { Instance } from '../hypervisors/virtualized/instance.ts';
import { Provider } from '../hypervisors/virtualized/provider.ts';
import type { ByteStream } from '../seams/plugs.ts';
import { emptyBoard } from './empty-board.ts';
import type { Outfit, Outfitter } from './outfit.ts';
import { type PvOptions, type PvWorld, xenOptions } from './pv.ts';
import { xenOn } from './xen-on.ts';

export interface BlanketOptions extends PvOptions {
  readonly outfit: Outfitter;
  /** Most that the instance may use of one CPU, all its CPUs together; Infinity: all. */
  readonly capacity?: number;
  /** The provider has no nested paging: it shadows the page tables of the container. */
  readonly shadowPaging?: boolean;
  /** How the provider's CPUs share cores. */
  readonly cores?: Cores;
}

export interface BlanketWorld extends PvWorld {
  readonly provider: Provider;
  readonly instance: Instance;
  readonly outfit: Outfit;
}

const silentLine: ByteStream = { write: () => undefined, onData: () => undefined };

export function blanketWorld(options: BlanketOptions): BlanketWorld {
  const { memoryBytes, cpus, frequency, epoch } = options;
  const ram = ramRanges(memoryBytes);
  const plugged = options.plugged ?? { disks: [], networks: [] };
  const outfit = options.outfit({ ...plugged, name: 'instance', cpus, memoryBytes, seed: epoch });
  const engine = createEngine(options.wasm, options.engine);
  const cpuid = cpuidOf({
    cpus,
    frequency,
    crystalHertz: CRYSTAL_HERTZ,
    ...(options.features && { features: options.features }),
  });
  const host = bare(engine, { ram: [], cpus, cores: options.cores, frequency, cpuid, board: () => emptyBoard });
  const provider = new Provider(host.machine, outfit.flavour);
  let board: PcBoard | undefined;
  const instance = provider.create({
    name: 'instance',
    cpus,
    ram: [...ram, ...outfit.ram],
    capacity: options.capacity ?? Number.POSITIVE_INFINITY,
    shadowPaging: options.shadowPaging ?? false,
    cpuid,
    epochNanoseconds: BigInt(epoch) * 1_000_000_000n,
    board: (boardHost) => {
      board = outfit.board(boardHost, { memoryBytes, serial: silentLine, epoch });
      return board;
    },
  });
  invariant(board !== undefined, 'the instance has made its board');
  const { xen, domain0 } = xenOn(instance.computer.machine, { ram, epoch, ...xenOptions(options) });
  return {
    engine,
    provider,
    instance,
    outfit,
    board,
    xen,
    domain0,
    frequency,
    now: () => host.now(),
    run: (until) => {
      const progress = host.run(until);
      return instance.ended ? { kind: 'ended', outcome: instance.ended } : progress;
    },
  };
}
