/**
 * The translator: takes hot block heads, compiles what is around them, and puts the functions where the run loop finds
 * them.
 *
 * Heads wait until some have come together, because a module has a fixed cost (9 instructions in a module: 38 us each,
 * 1800: 1.5 us); one that was urgent and is reported again does not wait. When table indices or records run out everything is
 * dropped: simpler than knowing what depends on what.
 */
import { Bug } from '../../../base/bug.ts';
import { Constant, Place } from '../gen/offsets.ts';
import { type Block, type CodeSource, discover, PAGE } from './discover.ts';
import { EMITTERS } from './emit/table.ts';
import { makeGraph } from './graph.ts';
import type { Instruction } from './instruction.ts';
import type { ImportName } from './locals.ts';
import { ModuleBuilder } from './module.ts';
import type { Usage } from './path.ts';
import { makePlan } from './plan.ts';
import { RECORD, type Views, viewsOf } from './record.ts';
import { planRows, type RowPlans } from './rows.ts';
import { ENTRY_SLOTS, Unit } from './unit.ts';

/** Sizes of the places in the engine's memory; see hot/translated.ts. */
const UNIT_INFO_BYTES = 24;
const ENTRY_BYTES = 4 * ENTRY_SLOTS;

/** What the translator calls in hot.wasm, and the table where its functions go. */
export interface HotUnits {
  readonly table: WebAssembly.Table;
  setTranslation(heat: number): void;
  decodeFor(record: number, host: number, available: number, mode: number): number;
  heatOf(host: number): number;
  installUnit(unit: number, host: number, lowChunks: number, highChunks: number): void;
  putHead(host: number, unit: number, entry: number, mode: number): void;
  removeHead(host: number, unit: number): void;
  dropFrame(host: number): void;
}

export type HotSide = HotUnits & Readonly<Record<ImportName, unknown>>;

export interface TranslatorOptions {
  /** How often the interpreter reaches a block head before it is hot. */
  readonly threshold: number;
  /** Heads that wait for each other. */
  readonly batch: number;
}

export interface Translator {
  /** A block head is hot; called by hot.wasm, never while a unit runs. */
  hot(host: number, mode: number, urgent: boolean): void;
  /** Drops every unit. Only while no unit runs. */
  dropAll(): void;
  /** Numbers for display and for tests. */
  readonly counts: TranslatorCounts;
}

/** What was translated since the translator was made. */
export interface TranslatorCounts {
  modules: number;
  units: number;
  /** Guest instructions written as WebAssembly, and the bytes of that. */
  instructions: number;
  bytes: number;
  /** How often everything was dropped. */
  drops: number;
  /** Seconds of this thread: finding and writing code, and the first tier of the WebAssembly compiler. The second runs beside. */
  translateSeconds: number;
  compileSeconds: number;
}

/** 500 executions: between 200 and 1000 the total time is flat (measured on kernel boots). */
export const DEFAULT_OPTIONS: TranslatorOptions = { threshold: 500, batch: 16 };

/** A head that was translated so often is written all the time: it stays with the interpreter. */
const MOST_TRANSLATIONS = 12;
const MAX_INSTRUCTIONS_IN_MODULE = 6000;
const PAGE_BITS = 12;
/** A side of a branch belongs to a unit if it was reached so often, as a share of the threshold. */
const WARM = 1 / 4;

/** Where translation begins: host address and code width. */
interface Head {
  readonly host: number;
  readonly mode: number;
  /** Reported again: it is entered by itself, and not within the unit of another. */
  readonly urgent: boolean;
}

interface Made extends Head {
  readonly index: number;
  readonly blocks: readonly Block[];
  readonly entries: readonly number[];
}

/** A unit by its table index. */
interface Installed {
  readonly frame: number;
  /** Host addresses of its blocks; the entries come first. */
  readonly starts: readonly number[];
  readonly entries: number;
}

const offsetOf = (host: number): number => host & (PAGE - 1);
const pageOf = (host: number): number => (host & ~(PAGE - 1)) >>> 0;

/** Counts by host address. */
class Tally {
  private readonly counts = new Map<number, number>();

  has(host: number): boolean {
    return this.counts.has(host);
  }

  add(host: number): void {
    this.counts.set(host, (this.counts.get(host) ?? 0) + 1);
  }

  remove(host: number): void {
    const left = (this.counts.get(host) ?? 1) - 1;
    if (left === 0) this.counts.delete(host);
    else this.counts.set(host, left);
  }
}

