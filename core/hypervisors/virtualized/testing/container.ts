/** A container on a computer without devices, for tests of what a flavour shows to ring 0. */
import { bare } from '../../../hardware/bare.ts';
import { createEngine } from '../../../hardware/cpu/engine.ts';
import { hotWasm } from '../../../hardware/testing/hot-wasm.ts';
import type { Board } from '../../../seams/board.ts';
import type { AddressRange } from '../../../seams/machine.ts';
import type { FlavourFactory } from '../flavour.ts';
import type { Instance } from '../instance.ts';
import { Provider } from '../provider.ts';

const nothing: Board = {
  readPort: () => 0,
  writePort: () => {},
  readDevice: () => 0n,
  writeDevice: () => {},
  readMsr: () => undefined,
  writeMsr: () => false,
  acknowledgeInterrupt: () => -1,
  readTaskPriority: () => 0,
  writeTaskPriority: () => {},
  nextEvent: () => Number.POSITIVE_INFINITY,
  advance: () => {},
};

export interface ContainerOptions {
  readonly cpus: number;
  readonly frequency: number;
  readonly ram: readonly AddressRange[];
  readonly epochNanoseconds: bigint;
  /** Called when the container gets its board, which has nothing on it. */
  readonly connect?: () => void;
}

export const rentContainer = (flavour: FlavourFactory, options: ContainerOptions): Instance => {
  const { cpus, frequency, ram, epochNanoseconds } = options;
  const cpuid = () => ({ eax: 0, ebx: 0, ecx: 0, edx: 0 });
  const engine = createEngine(hotWasm());
  const host = bare(engine, { ram: [], cpus: 1, frequency, cpuid, board: () => nothing });
  return new Provider(host.machine, flavour).create({
    name: 'container',
    cpus,
    ram,
    capacity: Number.POSITIVE_INFINITY,
    cpuid,
    epochNanoseconds,
    board: () => {
      options.connect?.();
      return nothing;
    },
  });
};
