/**
 * The engine: owns the memory in which every guest of a process lives, the interpreter compiled over it, and all contexts.
 *
 * The memory has its full size from the start and never grows, so views of it stay valid; what nobody touched costs nothing.
 */
import { Bug } from '../../base/bug.ts';
import type { Cycles, MachineFrame } from '../../seams/addresses.ts';
import type { AddressRange, ContainerMemory, ContainerSpec, Trap, VirtualContext, Virtualization } from '../../seams/machine.ts';
import { containerMemory, type EngineMemory } from '../memory/container-memory.ts';
import { hostFrames } from '../memory/frames.ts';
import type { TableWalk } from '../memory/shadow-tables.ts';
import { EngineContext, engineContext, writeContextList } from './context.ts';
import { type CpuCounters, countersOf } from './counters.ts';
import { Constant, Offset, Place } from './gen/offsets.ts';
import { type Hot, type HotImports, instantiateHot } from './hot-module.ts';
import { instructionText } from './instruction-text.ts';
import { createTranslator, DEFAULT_OPTIONS, type Translator, type TranslatorOptions } from './jit/install.ts';
import type { RowPlan } from './jit/instruction.ts';
import { PREFIX, RECORD, readInstruction, viewsOf } from './jit/record.ts';
import { trapOf } from './stop.ts';

const PAGE_OF_WASM = 65536;
/** V8 replaces a wasm function by its optimised version only when it is entered anew. */
const SLICE = 200_000;

export interface Engine extends Pick<Virtualization, 'createMemory' | 'createVirtualContext' | 'run'> {
  readonly memory: WebAssembly.Memory;
  readonly hot: Hot;
  /** Undefined: everything is interpreted. */
  readonly translator: Translator | undefined;
  /** Retired by all contexts that exist. */
  readonly instructions: number;
  /** What was counted for each context that exists. */
  counters(): CpuCounters[];
  /** Frames of the host memory in use. */
  readonly usedFrames: number;
  /** The instruction at the beginning of `code`; undefined where there are too few bytes of it. */
  disassemble(code: Uint8Array, width: CodeWidth, address: bigint): Disassembled | undefined;
  /** How often each row id without a handler was executed. */
  missingRows(): { row: number; count: number }[];
}

export interface Disassembled {
  readonly text: string;
  readonly length: number;
  /** Control does not simply go on behind it. */
  readonly jumps: boolean;
}

/** 16-, 32- or 64-bit code, as the interpreter numbers its modes. */
export type CodeWidth = 16 | 32 | 64;
const MODES: Readonly<Record<CodeWidth, number>> = { 16: 0, 32: 1, 64: 2 };
/** Where `disassemble` works: behind what the interpreter keeps in `Place.scratch`. */
const TEXT_RECORD = Place.scratch + 0x100;
const TEXT_CODE = TEXT_RECORD + RECORD.bytes;
const LONGEST_INSTRUCTION = 15;
const PAGE_SHIFT = 12n;
/** Without paging a linear address is the physical one. */
const LINEAR_BITS = 32n;
/** Privilege level of programs. */
const USER = 3;
const UNKNOWN_PLAN: RowPlan = { name: '', operands: [], flow: 0, emitter: undefined };

export interface EngineOptions {
  /** Size of the engine's memory: RAM of all guests that is ever touched, and tables. At most 4 GiB, which is the default. */
  readonly memoryBytes?: number;
  /** How hot code is translated; false: everything is interpreted. */
  readonly translation?: TranslatorOptions | false;
}