class HeadTranslator implements Translator {
  readonly counts: TranslatorCounts = {
    modules: 0,
    units: 0,
    instructions: 0,
    bytes: 0,
    drops: 0,
    translateSeconds: 0,
    compileSeconds: 0,
  };
  private readonly memory: WebAssembly.Memory;
  private readonly side: HotSide;
  private readonly options: TranslatorOptions;
  private readonly rows: RowPlans = planRows(EMITTERS);
  private readonly builder: ModuleBuilder;
  private readonly firstIndex: number;
  private readonly warm: number;
  private readonly waiting = new Map<number, Head>();
  private readonly installed = new Map<number, Installed>();
  /** How many units contain the block that starts at a host address, and how many can be entered there. */
  private readonly covered = new Tally();
  private readonly entries = new Tally();
  private readonly translations = new Map<number, number>();
  private readonly free: number[] = [];
  /** Records below this are taken; the first is where instructions are decoded. */
  private records = 1;

  constructor(memory: WebAssembly.Memory, side: HotSide, options: TranslatorOptions) {
    this.memory = memory;
    this.side = side;
    this.options = options;
    this.builder = new ModuleBuilder(memory, side);
    this.warm = Math.floor(options.threshold * WARM);
    this.firstIndex = side.table.length;
    side.table.grow(Constant.maxUnits - this.firstIndex);
    this.dropAll();
    side.setTranslation(options.threshold);
  }

  hot(address: number, mode: number, urgent: boolean): void {
    const host = address >>> 0;
    if ((this.translations.get(host) ?? 0) >= MOST_TRANSLATIONS) return;
    const before = this.waiting.get(host);
    this.waiting.set(host, { host, mode, urgent: urgent || before?.urgent === true });
    if (before?.urgent === true || this.waiting.size >= this.options.batch) this.translate();
  }

  dropAll(): void {
    for (const [index, unit] of this.installed) this.release(index, unit);
    this.waiting.clear();
    this.translations.clear();
    this.free.length = 0;
    for (let index = Constant.maxUnits - 1; index >= this.firstIndex; index--) this.free.push(index);
    this.records = 1;
    this.counts.drops++;
  }

  /** Units that writes have dropped give their table index back. */
  private sweep(views: Views): void {
    for (const [index, unit] of this.installed) {
      if (views.u32[(Place.unitInfo + index * UNIT_INFO_BYTES) >> 2] !== unit.frame) this.release(index, unit);
    }
  }

  private release(index: number, unit: Installed): void {
    for (const [number, start] of unit.starts.entries()) {
      this.covered.remove(start);
      if (number >= unit.entries) continue;
      this.entries.remove(start);
      this.side.removeHead(start, index);
    }
    if (viewsOf(this.memory.buffer).u32[(Place.unitInfo + index * UNIT_INFO_BYTES) >> 2] === unit.frame) {
      this.side.dropFrame((unit.frame << PAGE_BITS) >>> 0);
    }
    this.side.table.set(index, null);
    this.free.push(index);
    this.installed.delete(index);
  }

  private translate(): void {
    const views = viewsOf(this.memory.buffer);
    this.sweep(views);
    if (this.free.length < this.waiting.size + 1 || this.records > Constant.maxUnitRecords * 0.9) this.dropAll();
    const heads = [...this.waiting.values()].reverse();
    this.waiting.clear();
    const start = performance.now();
    const compiledBefore = this.counts.compileSeconds;
    while (heads.length > 0) this.translateSome(views, heads);
    const compiled = this.counts.compileSeconds - compiledBefore;
    this.counts.translateSeconds += (performance.now() - start) / 1000 - compiled;
  }

  /** Takes heads from the list until a module is full, and installs it. */
  private translateSome(views: Views, heads: Head[]): void {
    const made: Made[] = [];
    this.builder.begin();
    let instructions = 0;
    for (let head = heads.pop(); head !== undefined; head = instructions < MAX_INSTRUCTIONS_IN_MODULE ? heads.pop() : undefined) {
      const index = this.free[this.free.length - 1];
      // The blocks of a function become hot together: after the first the others are reached within its unit. One that
      // is not, because control enters there, is reported again.
      if (index === undefined || (!head.urgent && this.isCovered(head, made))) continue;
      const blocks = discover(views, this.source(head), this.rows, [offsetOf(head.host)]);
      if (blocks.length === 0) continue;
      const entries = this.write(head, blocks, index);
      if (entries === undefined) continue;
      this.free.pop();
      for (const block of blocks) instructions += block.instructions.length;
      made.push({ ...head, index, blocks, entries });
    }
    if (made.length === 0) return;
    const start = performance.now();
    const compiled = this.builder.finish();
    this.counts.compileSeconds += (performance.now() - start) / 1000;
    for (const [at, unit] of made.entries()) this.install(views, unit, compiled.functions[at]);
    this.counts.modules++;
    this.counts.instructions += instructions;
    this.counts.bytes += compiled.bytes;
  }

