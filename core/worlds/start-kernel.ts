/** A kernel placed in the memory of a computer, and the first processor at its entry: the same for every computer. */
import { invariant } from '../base/bug.ts';
import type { PcBoard } from '../devices/boards/pc.ts';
import { memoryMap } from '../devices/layout.ts';
import { enter } from '../guests/boot/entry.ts';
import { loadKernel } from '../guests/boot/load.ts';
import type { NamedFile } from '../guests/boot/placement.ts';
import type { Codecs } from '../guests/boot/unpack/unpack.ts';
import type { AddressRange, Computer } from '../seams/machine.ts';

export interface KernelOptions {
  readonly memoryBytes: number;
  readonly kernel: NamedFile;
  readonly initrd: NamedFile | undefined;
  readonly modules: readonly (NamedFile & { readonly text: string })[];
  readonly commandLine: string;
  readonly codecs: Codecs;
}

/**
 * @returns the protocol by which the kernel was entered
 * @throws Refusal for a kernel that cannot be loaded
 */
export function startKernel(computer: Computer, board: PcBoard, ram: readonly AddressRange[], options: KernelOptions): string {
  const { memory } = computer.machine;
  for (const { address, bytes } of board.firmware) memory.write(address, bytes);
  const { framebuffer } = board;
  const entry = loadKernel(
    {
      kernel: options.kernel,
      initrd: options.initrd,
      modules: options.modules,
      commandLine: options.commandLine,
      ram,
      memoryMap: memoryMap(options.memoryBytes, framebuffer?.memory),
      reserved: [
        ...board.firmware.map(({ address, bytes }) => ({ start: address, length: bytes.length })),
        ...(framebuffer === undefined ? [] : [framebuffer.memory]),
      ],
      rsdp: board.rsdp,
      framebuffer: framebuffer === undefined ? undefined : { address: framebuffer.address, ...framebuffer.size },
      codecs: options.codecs,
    },
    memory,
  );
  const [first] = computer.contexts;
  invariant(first !== undefined, 'a computer has a first processor');
  enter(first, entry);
  return entry.protocol;
}
