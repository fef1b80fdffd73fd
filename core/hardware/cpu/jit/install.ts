/**
 * The translator: takes hot block heads, compiles their pages, and puts the functions where the run loop finds them.
 *
 * Pages wait until some have come together, because a module has a fixed cost (9 instructions in a module: 38 us each,
 * 1800: 1.5 us); a head that is reported again does not wait. A page whose unit misses hot heads is translated anew.
 * When table indices or records run out everything is dropped: simpler than knowing what depends on what.
 */
import { Bug } from '../../../base/bug.ts';
import { Constant, Place } from '../gen/offsets.ts';
import { type Block, type CodeSource, discover, PAGE } from './discover.ts';
import { EMITTERS } from './emit/table.ts';
import { makeGraph } from './graph.ts';
import { type Instruction, NO_REGISTER, RECORD, type Views, viewsOf } from './instruction.ts';
import type { ImportName } from './locals.ts';
import { type Compiled, ModuleBuilder } from './module.ts';
import { planRows, type RowPlans } from './rows.ts';
import { Unit } from './unit.ts';

/** What the translator calls in hot.wasm, and the table where its functions go. */
export interface HotUnits {
  readonly table: WebAssembly.Table;
  setTranslation(heat: number): void;
  decodeFor(record: number, host: number, available: number, mode: number): number;
  wasExecuted(host: number, mode: number): number;
  installUnit(unit: number, host: number, mode: number, lowChunks: number, highChunks: number): void;
  dropUnit(host: number): void;
}

export type HotSide = HotUnits & Readonly<Record<ImportName, unknown>>;

export interface TranslatorOptions {
  /** How often the interpreter reaches a block head before it is hot. */
  readonly threshold: number;
  /** Pages that wait for each other. */
  readonly batch: number;
}

export interface Translator {
  /** A block head is hot; called by hot.wasm, never while a unit runs. */
  hot(host: number, mode: number, urgent: boolean): void;
  /** Drops every unit. Only while no unit runs. */
  dropAll(): void;
  /** Numbers for display and for tests. */
  readonly counts: { modules: number; units: number; instructions: number; bytes: number; drops: number; milliseconds: number };
}

/** 500 executions: between 200 and 1000 the total time is flat (measured on kernel boots). */
export const DEFAULT_OPTIONS: TranslatorOptions = { threshold: 500, batch: 8 };

/** A page that was translated so often is changing all the time: it stays with the interpreter. */
const MOST_TRANSLATIONS = 40;
/** From here on a page waits for the second report of a head. */
const PATIENT_FROM = 4;
const MAX_INSTRUCTIONS_IN_MODULE = 6000;

interface Page {
  readonly frame: number;
  readonly mode: number;
  readonly heads: Set<number>;
}

interface Installed extends Page {
  readonly index: number;
}

class PageTranslator implements Translator {
  readonly counts = { modules: 0, units: 0, instructions: 0, bytes: 0, drops: 0, milliseconds: 0 };
  private readonly memory: WebAssembly.Memory;
  private readonly side: HotSide;
  private readonly options: TranslatorOptions;
  private readonly rows: RowPlans = planRows(EMITTERS);
  private readonly builder: ModuleBuilder;
  private readonly firstIndex: number;
  private readonly waiting = new Map<number, Page>();
  private readonly installed = new Map<number, Installed>();
  private readonly translations = new Map<number, number>();
  private readonly free: number[] = [];
  /** Records below this are taken; the first is where instructions are decoded. */
  private records = 1;

  constructor(memory: WebAssembly.Memory, side: HotSide, options: TranslatorOptions) {
    this.memory = memory;
    this.side = side;
    this.options = options;
    this.builder = new ModuleBuilder(memory, side);
    this.firstIndex = side.table.length;
    side.table.grow(Constant.maxUnits - this.firstIndex);
    this.dropAll();
    side.setTranslation(options.threshold);
  }

  hot(host: number, mode: number, urgent: boolean): void {
    const frame = host >>> 12;
    const times = this.translations.get(frame) ?? 0;
    if (times >= MOST_TRANSLATIONS) return;
    let page = this.waiting.get(frame);
    if (page === undefined || page.mode !== mode) {
      page = { frame, mode, heads: new Set() };
      this.waiting.set(frame, page);
    }
    page.heads.add(host & (PAGE - 1));
    if (urgent || (this.waiting.size >= this.options.batch && times < PATIENT_FROM)) this.translate();
  }

  dropAll(): void {
    for (const { frame } of this.installed.values()) this.side.dropUnit(frame << 12);
    this.installed.clear();
    this.waiting.clear();
    this.translations.clear();
    this.free.length = 0;
    for (let index = Constant.maxUnits - 1; index >= this.firstIndex; index--) {
      this.side.table.set(index, null);
      this.free.push(index);
    }
    this.records = 1;
    this.counts.drops++;
  }

  /** Units that writes have dropped give their table index back. */
  private sweep(views: Views): void {
    for (const [frame, unit] of this.installed) {
      if (views.u32[(Place.unitInfo + unit.index * 16) >> 2] === frame) continue;
      this.release(unit);
    }
  }

  private release(unit: Installed): void {
    this.side.table.set(unit.index, null);
    this.free.push(unit.index);
    this.installed.delete(unit.frame);
  }

