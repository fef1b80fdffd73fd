/**
 * Translates one unit: the hot blocks around a head become one WebAssembly function.
 *
 * Guest registers live in the state block and are cached in locals along a path: read once, written back where paths
 * join or the unit is left. (Carrying all sixteen and the flags in locals through the whole function, with one epilogue,
 * makes faster loops, but every way out then is a merge of some twenty-five values: optimising the units of a kernel
 * boot took 26 s of processor time instead of 3.) Small innermost loops do carry their registers. The lazy flags are
 * handled alike; they are not written back where nobody looks.
 *
 * Code is structured from the dominator tree (N. Ramsey, "Beyond Relooper", 2022): a block that is reached from one
 * place only is written there; one that several reach gets a label; a natural loop becomes a `loop`. Entries, indirect
 * jumps and irreducible edges go through a `br_table` at the top.
 *
 *   block exit            result: why
 *     block precise       result: why; rip = page + next
 *       loop top
 *         br_table        by `next`: entry number + 1
 *         ...
 *   rip and the cycles left are stored
 *
 * The budget is looked at on the way into loops and entries: enough must be left for the longest path to the next look,
 * otherwise the interpreter executes the rest one by one. In between only the length of the path is subtracted.
 */
import { Offset } from '../gen/offsets.ts';
import type { Saved } from './cache.ts';
import type { Block } from './discover.ts';
import type { Graph } from './graph.ts';
import { Flow, type Instruction } from './instruction.ts';
import { DECLARED, Exit, L } from './locals.ts';
import { I32, I64, V128, VOID, W } from './opcodes.table.ts';
import { Path, type Usage } from './path.ts';
import { edgeKind, type Plan } from './plan.ts';
import { emitterOf } from './rows.ts';
import { ALL_STATUS } from './status-flags.ts';
import type { Writer } from './writer.ts';

export interface UnitInput {
  readonly blocks: readonly Block[];
  readonly graph: Graph;
  readonly plan: Plan;
  /** Address of the table by which the unit's own indirect jumps find entries. */
  readonly entryTable: number;
  readonly is64: boolean;
  /** What a first writing found; loops that keep registers need it. */
  readonly usage: Usage | undefined;
  /** Keeps the record of an instruction whose handler is called; 0: no room. */
  keepRecord(instruction: Instruction): number;
}

/** Entries of the table for indirect jumps: (offset << 8 | entry number + 1), by the low bits of the offset. */
export const ENTRY_SLOTS = 256;

export class Unit {
  /** The code cannot be used: no room for a record. */
  failed = false;
  private readonly w: Writer;
  private readonly path: Path;
  private readonly blocks: readonly Block[];
  private readonly graph: Graph;
  private readonly plan: Plan;
  private readonly input: UnitInput;
  private topLabel = 0;
  private readonly blockLabel: Int32Array;
  private readonly loopLabel: Int32Array;

  constructor(w: Writer, input: UnitInput) {
    const nodes = input.blocks.length + 1;
    this.w = w;
    this.input = input;
    this.blocks = input.blocks;
    this.graph = input.graph;
    this.plan = input.plan;
    this.path = new Path(w, input.is64, nodes);
    this.blockLabel = new Int32Array(nodes);
    this.loopLabel = new Int32Array(nodes);
  }

  get usage(): Usage {
    return this.path.usage;
  }

  /** Writes the function body, without its length. */
  write(): void {
    const { path, w } = this;
    w.unsigned(3);
    w.unsigned(DECLARED.i32);
    w.op(I32);
    w.unsigned(DECLARED.i64);
    w.op(I64);
    w.unsigned(DECLARED.v128);
    w.op(V128);
    w.get(L.cpu);
    w.memory(W.i64Load, Offset.rip);
    w.i64(-4096);
    w.op(W.i64And);
    w.set(L.page);
    w.get(L.cpu);
    w.memory(W.i32Load, Offset.tlbRead);
    w.set(L.tlb);
    path.loadLeft();
    path.exitLabel = path.openBlock(I32);
    path.preciseLabel = path.openBlock(I32);
    this.topLabel = path.openLoop();
    this.tree(0);
    path.close();
    w.op(W.unreachable);
    path.close();
    w.get(L.page);
    w.get(L.next);
    w.op(W.i64ExtendI32U);
    w.op(W.i64Add);
    w.set(L.rip);
    path.close();
    w.get(L.cpu);
    w.get(L.rip);
    w.memory(W.i64Store, Offset.rip);
    w.get(L.cpu);
    w.get(L.left);
    w.memory(W.i32Store, Offset.remaining);
    w.op(W.end);
  }