export function createEngine(wasm: Uint8Array, options: EngineOptions = {}): Engine {
  const pages = Math.min(65536, Math.ceil((options.memoryBytes ?? 2 ** 32) / PAGE_OF_WASM));
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65536 });
  const frames = hostFrames(memory.buffer);
  const contexts: EngineContext[] = [];
  const byBlock = new Map<number, EngineContext>();
  const memories = new WeakMap<ContainerMemory, EngineMemory>();
  const detachments = new Map<EngineContext, () => void>();
  let running: EngineContext | undefined;

  const at = (block: number): EngineContext => {
    const context = byBlock.get(block);
    if (context === undefined) throw new Bug(`no context at 0x${block.toString(16)}`);
    return context;
  };
  const memoryOf = (context: EngineContext): EngineMemory => {
    const found = memories.get(context.spec.memory);
    if (found === undefined) throw new Bug('a memory of another engine');
    return found;
  };
  let translator: Translator | undefined;
  const hot: Hot = instantiateHot(wasm, memory, {
    ...exitsOf(frames.view, at, memoryOf),
    ...tableExits(at, memoryOf, () => hot),
    hot: (_block, address, mode, urgent) => translator?.hot(address, mode, urgent !== 0),
  });
  const { translation = DEFAULT_OPTIONS } = options;
  if (translation !== false) translator = createTranslator(memory, hot, translation);
  const host = {
    frames,
    hot,
    isRunning: (context: EngineContext) => context === running,
    released: (context: EngineContext) => {
      contexts.splice(contexts.indexOf(context), 1);
      byBlock.delete(context.block);
      detachments.get(context)?.();
      detachments.delete(context);
      writeContextList(frames.view, contexts);
    },
  };

  return {
    memory,
    hot,
    translator,
    get instructions() {
      return contexts.reduce((sum, context) => sum + context.instructions, 0);
    },
    counters: () => contexts.map((context) => countersOf(memory.buffer, context)),
    get usedFrames() {
      return frames.used;
    },
    createMemory: (ram: readonly AddressRange[]): ContainerMemory => {
      const made = containerMemory(frames, hot, ram);
      memories.set(made, made);
      return made;
    },
    createVirtualContext: (spec: ContainerSpec): VirtualContext => {
      const space = memories.get(spec.memory);
      if (space === undefined) throw new Bug('a memory of another engine');
      const context = new EngineContext(host, spec, space.map, freeReader(contexts));
      contexts.push(context);
      byBlock.set(context.block, context);
      detachments.set(
        context,
        space.attach({
          reader: context.reader,
          flush: () => {
            // Most contexts do not run, and memory often changes several times before they do.
            if (context === running) hot.flushContext(context.block, 0);
            else context.stale = true;
          },
          forgetReads: (address) => {
            if (!context.stale) hot.forgetReads(context.block, address);
          },
        }),
      );
      writeContextList(frames.view, contexts);
      return context;
    },
    run: (outer: VirtualContext, cycles: Cycles): Trap => {
      const context = engineContext(outer);
      if (running !== undefined) throw new Bug('the engine is already running a context');
      running = context;
      context.leaving = false;
      if (context.stale) hot.flushContext(context.block, 0);
      context.stale = false;
      const end = context.cycles + cycles;
      let kind: number = Constant.stopBudget;
      try {
        while (kind === Constant.stopBudget && !context.leaving && context.cycles < end) {
          kind = hot.run(context.block, Math.min(SLICE, end - context.cycles));
        }
      } finally {
        running = undefined;
      }
      return trapOf(frames.view, context.block, kind);
    },
    disassemble: (code, width, address) => {
      const bytes = code.subarray(0, LONGEST_INSTRUCTION);
      frames.bytes.set(bytes, TEXT_CODE);
      if (hot.decodeFor(TEXT_RECORD, TEXT_CODE, bytes.length, MODES[width]) === 0) return undefined;
      const instruction = readInstruction(viewsOf(memory.buffer), TEXT_RECORD, 0, [], UNKNOWN_PLAN);
      const row = frames.view.getUint16(TEXT_RECORD + RECORD.row, true);
      return {
        text: instructionText(row, instruction, address),
        length: instruction.length,
        jumps: (instruction.flags & PREFIX.endsBlock) !== 0,
      };
    },
    missingRows: () => {
      const counts = new Uint32Array(memory.buffer, Place.counters, 8192);
      return [...counts.entries()].filter(([, count]) => count > 0).map(([row, count]) => ({ row, count }));
    },
  };
}

/** A signature that none of the contexts uses; the common one if there are that many. */
function freeReader(contexts: readonly EngineContext[]): number {
  const used = new Set(contexts.map(({ reader }) => reader));
  let reader: number = Constant.mapReaderUnit;
  while (reader < Constant.mapReaders && used.has(reader)) reader += Constant.mapReaderUnit;
  return reader;
}