  private translate(): void {
    const views = viewsOf(this.memory.buffer);
    this.sweep(views);
    if (this.free.length < this.waiting.size + 1 || this.records > Constant.maxUnitRecords * 0.9) this.dropAll();
    const pages = [...this.waiting.values()];
    this.waiting.clear();
    while (pages.length > 0) this.translateSome(views, pages);
  }

  /** Takes pages from the list until a module is full, and installs it. */
  private translateSome(views: Views, pages: Page[]): void {
    const made: { page: Page; blocks: Block[]; index: number; entries: readonly number[] }[] = [];
    this.builder.begin();
    let instructions = 0;
    for (let page = pages.pop(); page !== undefined; page = instructions < MAX_INSTRUCTIONS_IN_MODULE ? pages.pop() : undefined) {
      const before = this.installed.get(page.frame);
      if (before?.mode === page.mode) for (const head of before.heads) page.heads.add(head);
      const blocks = discover(views, this.source(page), this.rows, page.heads);
      const index = this.free.pop();
      if (blocks.length === 0 || index === undefined) continue;
      const graph = makeGraph(
        [[], ...blocks.map((block) => [block.taken, block.next].filter((node) => node > 0))],
        blocks.flatMap((block, at) => (block.entry ? [at + 1] : [])),
      );
      const written = this.write(page, blocks, graph, index);
      if (!written) {
        this.free.push(index);
        continue;
      }
      for (const block of blocks) instructions += block.instructions.length;
      made.push({ page, blocks, index, entries: graph.entries });
    }
    if (made.length === 0) return;
    const compiled = this.builder.finish();
    for (const [at, unit] of made.entries()) this.install(views, unit, compiled, at);
    this.counts.modules++;
    this.counts.instructions += instructions;
    this.counts.bytes += compiled.bytes;
  }

  private write(page: Page, blocks: Block[], graph: ReturnType<typeof makeGraph>, index: number): boolean {
    let registers = guessRegisters(blocks);
    for (;;) {
      const start = this.builder.openFunction();
      const unit = new Unit(this.builder.bodies, {
        blocks,
        graph,
        registers,
        entryTable: Place.unitEntries + index * PAGE,
        is64: page.mode === 2,
        keepRecord: (instruction) => this.keepRecord(page, instruction),
      });
      unit.write();
      const good = !unit.failed && (unit.used & ~registers) === 0;
      this.builder.closeFunction(start, good);
      if (good) return !this.builder.overflowed;
      if (unit.failed || this.builder.overflowed) return false;
      registers |= unit.used;
    }
  }

  private source({ frame, mode }: Page): CodeSource {
    const host = (frame << 12) >>> 0;
    const record = Place.unitRecords;
    return {
      decode: (at) => (this.side.decodeFor(record, host + at, PAGE - at, mode) === 0 ? undefined : record),
      executed: (at) => this.side.wasExecuted(host + at, mode) !== 0,
    };
  }

  private keepRecord({ frame, mode }: Page, { at }: Instruction): number {
    if (this.records >= Constant.maxUnitRecords) return 0;
    const record = Place.unitRecords + this.records++ * RECORD.bytes;
    return this.side.decodeFor(record, ((frame << 12) >>> 0) + at, PAGE - at, mode) === 0 ? 0 : record;
  }

  private install(
    views: Views,
    unit: { page: Page; blocks: Block[]; index: number; entries: readonly number[] },
    compiled: Compiled,
    at: number,
  ): void {
    const { page, blocks, index, entries } = unit;
    const before = this.installed.get(page.frame);
    const map = Place.unitEntries + index * PAGE;
    views.u8.fill(0, map, map + PAGE);
    for (const [number, node] of entries.entries()) {
      const block = blocks[node - 1];
      if (block !== undefined) views.u8[map + block.start] = number + 1;
    }
    const chunks = [0, 0];
    for (const block of blocks) {
      for (let chunk = block.start >> 6; chunk <= (block.end - 1) >> 6; chunk++)
        chunks[chunk >> 5] = (chunks[chunk >> 5] ?? 0) | (1 << (chunk & 31));
    }
    this.side.table.set(index, compiled.functions[at]);
    this.side.installUnit(index, (page.frame << 12) >>> 0, page.mode, chunks[0] ?? 0, chunks[1] ?? 0);
    if (before !== undefined) this.release(before);
    this.installed.set(page.frame, { ...page, index });
    this.translations.set(page.frame, (this.translations.get(page.frame) ?? 0) + 1);
    this.counts.units++;
  }
}

/** Registers that the records name; the emitters know better, and then the unit is written once more. */
function guessRegisters(blocks: readonly Block[]): number {
  let set = 1 << 4;
  for (const { instructions } of blocks) {
    for (const { reg, rm, base, index } of instructions) {
      for (const register of [reg, rm, base, index]) if (register < NO_REGISTER) set |= 1 << register;
    }
  }
  return set;
}

export function createTranslator(
  memory: WebAssembly.Memory,
  side: HotSide,
  options: TranslatorOptions = DEFAULT_OPTIONS,
): Translator {
  if (memory.buffer.byteLength < Place.firstFrame) throw new Bug('the memory has no room for units');
  return new PageTranslator(memory, side, options);
}
