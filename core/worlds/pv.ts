/** Plain Xen: the paravirtual hypervisor on a bare computer, its control domain, and guests. */
import type { Feature } from '../abi/x86/cpuid.table.ts';
import { cpuidOf } from '../abi/x86/cpuid.ts';
import { invariant } from '../base/bug.ts';
import { type PcBoard, pc } from '../devices/boards/pc.ts';
import { CRYSTAL_HERTZ } from '../devices/lapic/registers.table.ts';
import { ramRanges } from '../devices/layout.ts';
import { bare, type Progress } from '../hardware/bare.ts';
import { createEngine, type Engine, type EngineOptions } from '../hardware/cpu/engine.ts';
import type { Xen } from '../hypervisors/xen/xen.ts';
import type { Cycles } from '../seams/addresses.ts';
import type { ByteStream } from '../seams/plugs.ts';
import type { Domain0 } from './domain0.ts';
import { onPci, type Plugged, virtioFunctions } from './virtio-devices.ts';
import { xenOn } from './xen-on.ts';

export interface PvOptions {
  /** The interpreter, compiled. */
  readonly wasm: Uint8Array;
  readonly engine?: EngineOptions;
  /** Of the computer, all domains together. */
  readonly memoryBytes: number;
  readonly cpus: number;
  /** Cycles of virtual time per second. */
  readonly frequency: number;
  /** Date at start, in seconds since 1970. */
  readonly epoch: number;
  readonly features?: readonly Feature[];
  /** Disks and networks of the machine, for the drivers of the driver domain. */
  readonly plugged?: Plugged;
  /** Whether Xen's own translations are global. */
  readonly globalPages?: boolean;
  /** Whether events of a Xen below are announced at any CPU, as is usual; else all at the first. */
  readonly perCpuUpcalls?: boolean;
  /** What guests write to the emergency console. */
  readonly emergency: (domain: number, bytes: Uint8Array) => void;
}

export interface PvWorld {
  readonly board: PcBoard;
  readonly engine: Engine;
  readonly xen: Xen;
  readonly domain0: Domain0;
  readonly frequency: number;
  now(): Cycles;
  run(until: Cycles): Progress;
}

/** What is for Xen itself. */
export const xenOptions = ({
  emergency,
  globalPages = false,
  perCpuUpcalls = true,
}: PvOptions): Pick<PvOptions, 'emergency' | 'globalPages' | 'perCpuUpcalls'> => ({ emergency, globalPages, perCpuUpcalls });

const silentLine: ByteStream = { write: () => {}, onData: () => {} };

/** @throws Refusal if the computer has no memory for domains */
export const pvWorld = (options: PvOptions): PvWorld => {
  const { memoryBytes, cpus, frequency, epoch } = options;
  const ram = ramRanges(memoryBytes);
  const engine = createEngine(options.wasm, options.engine);
  let board: PcBoard | undefined;
  const computer = bare(engine, {
    ram,
    cpus,
    frequency,
    cpuid: cpuidOf({ cpus, frequency, crystalHertz: CRYSTAL_HERTZ, ...(options.features && { features: options.features }) }),
    board: (host) => {
      board = pc(host, {
        memoryBytes,
        serial: silentLine,
        epoch,
        ...(options.plugged && { pci: onPci(virtioFunctions(options.plugged)) }),
      });
      return board;
    },
  });
  invariant(board !== undefined, 'the computer has made its board');
  const { xen, domain0 } = xenOn(computer.machine, { ram, epoch, ...xenOptions(options) });
  return { engine, board, xen, domain0, frequency, now: () => computer.now(), run: (until) => computer.run(until) };
};
