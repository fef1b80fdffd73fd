/** The layers of a rented instance: hardware, provider, container, and what is in the container's ring 0. */
import { type Cpuid, cpuidOf } from '../../abi/x86/cpuid.ts';
import { Bug, invariant } from '../../base/bug.ts';
import type { PcBoard } from '../../devices/boards/pc.ts';
import { CRYSTAL_HERTZ } from '../../devices/lapic/registers.table.ts';
import { ramRanges } from '../../devices/layout.ts';
import { type BareComputer, bare, type Progress } from '../../hardware/bare.ts';
import type { Cores } from '../../hardware/cores.ts';
import { createEngine } from '../../hardware/cpu/engine.ts';
import type { Instance } from '../../hypervisors/virtualized/instance.ts';
import { Provider } from '../../hypervisors/virtualized/provider.ts';
import type { Xen } from '../../hypervisors/xen/xen.ts';
import type { Cycles } from '../../seams/addresses.ts';
import type { ByteStream, FramePort } from '../../seams/plugs.ts';
import { boardScreen } from '../board-screen.ts';
import type { Provisions, Screen } from '../desk.ts';
import type { Domain0 } from '../domain0.ts';
import { emptyBoard } from '../empty-board.ts';
import type { Outfit, Outfitter } from '../outfit.ts';
import type { RentedCapacity } from '../rented-capacity.ts';
import { startKernel } from '../start-kernel.ts';
import { type XenOnOptions, xenOn } from '../xen-on.ts';
import { Crossing } from './crossing.ts';

/** Cycles of virtual time per second of an interactive world: near what the engine reaches, so that time is not always late. */
export const FREQUENCY = 1e9;
/** A computer has at most so many CPUs. */
const MOST_CPUS = 16;
const MIB = 2 ** 20;
/** What a container's own kernel draws on: small, since a picture is looked at many times a second. */
const SCREEN = { width: 800, height: 600 };

export interface StackOptions {
  readonly provisions: Pick<Provisions, 'wasm' | 'codecs' | 'image' | 'epoch'>;
  /** What of them was rented. */
  readonly capacity: RentedCapacity;
  readonly outfit: Outfitter;
  readonly name: string;
  readonly cpus: number;
  /** How the provider's CPUs share cores; undefined: each is one. */
  readonly cores: Cores | undefined;
  readonly memoryMib: number;
  /** The provider has no nested paging. */
  readonly shadowPaging?: boolean | undefined;
  /** The container's serial line. */
  readonly serial: ByteStream;
  /** Where its network card is plugged in. */
  readonly card: FramePort;
}

export class Stack {
  readonly cpus: number;
  /** The devices of guests, and what is below them. */
  readonly crossing: Crossing;
  readonly #host: BareComputer;
  readonly #provider: Provider;
  readonly #cpuid: Cpuid;
  readonly #epoch: number;
  readonly #outfit: Outfit;
  #instance: { instance: Instance; board: PcBoard; screen: Screen | undefined } | undefined;
  blanket: { xen: Xen; domain0: Domain0 } | undefined;

  constructor(private readonly options: StackOptions) {
    this.cpus = Math.min(options.cpus, MOST_CPUS);
    this.#epoch = options.provisions.epoch();
    this.#cpuid = cpuidOf({ cpus: this.cpus, frequency: FREQUENCY, crystalHertz: CRYSTAL_HERTZ });
    this.crossing = new Crossing(options.card);
    this.#outfit = options.outfit({
      name: options.name,
      cpus: this.cpus,
      memoryBytes: options.memoryMib * MIB,
      ...this.crossing.plugged,
      seed: this.#epoch,
    });
    const engine = createEngine(options.provisions.wasm());
    this.#host = bare(engine, {
      ram: [],
      cpus: this.cpus,
      cores: options.cores,
      frequency: FREQUENCY,
      cpuid: this.#cpuid,
      board: () => emptyBoard,
    });
    this.#provider = new Provider(this.#host.machine, this.#outfit.flavour);
  }

  /** False until a container was rented: before its image is read, for instance. */
  get rented(): boolean {
    return this.#instance !== undefined;
  }

  get instance(): Instance {
    if (this.#instance === undefined) throw new Bug('nothing is rented');
    return this.#instance.instance;
  }

  /** What the container's own kernel draws on; a Blanket draws nothing. */
  get screen(): Screen | undefined {
    return this.#instance?.screen;
  }

  /**
   * Rents the container anew and boots a kernel in it.
   * @param draws the kernel has a driver for a framebuffer
   */
  bootKernel(image: ReturnType<Provisions['image']>, draws: boolean): void {
    const { instance, board } = this.#rent(draws);
    startKernel(instance.computer, board, this.#ram, {
      memoryBytes: this.options.memoryMib * MIB,
      kernel: image.kernel,
      initrd: image.ramdisk,
      modules: [],
      // The last one named is where the first program talks.
      commandLine: `console=ttyS0 ${draws ? 'console=tty0 ' : ''}${image.commandLine}`,
      codecs: this.options.provisions.codecs,
    });
  }

  /** Rents the container anew and puts Xen into its ring 0. */
  lay(options: Pick<XenOnOptions, 'emergency' | 'globalPages' | 'perCpuUpcalls'>): void {
    const { instance } = this.#rent(false);
    this.blanket = xenOn(instance.computer.machine, { ram: this.#ram, epoch: this.#epoch, ...options });
    this.blanket.domain0.whenReady((found) => this.crossing.use(found));
  }

  now(): Cycles {
    return this.#host.now();
  }

  run(until: Cycles): Progress {
    return this.#host.run(until);
  }

  get #ram(): ReturnType<typeof ramRanges> {
    return ramRanges(this.options.memoryMib * MIB);
  }

  #rent(draws: boolean): { instance: Instance; board: PcBoard } {
    if (this.#instance !== undefined) this.#provider.destroy(this.#instance.instance);
    this.blanket = undefined;
    this.crossing.use(undefined);
    let board: PcBoard | undefined;
    const instance = this.#provider.create({
      name: this.options.name,
      cpus: this.cpus,
      ram: [...this.#ram, ...this.#outfit.ram],
      ...this.options.capacity,
      shadowPaging: this.options.shadowPaging ?? false,
      cpuid: this.#cpuid,
      epochNanoseconds: BigInt(this.#epoch) * 1_000_000_000n,
      board: (host) => {
        board = this.#outfit.board(host, {
          memoryBytes: this.options.memoryMib * MIB,
          serial: this.options.serial,
          epoch: this.#epoch,
          ...(draws ? { screen: SCREEN } : {}),
        });
        return board;
      },
    });
    invariant(board !== undefined, 'the instance has made its board');
    this.#instance = { instance, board, screen: boardScreen(board) };
    return this.#instance;
  }
}
