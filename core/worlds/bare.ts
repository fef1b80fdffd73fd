/** A computer that stands on nothing: engine, board and a kernel put together, ready to run. */

import type { Feature } from '../abi/x86/cpuid.table.ts';
import { cpuidOf, followingApic } from '../abi/x86/cpuid.ts';
import { invariant } from '../base/bug.ts';
import { Refusal } from '../base/refusal.ts';
import type { PcBoard, PcStatistics } from '../devices/boards/pc.ts';
import { pc } from '../devices/boards/pc.ts';
import type { ScreenSize } from '../devices/framebuffer/device.ts';
import { CRYSTAL_HERTZ } from '../devices/lapic/registers.table.ts';
import { ramRanges } from '../devices/layout.ts';
import type { Progress } from '../hardware/bare.ts';
import { bare } from '../hardware/bare.ts';
import type { CpuCounters } from '../hardware/cpu/counters.ts';
import { countersOf } from '../hardware/cpu/counters.ts';
import type { Engine, EngineOptions } from '../hardware/cpu/engine.ts';
import { createEngine } from '../hardware/cpu/engine.ts';
import type { Cycles } from '../seams/addresses.ts';
import type { Computer } from '../seams/machine.ts';
import type { ByteStream } from '../seams/plugs.ts';
import { type KernelOptions, startKernel } from './start-kernel.ts';
import { onPci, type Plugged, virtioFunctions } from './virtio-devices.ts';

export interface BareOptions extends KernelOptions {
  /** The interpreter, compiled. */
  readonly wasm: Uint8Array;
  readonly cpus: number;
  /** Cycles of virtual time per second. */
  readonly frequency: number;
  readonly serial: ByteStream;
  /** Date at start, in seconds since 1970. */
  readonly epoch: number;
  readonly screen?: ScreenSize;
  readonly features?: readonly Feature[];
  /** Disks and networks. */
  readonly plugged?: Plugged;
  readonly engine?: EngineOptions;
}

export interface BareWorld {
  readonly computer: Computer;
  readonly engine: Engine;
  readonly board: PcBoard;
  readonly frequency: number;
  /** The kernel's file. */
  readonly kernel: Uint8Array;
  /** By which protocol the kernel was entered. */
  readonly protocol: string;
  now(): Cycles;
  run(until: Cycles): Progress;
  statistics(): PcStatistics;
  /** What the engine counted, by CPU. */
  counters(): CpuCounters[];
}

export type { CpuCounters };

const SMALLEST = 2 * 2 ** 20;
const LARGEST = 2 ** 40;
export const MOST_CPUS = 16;

/** @throws Refusal for what cannot be built or a kernel that cannot be loaded */
export function bareWorld(options: BareOptions): BareWorld {
  if (options.memoryBytes < SMALLEST || options.memoryBytes > LARGEST) {
    throw new Refusal('memory-size', 'A computer has between 2 MiB and 1 TiB of memory.', 'Choose another --memory, in MiB.');
  }
  if (options.cpus < 1 || options.cpus > MOST_CPUS) {
    throw new Refusal('cpu-count', `A computer has 1 to ${MOST_CPUS} virtual CPUs.`, 'Choose another --vcpus.');
  }
  const engine = createEngine(options.wasm, options.engine);
  const ram = ramRanges(options.memoryBytes);
  let board: PcBoard | undefined;
  const computer = bare(engine, {
    ram,
    cpus: options.cpus,
    frequency: options.frequency,
    cpuid: followingApic(
      cpuidOf({
        cpus: options.cpus,
        frequency: options.frequency,
        crystalHertz: CRYSTAL_HERTZ,
        ...(options.features === undefined ? {} : { features: options.features }),
      }),
      (cpu) => board?.apicEnabled(cpu) ?? true,
    ),
    board: (host) => {
      board = pc(host, {
        memoryBytes: options.memoryBytes,
        serial: options.serial,
        epoch: options.epoch,
        ...(options.screen === undefined ? {} : { screen: options.screen }),
        ...(options.plugged === undefined ? {} : { pci: onPci(virtioFunctions(options.plugged)) }),
      });
      return board;
    },
  });
  invariant(board !== undefined, 'the computer has made its board');
  const made = board;

  const protocol = startKernel(computer.computer, made, ram, options);
  return {
    computer: computer.computer,
    engine,
    board: made,
    frequency: options.frequency,
    kernel: options.kernel.bytes,
    protocol,
    now: () => computer.now(),
    run: (until) => computer.run(until),
    statistics: () => made.statistics(),
    counters: () => computer.computer.contexts.map((context) => countersOf(engine.memory.buffer, context)),
  };
}
