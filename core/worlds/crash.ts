/** What a computer was doing when it crashed, for a person: registers, the code at fault, and the stack with names. */
import { hex } from '../base/bits.ts';
import { readU64 } from '../base/bytes.ts';
import type { KernelSymbols } from '../guests/boot/kallsyms.ts';
import { kernelSymbols } from '../guests/boot/kallsyms.ts';
import { countersOf } from '../hardware/cpu/counters.ts';
import type { MachineMemory, VirtualContext } from '../seams/machine.ts';
import { Register } from '../seams/machine.ts';
import type { BareWorld } from './bare.ts';

const STATES = ['running', 'halted', 'waiting for start-up', 'shut down'] as const;
const STACK_WORDS = 512;
const MOST_FRAMES = 24;
const CODE_BYTES = 16;
/** Where kernels lie; their symbol tables are looked for here. */
const KERNEL = { start: 0x100_0000, length: 0x800_0000 } as const;

export function crashReport(world: BareWorld): string[] {
  const { memory } = world.computer.machine;
  const symbols = findSymbols(memory);
  return world.computer.contexts.flatMap((context, index) => {
    // A processor that never ran has nothing to tell.
    if (index > 0 && context.instructions === 0) return [];
    return cpuReport(world, context, index, symbols);
  });
}

function findSymbols(memory: MachineMemory): KernelSymbols | undefined {
  const end = Math.min(memory.frames * 4096, KERNEL.start + KERNEL.length);
  return end > KERNEL.start ? kernelSymbols(memory.read(KERNEL.start, end - KERNEL.start)) : undefined;
}

function cpuReport(world: BareWorld, context: VirtualContext, index: number, symbols: KernelSymbols | undefined): string[] {
  const { memory } = world.computer.machine;
  const named = (address: bigint): string => {
    const symbol = symbols?.lookup(address);
    return symbol === undefined ? hex(address, 16) : `${hex(address, 16)} ${symbol.name}+${hex(symbol.offset)}`;
  };
  const counters = countersOf(world.engine.memory.buffer, context);
  const exceptions = Object.entries(counters.exceptions).map(([vector, count]) => `${vector}: ${count}`);
  const lines = [
    `CPU ${index}, ${STATES[context.halted] ?? 'unknown'}, after ${context.instructions} instructions`,
    `  rip ${named(context.rip)}`,
    `  rflags ${hex(context.rflags)}  cpl ${context.cpl}  cs ${hex(context.readSegment('cs').selector)}  ss ${hex(context.readSegment('ss').selector)}`,
    `  ${(['cr0', 'cr2', 'cr3', 'cr4', 'efer'] as const).map((name) => `${name} ${hex(context.readSystem(name))}`).join('  ')}`,
    ...registerLines(context),
    `  exceptions by vector ${exceptions.length === 0 ? 'none' : exceptions.join(', ')}`,
    `  code ${codeAt(context, memory)}`,
  ];
  const frames = stackNames(context, memory, symbols);
  return frames.length === 0 ? lines : [...lines, '  stack', ...frames.map((frame) => `    ${frame}`)];
}

function registerLines(context: VirtualContext): string[] {
  const cells = Object.entries(Register).map(([name, number]) => `${name.padEnd(3)} ${hex(context.registers[number] ?? 0n, 16)}`);
  return [0, 4, 8, 12].map((at) => `  ${cells.slice(at, at + 4).join('  ')}`);
}

/** Bytes at a linear address, as far as it is mapped. */
function peek(context: VirtualContext, memory: MachineMemory, address: bigint, length: number): Uint8Array | undefined {
  const place = context.translate(address, 'read');
  if (!('address' in place)) return undefined;
  const at = Number(place.address);
  if (at >= memory.frames * 4096) return undefined;
  return memory.read(at, Math.min(length, 4096 - (at % 4096)));
}

function codeAt(context: VirtualContext, memory: MachineMemory): string {
  const bytes = peek(context, memory, context.readSegment('cs').base + context.rip, CODE_BYTES);
  return bytes === undefined ? 'not mapped' : Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** Words of the stack that are addresses within functions: callers, and some that only look like it. */
function stackNames(context: VirtualContext, memory: MachineMemory, symbols: KernelSymbols | undefined): string[] {
  const found: string[] = [];
  const top = context.registers[Register.rsp] ?? 0n;
  for (let word = 0; word < STACK_WORDS && found.length < MOST_FRAMES; word++) {
    const bytes = peek(context, memory, BigInt.asUintN(64, top + BigInt(word * 8)), 8);
    if (bytes === undefined || bytes.length < 8) break;
    const address = readU64(bytes, 0);
    const symbol = symbols?.lookup(address);
    if (symbol !== undefined && symbol.offset > 0) found.push(`${hex(address, 16)} ${symbol.name}+${hex(symbol.offset)}`);
  }
  return found;
}