  /** The subtree of the dominator tree at `node`. Control never falls out of it. */
  private tree(node: number): void {
    const { path } = this;
    const isLoop = this.graph.isLoop[node] === true;
    if (isLoop) this.loopLabel[node] = path.openLoop();
    const merges = this.plan.merges[node] ?? [];
    for (let i = merges.length - 1; i >= 0; i--) this.blockLabel[merges[i] ?? 0] = path.openBlock(VOID);
    if (node === 0) this.dispatch();
    else this.code(node);
    for (const merge of merges) {
      path.close();
      this.arriveAt(merge);
      this.tree(merge);
    }
    if (isLoop) {
      path.close();
      this.w.op(W.unreachable);
    }
  }

  /** At the top: looks at the budget for the entry in question, and goes there. Everything is in the state block. */
  private dispatch(): void {
    const { path, w } = this;
    const { entries } = this.graph;
    const labels = entries.map(() => path.openBlock(VOID));
    w.get(L.next);
    w.i32(1);
    w.op(W.i32Sub);
    w.op(W.brTable);
    w.unsigned(entries.length - 1);
    for (const label of labels) w.unsigned(path.depth - label);
    for (const entry of [...entries].reverse()) {
      path.close();
      const block = this.blocks[entry - 1];
      this.arriveOutside();
      path.at = block?.start ?? 0;
      this.lookAtBudget(entry, path.at);
      this.prepare(entry, true);
      path.branchTo(this.blockLabel[entry] ?? 0);
    }
  }

  private code(node: number): void {
    const { path } = this;
    const block = this.blocks[node - 1];
    if (block === undefined) return;
    path.node = node;
    const live = this.plan.live[node] ?? [];
    let rest = this.plan.need[node] ?? 0;
    for (const [index, instruction] of block.instructions.entries()) {
      path.at = instruction.at;
      path.behind = instruction.at + instruction.length;
      path.rest = rest--;
      path.live = live[index] ?? ALL_STATUS;
      if (this.instruction(node, block, instruction)) return;
    }
    this.edge(node, block.next, block.end);
  }

  /** True if it ended the block. */
  private instruction(node: number, block: Block, instruction: Instruction): boolean {
    const { path } = this;
    const { flow } = instruction.plan;
    const emitter = emitterOf(instruction, path.is64);
    if (flow === Flow.leave || (flow !== Flow.next && emitter === undefined)) {
      path.leavePrecisely(Exit.precise);
      return true;
    }
    if (flow === Flow.next) {
      if (emitter === undefined) path.callHandler(this.recordOf(instruction));
      else emitter.emit(path, instruction);
      path.debt++;
      return false;
    }
    emitter?.emit(path, instruction);
    // It left the condition (branch) on the stack, or the target in `rip` (indirect).
    path.debt++;
    if (flow === Flow.branch) this.branch(node, block);
    else if (flow === Flow.jump || flow === Flow.call) this.edge(node, block.taken, path.behind + instruction.low);
    else this.indirect();
    return true;
  }

  private recordOf(instruction: Instruction): number {
    if (instruction.record === 0) instruction.record = this.input.keepRecord(instruction);
    if (instruction.record === 0) this.failed = true;
    return instruction.record;
  }

  /** Leaves if fewer cycles are left than `node`, which starts at `start`, needs. */
  private lookAtBudget(node: number, start: number): void {
    const { path, w } = this;
    w.get(L.left);
    w.i32(this.plan.need[node] ?? 0);
    w.op(W.i32LtS);
    path.openIf();
    path.leavePrecisely(Exit.short, start);
    path.close();
  }

  /** Registers that the loop around `node` keeps in locals: all it uses, and of these what it changes. */
  private kept(node: number): { used: number; written: number } {
    const { usage } = this.input;
    const head = this.plan.region[node] ?? 0;
    let [used, written] = [0, 0];
    if (head === 0 || usage === undefined) return { used, written };
    for (let other = 1; other < this.plan.region.length; other++) {
      if (this.plan.region[other] !== head) continue;
      used |= usage.used[other] ?? 0;
      written |= usage.written[other] ?? 0;
    }
    return { used, written };
  }

  /** Makes the locals and the state block what a label (or loop) expects. */
  private prepare(to: number, flagsAreStored = false): void {
    const { path } = this;
    const { used, written } = this.kept(to);
    path.cache.writeRegisters(~written);
    path.cache.load(used);
    if (!flagsAreStored && this.plan.liveAtStart[to] !== 0) path.cache.writeFlags();
  }

  /** What is known behind a label. */
  private arriveAt(node: number): void {
    const { path } = this;
    const { used, written } = this.kept(node);
    path.cache.reset(used, written);
    path.debt = 0;
  }

  private arriveOutside(): void {
    const { path } = this;
    path.cache.reset(0, 0);
    path.debt = 0;
  }