/** The interpreter's calls, passed to the owner of the context. */
function exitsOf(
  view: DataView,
  at: (block: number) => EngineContext,
  memoryOf: (context: EngineContext) => EngineMemory,
): Omit<HotImports, 'hot' | 'tablesWalked' | 'tableWritten'> {
  const refuse = (block: number): void => view.setUint32(block + Offset.outcomeFault, 1, true);
  return {
    frameFault: (block, frame, write) => {
      const context = at(block);
      const number = frame >>> 0;
      return memoryOf(context).fault(number, write !== 0, () =>
        context.spec.exits.secondLevelFault(context, number as MachineFrame),
      );
    },
    deviceRead: (block, address, width) => at(block).spec.exits.readDevice(at(block), address, width),
    deviceWrite: (block, address, width, value) =>
      at(block).spec.exits.writeDevice(at(block), address, width, BigInt.asUintN(8 * width, value)),
    portRead: (block, port, width) => at(block).spec.exits.readPort(at(block), port, width as 1 | 2 | 4),
    portWrite: (block, port, width, value) => {
      const mask = width === 4 ? 0xffff_ffff : 2 ** (8 * width) - 1;
      at(block).spec.exits.writePort(at(block), port, width as 1 | 2 | 4, (value & mask) >>> 0);
    },
    cpuid: (block) => {
      const context = at(block);
      const leaf = view.getUint32(block + Offset.gpr, true);
      const subleaf = view.getUint32(block + Offset.gpr + 8, true);
      const { eax, ebx, ecx, edx } = context.spec.exits.cpuid(context, leaf, subleaf);
      for (const [register, value] of [eax, ecx, edx, ebx].entries()) {
        view.setBigUint64(block + Offset.gpr + 8 * register, BigInt(value >>> 0), true);
      }
    },
    msrRead: (block, msr) => {
      const value = at(block).spec.exits.readMsr(at(block), msr >>> 0);
      if (value === undefined) refuse(block);
      return value ?? 0n;
    },
    msrWrite: (block, msr, value) => {
      if (!at(block).spec.exits.writeMsr(at(block), msr >>> 0, BigInt.asUintN(64, value))) refuse(block);
    },
    call: (block) => (at(block).spec.exits.call(at(block)) ? 1 : 0),
    acknowledge: (block) => at(block).spec.exits.acknowledgeInterrupt(at(block)),
    controlWrite: (block, register, value) =>
      at(block).spec.exits.controlWrite(at(block), register as 0 | 3 | 4 | 8, BigInt.asUintN(64, value)),
    invalidatePage: (block, address) => at(block).spec.exits.invalidatePage(at(block), BigInt.asUintN(64, address)),
    // CR8 is kept in the state block; whoever keeps the interrupt controller is told of writes.
    writeTaskPriority: (block, value) => at(block).spec.exits.controlWrite(at(block), 8, BigInt(value)),
  };
}

/** What shadow paging counts as exits: walks that need what the shadow has not, or fault, and writes to tables. */
function tableExits(
  at: (block: number) => EngineContext,
  memoryOf: (context: EngineContext) => EngineMemory,
  hot: () => Hot,
): Pick<HotImports, 'tablesWalked' | 'tableWritten'> {
  return {
    tablesWalked: (block, linear, access, found) => {
      const context = at(block);
      const { walkedDepth, walkedEntry, walkedShift, walkedDirty } = hot();
      const memory = memoryOf(context);
      const pageShift = walkedDepth() === 0 ? LINEAR_BITS : BigInt(walkedShift());
      const walk = (): TableWalk => ({
        entries: Array.from({ length: walkedDepth() }, (_, level) => memory.hostAddress(Number(walkedEntry(level)))),
        piece: Number(BigInt.asUintN(Number(pageShift), linear) >> PAGE_SHIFT),
        write: access === Constant.accessWrite,
        dirty: walkedDirty() !== 0,
      });
      if (found === 0 || memory.shadow.walked(walk())) context.spec.exits.pageFault(context);
    },
    tableWritten: (block, host, length) => {
      const context = at(block);
      if (memoryOf(context).shadow.written(host >>> 0, length, context.cpl === USER)) context.spec.exits.tableWrite(context);
    },
  };
}
