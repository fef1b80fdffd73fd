/**
 * Finds the blocks of a unit: from a hot head along direct jumps within its page, on decoded instructions.
 *
 * Calls are not followed, so that a unit is about a function. Of a conditional jump only the sides that were executed
 * are taken: code that never ran costs compile time (of 76,658 blocks of a kernel boot 6,953 are hot). A jump to a block
 * that is not in the unit leaves it; where it leads may be the head of another.
 */
import { Flow, type Instruction } from './instruction.ts';
import { readInstruction, type Views } from './record.ts';
import type { RowPlans } from './rows.ts';

export const PAGE = 4096;
/** The time of the optimising compiler grows faster than the function. */
const MAX_BLOCKS = 100;
const MAX_INSTRUCTIONS = 600;
/** A block is executed as a whole or not at all: with less left of the budget the interpreter takes over. */
const MAX_BLOCK_LENGTH = 64;

export interface Block {
  /** Offset of the first byte in the page. */
  readonly start: number;
  readonly instructions: Instruction[];
  /** Offset behind the last instruction. */
  end: number;
  /** Control arrives from outside. */
  entry: boolean;
  /** Successors as node numbers (block index + 1), -1: outside the unit. */
  taken: number;
  next: number;
}

/** What the hot side offers to discovery. */
export interface CodeSource {
  /** Decodes the instruction at an offset of the page into a record; false if it does not lie in the page as a whole. */
  decode(at: number): number | undefined;
  /** The block that starts at this offset is reached often enough to be worth its compilation. */
  isWarm(at: number): boolean;
  /** Another unit can be entered at this offset. */
  isEntry(at: number): boolean;
}

function targetOf(instruction: Instruction): number {
  return instruction.at + instruction.length + instruction.low;
}

const inPage = (at: number): boolean => at >= 0 && at < PAGE;

class Explorer {
  readonly found = new Map<number, Instruction>();
  readonly leaders = new Set<number>();
  readonly entries = new Set<number>();
  private readonly pending: number[] = [];
  private readonly views: Views;
  private readonly source: CodeSource;
  private readonly rows: RowPlans;

  constructor(views: Views, source: CodeSource, rows: RowPlans) {
    this.views = views;
    this.source = source;
    this.rows = rows;
  }

  lead(at: number): void {
    if (!inPage(at) || this.leaders.has(at) || this.leaders.size >= MAX_BLOCKS || this.source.isEntry(at)) return;
    this.leaders.add(at);
    this.pending.push(at);
  }

  enter(at: number): void {
    this.lead(at);
    if (this.leaders.has(at)) this.entries.add(at);
  }

  /** The head, even if another unit has it. */
  begin(at: number): void {
    this.leaders.add(at);
    this.entries.add(at);
    this.pending.push(at);
  }

  run(): void {
    for (let at = this.pending.shift(); at !== undefined; at = this.pending.shift()) this.walk(at);
  }

  private walk(start: number): void {
    for (let at = start, length = 0; at < PAGE && !this.found.has(at); length++) {
      if (length > 0 && this.source.isEntry(at)) return;
      if (this.found.size >= MAX_INSTRUCTIONS) return;
      if (length === MAX_BLOCK_LENGTH) {
        this.lead(at);
        return;
      }
      const record = this.source.decode(at);
      if (record === undefined) return;
      const instruction = readInstruction(this.views, record, at, this.rows.plans, this.rows.unknown);
      this.found.set(at, instruction);
      at += instruction.length;
      const { flow } = instruction.plan;
      if (flow === Flow.next) continue;
      this.follow(instruction, flow, at);
      return;
    }
  }

  private follow(instruction: Instruction, flow: number, behind: number): void {
    const target = targetOf(instruction);
    const { isWarm } = this.source;
    switch (flow) {
      case Flow.jump:
        this.lead(target);
        break;
      case Flow.branch: {
        const warm = inPage(target) && isWarm(target);
        const warmNext = inPage(behind) && isWarm(behind);
        if (warmNext || !warm) this.lead(behind);
        if (warm || !warmNext) this.lead(target);
        break;
      }
      case Flow.call:
        this.enter(behind);
        break;
      case Flow.indirectCall:
        this.enter(behind);
        break;
    }
  }
}

/** Blocks in address order; heads that cannot be decoded are left out. */
export function discover(views: Views, source: CodeSource, rows: RowPlans, heads: Iterable<number>): Block[] {
  const explorer = new Explorer(views, source, rows);
  for (const head of heads) explorer.begin(head);
  explorer.run();
  const starts = [...explorer.leaders].filter((at) => explorer.found.has(at)).sort((a, b) => a - b);
  const nodes = new Map(starts.map((at, index) => [at, index + 1]));
  return starts.map((start) => makeBlock(start, explorer, nodes));
}

function makeBlock(start: number, explorer: Explorer, nodes: ReadonlyMap<number, number>): Block {
  const instructions: Instruction[] = [];
  let at = start;
  let last: Instruction | undefined;
  do {
    last = explorer.found.get(at);
    if (last === undefined) break;
    instructions.push(last);
    at += last.length;
  } while (last.plan.flow === Flow.next && !nodes.has(at));
  const block: Block = { start, instructions, end: at, entry: explorer.entries.has(start), taken: -1, next: -1 };
  const flow = last?.plan.flow ?? Flow.next;
  if (last !== undefined && (flow === Flow.jump || flow === Flow.branch || flow === Flow.call)) {
    block.taken = nodes.get(targetOf(last)) ?? -1;
  }
  if (flow === Flow.next || flow === Flow.branch) block.next = nodes.get(at) ?? -1;
  return block;
}