  /** True if going to a label takes no code. */
  private isPlain(node: number, to: number): boolean {
    const kind = edgeKind(this.graph, this.plan.labelled, node, to);
    if ((kind !== 'back' && kind !== 'label') || this.plan.checked[to] === 1) return false;
    const { used, written } = this.kept(to);
    return !this.path.cache.needsWork(used, written, this.plan.liveAtStart[to] !== 0);
  }

  private labelOf(node: number, to: number): number {
    const kind = edgeKind(this.graph, this.plan.labelled, node, to);
    return (kind === 'back' ? this.loopLabel[to] : this.blockLabel[to]) ?? 0;
  }

  /** Control goes from `node` to `to`, which starts at offset `target` of the page. */
  private edge(node: number, to: number, target: number): void {
    const { path, w } = this;
    const { graph } = this;
    const kind = edgeKind(graph, this.plan.labelled, node, to);
    if (kind === 'outside') {
      this.leaveTo(target);
      return;
    }
    if (kind === 'top') {
      path.settle();
      path.cache.writeAll();
      w.i32(graph.entries.indexOf(to) + 1);
      w.set(L.next);
      path.branchTo(this.topLabel);
      return;
    }
    if (this.plan.checked[to] === 1) {
      path.settle();
      this.lookAtBudget(to, target);
    }
    if (kind === 'inline') {
      if (graph.isLoop[to] === true) {
        this.prepare(to);
        this.arriveAt(to);
      }
      this.tree(to);
      return;
    }
    path.settle();
    this.prepare(to);
    path.branchTo(this.labelOf(node, to));
  }

  /** Leaves for an offset relative to the page. */
  private leaveTo(target: number): void {
    const { path, w } = this;
    path.settle();
    path.cache.writeAll();
    w.get(L.page);
    w.i64(target);
    w.op(W.i64Add);
    if (!path.is64) {
      w.i64Parts(-1, 0);
      w.op(W.i64And);
    }
    w.set(L.rip);
    w.i32(Exit.onward);
    path.branchTo(path.exitLabel);
  }

  /** The condition is on the stack. */
  private branch(node: number, block: Block): void {
    const { path, w } = this;
    const last = block.instructions[block.instructions.length - 1];
    const target = block.end + (last?.low ?? 0);
    path.settle();
    // What both sides would store is stored once.
    if (!this.staysInside(node, block.taken) && !this.staysInside(node, block.next)) path.cache.writeRegisters(-1);
    if (this.isPlain(node, block.taken)) {
      w.brIf(path.depth - this.labelOf(node, block.taken));
      this.edge(node, block.next, block.end);
    } else if (this.isPlain(node, block.next)) {
      w.op(W.i32Eqz);
      w.brIf(path.depth - this.labelOf(node, block.next));
      this.edge(node, block.taken, target);
    } else {
      const saved = this.save();
      path.openIf();
      this.edge(node, block.taken, target);
      path.close();
      this.restore(saved);
      this.edge(node, block.next, block.end);
    }
  }

  /** Registers need not be stored on this edge. */
  private staysInside(node: number, to: number): boolean {
    if (to < 0) return false;
    const kind = edgeKind(this.graph, this.plan.labelled, node, to);
    return kind === 'inline' || (kind !== 'top' && this.kept(to).written !== 0);
  }

  private save(): { cache: Saved; node: number } {
    const { path } = this;
    return { cache: path.cache.save(), node: path.node };
  }

  private restore({ cache, node }: { cache: Saved; node: number }): void {
    const { path } = this;
    path.cache.restore(cache);
    path.node = node;
    path.debt = 0;
  }

  /** Goes on at the address in `rip`: in the unit if it is an entry of its own, else outside. */
  private indirect(): void {
    const { path, w } = this;
    path.settle();
    path.cache.writeAll();
    w.get(L.rip);
    w.get(L.page);
    w.op(W.i64Sub);
    w.tee(L.t);
    w.i64(4096);
    w.op(W.i64LtU);
    path.openIf();
    w.get(L.t);
    w.op(W.i32WrapI64);
    w.i32(ENTRY_SLOTS - 1);
    w.op(W.i32And);
    w.i32(2);
    w.op(W.i32Shl);
    w.memory(W.i32Load, this.input.entryTable);
    w.tee(L.next);
    w.i32(8);
    w.op(W.i32ShrU);
    w.get(L.t);
    w.op(W.i32WrapI64);
    w.op(W.i32Eq);
    path.openIf();
    w.get(L.next);
    w.i32(0xff);
    w.op(W.i32And);
    w.set(L.next);
    path.branchTo(this.topLabel);
    path.close();
    path.close();
    w.i32(Exit.onward);
    path.branchTo(path.exitLabel);
  }
}
