/** What a computer was doing when it crashed, for a person: registers, what led there, and the stack with names. */
import { EXCEPTIONS } from '../abi/x86/exceptions.table.ts';
import { hex } from '../base/bits.ts';
import { readU32, readU64 } from '../base/bytes.ts';
import { elfSymbols } from '../guests/boot/elf-symbols.ts';
import type { KernelSymbols } from '../guests/boot/kallsyms.ts';
import { kernelSymbols } from '../guests/boot/kallsyms.ts';
import { countersOf } from '../hardware/cpu/counters.ts';
import type { CodeWidth } from '../hardware/cpu/engine.ts';
import { type PastEvent, pastOf } from '../hardware/cpu/past.ts';
import type { MachineMemory, VirtualContext } from '../seams/machine.ts';
import { Register } from '../seams/machine.ts';
import type { BareWorld } from './bare.ts';

const STATES = ['running', 'halted', 'waiting for start-up', 'shut down'] as const;
const STACK_WORDS = 512;
const MOST_FRAMES = 24;
/** Words of the stack that are shown as they are. */
const RAW_WORDS = 8;
const CODE_BYTES = 16;
/** Blocks of code that are shown, and instructions of each, at most. */
const BLOCKS = 6;
const MOST_INSTRUCTIONS = 12;
/** Instructions that are looked at for RIP. */
const LONGEST_BLOCK = 64;
/** Where kernels lie; their symbol tables are looked for here. */
const KERNEL = { start: 0x100_0000, length: 0x800_0000 } as const;
/** Attributes of CS (state.table.ts): L and D. */
const LONG = 0x200;
const BIG = 0x400;
const EFER_LMA = 0x400n;
export function crashReport(world: BareWorld): string[] {
  const { memory } = world.computer.machine;
  const symbols = findSymbols(memory) ?? elfSymbols(world.kernel);
  return world.computer.contexts.flatMap((context, index) => {
    // A processor that never ran has nothing to tell.
    if (index > 0 && context.instructions === 0) return [];
    return new Scene(world, context, symbols).report(index);
  });
}

function findSymbols(memory: MachineMemory): KernelSymbols | undefined {
  const end = Math.min(memory.frames * 4096, KERNEL.start + KERNEL.length);
  return end > KERNEL.start ? kernelSymbols(memory.read(KERNEL.start, end - KERNEL.start)) : undefined;
}

/** One processor as it stands. */
class Scene {
  private readonly memory: MachineMemory;
  private readonly width: CodeWidth;
  private readonly codeBase: bigint;

  constructor(
    private readonly world: BareWorld,
    private readonly context: VirtualContext,
    private readonly symbols: KernelSymbols | undefined,
  ) {
    this.memory = world.computer.machine.memory;
    const cs = context.readSegment('cs');
    const long = (context.readSystem('efer') & EFER_LMA) !== 0n && (cs.attributes & LONG) !== 0;
    this.width = long ? 64 : (cs.attributes & BIG) !== 0 ? 32 : 16;
    this.codeBase = long ? 0n : cs.base;
  }

  report(index: number): string[] {
    const { context } = this;
    const counters = countersOf(this.world.engine.memory.buffer, context);
    const past = pastOf(this.world.engine.memory.buffer, context);
    const exceptions = Object.entries(counters.exceptions).map(([vector, count]) => `${vector}: ${count}`);
    return [
      `CPU ${index}, ${STATES[context.halted] ?? 'unknown'}, after ${context.instructions} instructions`,
      `  rip ${this.named(context.rip)}`,
      `  rflags ${hex(context.rflags)}  cpl ${context.cpl}  ${this.width}-bit code`,
      `  ${(['cr0', 'cr2', 'cr3', 'cr4', 'efer'] as const).map((name) => `${name} ${hex(context.readSystem(name))}`).join('  ')}`,
      ...this.segmentLines(),
      ...this.registerLines(),
      `  exceptions by vector ${exceptions.length === 0 ? 'none' : exceptions.join(', ')}`,
      ...titled(
        'the last of them',
        past.events.map((event) => this.eventText(event)),
      ),
      ...titled('the last instructions, by blocks', this.lastInstructions(past.blocks)),
      `  next ${this.codeAt()}`,
      ...titled('stack', this.stackLines()),
    ];
  }

  private named(address: bigint): string {
    const symbol = this.symbols?.lookup(address);
    return symbol === undefined ? hex(address, 16) : `${hex(address, 16)} ${symbol.name}+${hex(symbol.offset)}`;
  }