  private isCovered({ host }: Head, made: readonly Made[]): boolean {
    if (this.covered.has(host)) return true;
    return made.some((unit) => pageOf(unit.host) === pageOf(host) && unit.blocks.some((block) => block.start === offsetOf(host)));
  }

  /** Writes the function; loops that keep registers need a second writing. Returns the entries, as nodes. */
  private write(head: Head, blocks: readonly Block[], index: number): readonly number[] | undefined {
    const graph = makeGraph(
      [[], ...blocks.map((block) => [block.taken, block.next].filter((node) => node > 0))],
      blocks.flatMap((block, at) => (block.entry ? [at + 1] : [])),
    );
    const is64 = head.mode === 2;
    const plan = makePlan(blocks, graph, is64);
    const keepRecord = (instruction: Instruction): number => this.keepRecord(head, instruction);
    let usage: Usage | undefined;
    const passes = plan.region.some((region) => region !== 0) ? 2 : 1;
    for (let pass = 1; pass <= passes; pass++) {
      const start = this.builder.openFunction();
      const entryTable = Place.unitEntries + index * ENTRY_BYTES;
      const unit = new Unit(this.builder.bodies, { blocks, graph, plan, entryTable, is64, usage, keepRecord });
      unit.write();
      const good = !unit.failed && !this.builder.overflowed;
      this.builder.closeFunction(start, good && pass === passes);
      if (!good) return undefined;
      usage = unit.usage;
    }
    return graph.entries;
  }

  private source({ host, mode }: Head): CodeSource {
    const page = pageOf(host);
    const record = Place.unitRecords;
    return {
      decode: (at) => (this.side.decodeFor(record, page + at, PAGE - at, mode) === 0 ? undefined : record),
      isWarm: (at) => this.side.heatOf(page + at) >= this.warm || this.covered.has(page + at),
      isEntry: (at) => this.entries.has(page + at),
    };
  }

  private keepRecord({ host, mode }: Head, { at }: Instruction): number {
    if (this.records >= Constant.maxUnitRecords) return 0;
    const record = Place.unitRecords + this.records++ * RECORD.bytes;
    return this.side.decodeFor(record, pageOf(host) + at, PAGE - at, mode) === 0 ? 0 : record;
  }

  private install(views: Views, unit: Made, compiled: unknown): void {
    const { blocks, index, entries, host, mode } = unit;
    const page = pageOf(host);
    const table = (Place.unitEntries + index * ENTRY_BYTES) >> 2;
    views.u32.fill(0xffff_ffff, table, table + ENTRY_SLOTS);
    const starts = entries.map((node) => blocks[node - 1]?.start ?? 0);
    // The head comes last, so that none of the others takes its slot.
    for (const [number, start] of [...starts.entries()].reverse())
      views.u32[table + (start & (ENTRY_SLOTS - 1))] = (start << 8) | (number + 1);
    const chunks = [0, 0];
    for (const block of blocks) {
      for (let chunk = block.start >> 6; chunk <= (block.end - 1) >> 6; chunk++)
        chunks[chunk >> 5] = (chunks[chunk >> 5] ?? 0) | (1 << (chunk & 31));
    }
    this.side.table.set(index, compiled);
    this.side.installUnit(index, page, chunks[0] ?? 0, chunks[1] ?? 0);
    for (const [number, start] of starts.entries()) this.side.putHead(page + start, index, number + 1, mode);
    const others = blocks.flatMap((block, at) => (entries.includes(at + 1) ? [] : [page + block.start]));
    const all = [...starts.map((start) => page + start), ...others];
    for (const start of starts) this.entries.add(page + start);
    for (const start of all) this.covered.add(start);
    this.installed.set(index, { frame: page >>> PAGE_BITS, starts: all, entries: starts.length });
    this.translations.set(host, (this.translations.get(host) ?? 0) + 1);
    this.counts.units++;
  }
}

export function createTranslator(
  memory: WebAssembly.Memory,
  side: HotSide,
  options: TranslatorOptions = DEFAULT_OPTIONS,
): Translator {
  if (memory.buffer.byteLength < Place.firstFrame) throw new Bug('the memory has no room for units');
  return new HeadTranslator(memory, side, options);
}
