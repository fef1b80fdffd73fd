/** A small computer for tests of the engine: flat 64-bit code in ring 3 whose traps come back, or a kernel of a few bytes. */
import type { MachineFrame } from '../../seams/addresses.ts';
import type { ContainerMemory, ExitHandlers, Segment, Trap, VirtualContext } from '../../seams/machine.ts';
import { createEngine, type Engine } from '../cpu/engine.ts';
import { hotWasm } from './hot-wasm.ts';

const RAM = 16 * 2 ** 20;
const PML4 = 0x1000;
const PDPT = 0x2000;
const DIRECTORY = 0x3000;
export const CODE = 0x10_0000;
export const STACK = 0x20_0000;
export const DATA = 0x30_0000;

/** Hexadecimal bytes, blanks and line breaks as one likes; text behind ; is a comment. */
export const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from((text.replace(/;.*$/gm, '').match(/[0-9a-f]{2}/gi) ?? []).map((pair) => Number.parseInt(pair, 16)));

/** A number as the text of its bytes for {@link bytesOf}, the lowest first. */
export const little = (value: number, bytes = 4): string =>
  Array.from({ length: bytes }, (_, index) => (Math.floor(value / 256 ** index) & 0xff).toString(16).padStart(2, '0')).join(' ');

/** PUSH of a 32-bit number, which is extended by its sign. */
export const push = (value: number): string => `68 ${little(value)}`;

export interface Device {
  log: string[];
  value: bigint;
  /** Clock of the CPU at each access. */
  times: number[];
  onAccess?: () => void;
}

/** Nothing answers, and nobody asks: for code that never leaves its machine, and as the rest of what a test answers. */
export const nothingOutside: ExitHandlers = {
  cpuid: () => ({ eax: 0, ebx: 0, ecx: 0, edx: 0 }),
  readMsr: () => undefined,
  writeMsr: () => false,
  readPort: () => 0xffff_ffff,
  writePort: () => undefined,
  readDevice: () => 0n,
  writeDevice: () => undefined,
  call: () => false,
  acknowledgeInterrupt: () => -1,
  secondLevelFault: () => undefined,
  controlWrite: () => undefined,
  invalidatePage: () => undefined,
  pageFault: () => undefined,
  tableWrite: () => undefined,
};

function handlers(device: Device): ExitHandlers {
  return {
    ...nothingOutside,
    readPort: (_context, port, width) => {
      device.log.push(`in ${port.toString(16)} ${width}`);
      return Number(device.value & 0xffff_ffffn);
    },
    writePort: (_context, port, width, value) => void device.log.push(`out ${port.toString(16)} ${width} ${value.toString(16)}`),
    readDevice: (context, address, width) => {
      device.times.push(context.cycles);
      device.onAccess?.();
      device.log.push(`read ${address.toString(16)} ${width}`);
      return device.value;
    },
    writeDevice: (_context, address, width, value) =>
      void device.log.push(`write ${address.toString(16)} ${width} ${value.toString(16)}`),
  };
}

export interface Program {
  readonly engine: Engine;
  readonly memory: ContainerMemory;
  readonly context: VirtualContext;
  /** One more CPU on the same memory, at the same code. */
  another(): VirtualContext;
  readonly device: Device;
  /** Runs until a trap or the cycles are used up. */
  run(cycles?: number): Trap;
  load(address: number, code: string): void;
  /** Sets the rights of a 4 KiB page in the identity map; 0 = not present. */
  page(address: number, entry: bigint): void;
  register(index: number): bigint;
  read(address: number, width: 1 | 2 | 4 | 8): bigint;
}

const segment = (selector: number, attributes: number): Segment => ({ selector, base: 0n, limit: 0xffff_ffff, attributes });
const flags = (wide: boolean): number => (wide ? 0xa00 : 0xc00);

/** Entries of the identity map: present, writable, user. */
const OPEN = 7n;

/**
 * 64-bit code at CODE in ring 3, every page open, stack below STACK; the first 2 MiB of DATA's region are 4 KiB pages
 * so that `page` can close one. Everything else up to 1 GiB is 2 MiB pages; beyond RAM there is a device.
 */
export function program(code: string, width: 64 | 32 = 64): Program {
  const engine = createEngine(hotWasm(), { memoryBytes: 128 * 2 ** 20 });
  const memory = engine.createMemory([{ start: 0, length: RAM }]);
  const device: Device = { log: [], value: 0n, times: [] };
  const put = (address: number, value: bigint): void => memory.writeU64(address, value);
  put(PML4, BigInt(PDPT) | OPEN);
  put(PDPT, BigInt(DIRECTORY) | OPEN);
  for (let i = 0; i < 512; i++) put(DIRECTORY + 8 * i, (BigInt(i) << 21n) | OPEN | 0x80n);
  /** The first 8 MiB as 4 KiB pages. */
  for (let i = 0; i < 4; i++) {
    const table = 0x4000 + 0x1000 * i;
    put(DIRECTORY + 8 * i, BigInt(table) | OPEN);
    for (let j = 0; j < 512; j++) put(table + 8 * j, BigInt(i * 2 ** 21 + j * 4096) | OPEN);
  }
  const load = (address: number, text: string): void => memory.write(address, bytesOf(text));
  load(CODE, code);
  const another = (): VirtualContext => {
    const made = engine.createVirtualContext({ ringZero: 'occupant', memory, exits: handlers(device) });
    made.writeSystem('efer', 0xd01n);
    made.writeSystem('cr4', 0x6a0n);
    made.writeSystem('cr3', BigInt(PML4));
    made.writeSystem('cr0', 0x8001_0033n);
    made.writeSegment('cs', segment(0x33, 0xfb | flags(width === 64)));
    for (const name of ['ss', 'ds', 'es', 'fs', 'gs'] as const) made.writeSegment(name, segment(0x2b, 0xcf3));
    made.rip = BigInt(CODE);
    made.rflags = 0x202n;
    made.registers[4] = BigInt(STACK);
    return made;
  };
  const context = another();
  return {
    engine,
    memory,
    context,
    another,
    device,
    run: (cycles = 1_000_000) => engine.run(context, cycles),
    load,
    page: (address, entry) => {
      put(0x4000 + 8 * (address / 4096), entry === 0n ? 0n : BigInt(address) | entry);
      context.flushTranslations();
    },
    register: (index) => context.registers[index] ?? 0n,
    read: (address, bytes) => {
      const raw = memory.read(address, bytes);
      let value = 0n;
      for (let i = bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(raw[i] ?? 0);
      return value;
    },
  };
}

export const frameOf = (address: number): MachineFrame => (address / 4096) as MachineFrame;