  private segmentLines(): string[] {
    const cells = (['cs', 'ss', 'ds', 'es', 'fs', 'gs', 'ldtr', 'tr'] as const).map((name) => {
      const { selector, base, limit } = this.context.readSegment(name);
      return `${name} ${hex(selector)} base ${hex(base)} limit ${hex(limit)}`;
    });
    return [0, 2, 4, 6].map((at) => `  ${cells.slice(at, at + 2).join('  ')}`);
  }

  private registerLines(): string[] {
    const cells = Object.entries(Register).map(
      ([name, number]) => `${name.padEnd(3)} ${hex(this.context.registers[number] ?? 0n, 16)}`,
    );
    return [0, 4, 8, 12].map((at) => `  ${cells.slice(at, at + 4).join('  ')}`);
  }

  private eventText({ vector, errorCode, rip, address }: PastEvent): string {
    const error = errorCode === undefined ? '' : ` error ${hex(errorCode)}`;
    const at = vector === 14 ? ` for ${hex(address)}` : '';
    return `${EXCEPTIONS[vector] ?? `vector ${vector}`}${error}${at} at ${this.named(rip)}`;
  }

  /** Blocks are told from the run loop's notes; within one, instructions follow each other up to a jump or to RIP. */
  private lastInstructions(blocks: readonly bigint[]): string[] {
    return blocks.slice(-BLOCKS).flatMap((head) => {
      const lines: string[] = [];
      let at = head;
      let arrived = false;
      while (lines.length < LONGEST_BLOCK && !arrived) {
        const found = this.instructionAt(at);
        if (found === undefined) break;
        lines.push(`${lines.length === 0 ? this.named(at) : hex(at, 16)}: ${found.text}`);
        arrived = at === this.context.rip;
        if (found.jumps) break;
        at += BigInt(found.length);
      }
      if (lines.length === 0) return [`${this.named(head)}: not mapped, or no code`];
      return arrived ? lines.slice(-MOST_INSTRUCTIONS) : lines.slice(0, MOST_INSTRUCTIONS);
    });
  }

  private instructionAt(at: bigint): { text: string; length: number; jumps: boolean } | undefined {
    const code = this.peek(this.codeBase + at, CODE_BYTES);
    return code && this.world.engine.disassemble(code, this.width, at);
  }

  /** Bytes at a linear address, as far as its page is mapped. */
  private peek(address: bigint, length: number): Uint8Array | undefined {
    const place = this.context.translate(BigInt.asUintN(64, address), 'read');
    if (!('address' in place)) return undefined;
    const at = Number(place.address);
    if (at >= this.memory.frames * 4096) return undefined;
    return this.memory.read(at, Math.min(length, 4096 - (at % 4096)));
  }

  private codeAt(): string {
    const bytes = this.peek(this.codeBase + this.context.rip, CODE_BYTES);
    if (bytes === undefined) return 'nothing is mapped';
    const code = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    return `${this.instructionAt(this.context.rip)?.text ?? '(cut off)'}  (${code})`;
  }

  /** The top of the stack, then words that are addresses within functions: callers, and some that only look like it. */
  private stackLines(): string[] {
    const wide = this.width === 64;
    const size = wide ? 8 : this.width / 8;
    const top = (this.context.registers[Register.rsp] ?? 0n) + (wide ? 0n : this.context.readSegment('ss').base);
    const words: bigint[] = [];
    for (let word = 0; word < STACK_WORDS; word++) {
      const bytes = this.peek(top + BigInt(word * size), size);
      if (bytes === undefined || bytes.length < size) break;
      words.push(
        size === 8
          ? readU64(bytes, 0)
          : size === 4
            ? BigInt(readU32(bytes, 0))
            : BigInt(bytes[0] ?? 0) | (BigInt(bytes[1] ?? 0) << 8n),
      );
    }
    if (words.length === 0) return ['not mapped'];
    const callers = words.flatMap((address) => {
      const symbol = this.symbols?.lookup(address);
      return symbol !== undefined && symbol.offset > 0 ? [this.named(address)] : [];
    });
    return [
      words
        .slice(0, RAW_WORDS)
        .map((word) => hex(word, size * 2))
        .join(' '),
      ...callers.slice(0, MOST_FRAMES),
    ];
  }
}

const titled = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`  ${title}`, ...lines.map((line) => `    ${line}`)];
