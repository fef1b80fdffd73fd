/** What a kernel's loader works with: the files and facts of a boot, and places in the memory of the computer. */
import type { MemoryMapEntry } from '../../abi/boot/memory-map.table.ts';
import { textBytes } from '../../base/bytes.ts';
import type { MachineMemory } from '../../seams/machine.ts';
import type { Entry } from './entry.ts';
import { descriptorTable, identityTables } from './entry.ts';
import type { Framebuffer } from './linux-params.ts';
import type { Range } from './place.ts';
import { Space, writeSparsely } from './place.ts';
import { impossiblePlace, longCommandLine, tooLittleMemory } from './refusals.ts';
import type { Codecs } from './unpack/unpack.ts';

export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface BootRequest {
  readonly kernel: NamedFile;
  readonly initrd: NamedFile | undefined;
  /** Multiboot modules; `text` is the string handed over with each. */
  readonly modules: readonly (NamedFile & { readonly text: string })[];
  readonly commandLine: string;
  readonly ram: readonly Range[];
  readonly memoryMap: readonly MemoryMapEntry[];
  /** Places within RAM that firmware or devices use. */
  readonly reserved: readonly Range[];
  readonly rsdp: number;
  readonly framebuffer: Framebuffer | undefined;
  readonly codecs: Codecs;
}

/** Fixed places in low memory, out of the way of kernels and of the code that starts further CPUs. */
const BLOCK = { start: 0x9_0000, length: 0xf000 } as const;
const INFO = BLOCK.start;
const DESCRIPTORS = BLOCK.start + 0x1000;
const TABLES = BLOCK.start + 0x2000;
const COMMAND_LINE = BLOCK.start + 0x8000;
const LISTS = BLOCK.start + 0xa000;
const LONGEST_COMMAND_LINE = LISTS - COMMAND_LINE - 1;

/** What a protocol's loader works with: the request and the tools to place things. */
export class Placement {
  readonly info = INFO;
  readonly commandLine = COMMAND_LINE;
  readonly lists = { start: LISTS, length: BLOCK.start + BLOCK.length - LISTS };
  private readonly space: Space;

  constructor(
    readonly request: BootRequest,
    readonly memory: MachineMemory,
  ) {
    this.space = new Space(request.ram);
    if (this.space.claim(BLOCK) !== 'taken') throw tooLittleMemory('The boot information', 2 ** 20);
    for (const range of request.reserved) this.space.claim(range);
  }

  /** Copies a part of the kernel to a fixed address. */
  fixed(what: string, address: number, bytes: Uint8Array, memorySize = bytes.length): void {
    const answer = this.space.claim({ start: address, length: memorySize });
    if (answer === 'no memory there') {
      const end = address + memorySize;
      throw end > 0x10_0000 && address < 2 ** 32
        ? tooLittleMemory(what, end)
        : impossiblePlace(what, `it wants ${end} bytes at ${address}`);
    }
    if (answer === 'in use')
      throw impossiblePlace(what, `its parts overlap, or lie in the first MiB at 0x${address.toString(16)}`);
    writeSparsely(this.memory, address, bytes);
  }

  /** Keeps a range free for the kernel's own use; what was claimed before stays claimed. */
  keep(range: Range): void {
    this.space.claim(range);
  }

  high(file: NamedFile, limit: number): Range {
    const start = this.space.below(file.bytes.length, limit);
    return this.write(file, start);
  }

  low(file: NamedFile, from: number): Range {
    return this.write(file, this.space.above(file.bytes.length, from));
  }

  private write(file: NamedFile, start: number | undefined): Range {
    if (start === undefined) {
      const used = this.request.ram.reduce((sum, range) => sum + range.length, 0);
      throw tooLittleMemory(file.name, used + file.bytes.length);
    }
    writeSparsely(this.memory, start, file.bytes);
    return { start, length: file.bytes.length };
  }

  writeCommandLine(text: string, limit = LONGEST_COMMAND_LINE): void {
    const most = Math.min(limit, LONGEST_COMMAND_LINE);
    if (text.length > most) throw longCommandLine(text.length, most);
    this.memory.write(COMMAND_LINE, textBytes(`${text}\0`));
  }

  entry(protocol: string, mode: Entry['mode'], address: number, registers: Entry['registers']): Entry {
    this.memory.write(DESCRIPTORS, descriptorTable(mode));
    if (mode === 'long') this.memory.write(TABLES, identityTables(TABLES));
    return { protocol, mode, address, registers, pageTables: TABLES, descriptors: DESCRIPTORS };
  }
}
