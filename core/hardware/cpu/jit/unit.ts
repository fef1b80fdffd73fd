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
import { Cache, type Saved } from './cache.ts';
import type { Block } from './discover.ts';
import type { Graph } from './graph.ts';
import type { Instruction } from './instruction.ts';
import { DECLARED, Exit, IMPORTS, type ImportName, L } from './locals.ts';
import { I32, I64, VOID, W } from './opcodes.table.ts';
import { edgeKind, type Plan } from './plan.ts';
import { emitterOf, Flow } from './rows.ts';
import type { Writer } from './writer.ts';

export interface UnitInput {
  readonly blocks: readonly Block[];
  readonly graph: Graph;
  readonly plan: Plan;
  /** Address of the table by which the unit's own indirect jumps find entries. */
  readonly entryTable: number;
  readonly is64: boolean;
  /** By node: registers that its code uses and changes; known after a first writing. Loops need them. */
  readonly usage: Usage | undefined;
  /** Keeps the record of an instruction whose handler is called; 0: no room. */
  keepRecord(instruction: Instruction): number;
}

export interface Usage {
  readonly used: Int32Array;
  readonly written: Int32Array;
}

/** Entries of the table for indirect jumps: (offset << 8 | entry number + 1), by the low bits of the offset. */
export const ENTRY_SLOTS = 256;

export class Unit {
  readonly w: Writer;
  readonly is64: boolean;
  /** What the locals hold. */
  readonly cache: Cache;
  readonly usage: Usage;
  /** The code cannot be used: no room for a record. */
  failed = false;
  /** Flags are looked at behind the current instruction. */
  flagsLive = true;
  private depth = 0;
  private exitAt = 0;
  private preciseAt = 0;
  private topAt = 0;
  private readonly blockLabel: Int32Array;
  private readonly loopLabel: Int32Array;
  private readonly input: UnitInput;
  private readonly plan: Plan;
  private node = 0;
  /** Instructions executed since `left` was last brought up to date. */
  private debt = 0;
  /** Instructions from here to the next look at the budget on the longest path. */
  private rest = 0;
  private at = 0;
  private behind = 0;

  constructor(w: Writer, input: UnitInput) {
    const count = input.blocks.length + 1;
    this.w = w;
    this.input = input;
    this.plan = input.plan;
    this.is64 = input.is64;
    this.cache = new Cache(w);
    this.usage = { used: new Int32Array(count), written: new Int32Array(count) };
    this.blockLabel = new Int32Array(count);
    this.loopLabel = new Int32Array(count);
  }

  // ---- structure ----

  /** Writes the function body, without its length. */
  write(): void {
    const { w } = this;
    w.unsigned(2);
    w.unsigned(DECLARED.i32);
    w.op(I32);
    w.unsigned(DECLARED.i64);
    w.op(I64);
    w.get(L.cpu);
    w.memory(W.i64Load, Offset.rip);
    w.i64(-4096);
    w.op(W.i64And);
    w.set(L.page);
    w.get(L.cpu);
    w.memory(W.i32Load, Offset.tlbRead);
    w.set(L.tlb);
    this.loadLeft();
    this.exitAt = this.openBlock(I32);
    this.preciseAt = this.openBlock(I32);
    this.topAt = this.openLoop();
    this.tree(0);
    this.close();
    w.op(W.unreachable);
    this.close();
    w.get(L.page);
    w.get(L.next);
    w.op(W.i64ExtendI32U);
    w.op(W.i64Add);
    w.set(L.rip);
    this.close();
    w.get(L.cpu);
    w.get(L.rip);
    w.memory(W.i64Store, Offset.rip);
    w.get(L.cpu);
    w.get(L.left);
    w.memory(W.i32Store, Offset.remaining);
    w.op(W.end);
  }

  /** Reads what is left after a call that may have charged. */
  loadLeft(): void {
    const { w } = this;
    w.get(L.cpu);
    w.memory(W.i32Load, Offset.remaining);
    this.addConstant(this.debt);
    w.set(L.left);
  }

  private addConstant(value: number): void {
    if (value === 0) return;
    this.w.i32(value);
    this.w.op(W.i32Add);
  }

  private openBlock(type: number): number {
    this.w.block(type);
    return ++this.depth;
  }

  private openLoop(): number {
    this.w.loop();
    return ++this.depth;
  }

  openIf(): void {
    this.w.if(VOID);
    this.depth++;
  }

  else(): void {
    this.w.op(W.else);
  }

  close(): void {
    this.w.op(W.end);
    this.depth--;
  }

  private branchTo(label: number): void {
    this.w.br(this.depth - label);
  }

  /** The subtree of the dominator tree at `node`. Control never falls out of it. */
  private tree(node: number): void {
    const isLoop = this.input.graph.isLoop[node] === true;
    if (isLoop) this.loopLabel[node] = this.openLoop();
    const merges = this.plan.merges[node] ?? [];
    for (let i = merges.length - 1; i >= 0; i--) this.blockLabel[merges[i] ?? 0] = this.openBlock(VOID);
    if (node === 0) this.dispatch();
    else this.code(node);
    for (const merge of merges) {
      this.close();
      this.arriveAt(merge);
      this.tree(merge);
    }
    if (isLoop) {
      this.close();
      this.w.op(W.unreachable);
    }
  }

  /** At the top: looks at the budget for the entry in question, and goes there. Everything is in the state block. */
  private dispatch(): void {
    const { w } = this;
    const { entries } = this.input.graph;
    const labels = entries.map(() => this.openBlock(VOID));
    w.get(L.next);
    w.i32(1);
    w.op(W.i32Sub);
    w.op(W.brTable);
    w.unsigned(entries.length - 1);
    for (const label of labels) w.unsigned(this.depth - label);
    for (const entry of [...entries].reverse()) {
      this.close();
      const block = this.input.blocks[entry - 1];
      this.arriveOutside();
      this.at = block?.start ?? 0;
      this.lookAtBudget(entry, this.at);
      this.prepare(entry, true);
      this.branchTo(this.blockLabel[entry] ?? 0);
    }
  }

  private code(node: number): void {
    const block = this.input.blocks[node - 1];
    if (block === undefined) return;
    this.node = node;
    const live = this.plan.flagsLive[node] ?? [];
    let rest = this.plan.need[node] ?? 0;
    for (const [index, instruction] of block.instructions.entries()) {
      this.at = instruction.at;
      this.behind = instruction.at + instruction.length;
      this.rest = rest--;
      this.flagsLive = live[index] ?? true;
      if (this.instruction(node, block, instruction)) return;
    }
    this.edge(node, block.next, block.end);
  }

  /** True if it ended the block. */
  private instruction(node: number, block: Block, instruction: Instruction): boolean {
    const { flow } = instruction.plan;
    const emitter = emitterOf(instruction, this.is64);
    if (flow === Flow.leave || (flow !== Flow.next && emitter === undefined)) {
      this.leavePrecisely(Exit.precise);
      return true;
    }
    if (flow === Flow.next) {
      if (emitter === undefined) this.callHandler(instruction);
      else emitter.emit(this, instruction);
      this.debt++;
      return false;
    }
    emitter?.emit(this, instruction);
    // It left the condition (branch) on the stack, or the target in `rip` (indirect).
    this.debt++;
    if (flow === Flow.branch) this.branch(node, block);
    else if (flow === Flow.jump || flow === Flow.call) this.edge(node, block.taken, this.behind + instruction.low);
    else this.indirect();
    return true;
  }

  private settle(): void {
    this.writeDebt();
    this.debt = 0;
  }

  private writeDebt(): void {
    const { w } = this;
    if (this.debt === 0) return;
    w.get(L.left);
    w.i32(this.debt);
    w.op(W.i32Sub);
    w.set(L.left);
  }

  /** Leaves before the instruction at `at`. What is known stays as it was: this is a side path. */
  leavePrecisely(why: number, at = this.at): void {
    const { w } = this;
    this.cache.writeDirty();
    this.writeDebt();
    w.i32(at);
    w.set(L.next);
    w.i32(why);
    this.branchTo(this.preciseAt);
  }

  /** Leaves if fewer cycles are left than `node`, which starts at `start`, needs. */
  private lookAtBudget(node: number, start: number): void {
    const { w } = this;
    w.get(L.left);
    w.i32(this.plan.need[node] ?? 0);
    w.op(W.i32LtS);
    this.openIf();
    this.leavePrecisely(Exit.short, start);
    this.close();
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
    const { used, written } = this.kept(to);
    this.cache.writeRegisters(~written);
    this.cache.load(used);
    if (!flagsAreStored && this.plan.liveAtStart[to] === 1) this.cache.writeFlags();
  }

  /** What is known behind a label. */
  private arriveAt(node: number): void {
    const { used, written } = this.kept(node);
    this.cache.reset(used, written);
    this.debt = 0;
  }

  private arriveOutside(): void {
    this.cache.reset(0, 0);
    this.debt = 0;
  }

  /** True if going to a label takes no code. */
  private isPlain(node: number, to: number): boolean {
    const kind = edgeKind(this.input.graph, this.plan.labelled, node, to);
    if ((kind !== 'back' && kind !== 'label') || this.plan.checked[to] === 1) return false;
    const { used, written } = this.kept(to);
    return !this.cache.needsWork(used, written, this.plan.liveAtStart[to] === 1);
  }

  private labelOf(node: number, to: number): number {
    const kind = edgeKind(this.input.graph, this.plan.labelled, node, to);
    return (kind === 'back' ? this.loopLabel[to] : this.blockLabel[to]) ?? 0;
  }

  /** Control goes from `node` to `to`, which starts at offset `target` of the page. */
  private edge(node: number, to: number, target: number): void {
    const { w } = this;
    const { graph } = this.input;
    const kind = edgeKind(graph, this.plan.labelled, node, to);
    if (kind === 'outside') {
      this.leaveTo(target);
      return;
    }
    if (kind === 'top') {
      this.settle();
      this.cache.writeAll();
      w.i32(graph.entries.indexOf(to) + 1);
      w.set(L.next);
      this.branchTo(this.topAt);
      return;
    }
    if (this.plan.checked[to] === 1) {
      this.settle();
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
    this.settle();
    this.prepare(to);
    this.branchTo(this.labelOf(node, to));
  }

  /** Leaves for an offset relative to the page. */
  private leaveTo(target: number): void {
    const { w } = this;
    this.settle();
    this.cache.writeAll();
    w.get(L.page);
    w.i64(target);
    w.op(W.i64Add);
    if (!this.is64) {
      w.i64Parts(-1, 0);
      w.op(W.i64And);
    }
    w.set(L.rip);
    w.i32(Exit.onward);
    this.branchTo(this.exitAt);
  }

  /** The condition is on the stack. */
  private branch(node: number, block: Block): void {
    const { w } = this;
    const last = block.instructions[block.instructions.length - 1];
    const target = block.end + (last?.low ?? 0);
    this.settle();
    // What both sides would store is stored once.
    if (!this.staysInside(node, block.taken) && !this.staysInside(node, block.next)) this.cache.writeRegisters(-1);
    if (this.isPlain(node, block.taken)) {
      w.brIf(this.depth - this.labelOf(node, block.taken));
      this.edge(node, block.next, block.end);
    } else if (this.isPlain(node, block.next)) {
      w.op(W.i32Eqz);
      w.brIf(this.depth - this.labelOf(node, block.next));
      this.edge(node, block.taken, target);
    } else {
      const saved = this.save();
      this.openIf();
      this.edge(node, block.taken, target);
      this.close();
      this.restore(saved);
      this.edge(node, block.next, block.end);
    }
  }

  /** Registers need not be stored on this edge. */
  private staysInside(node: number, to: number): boolean {
    if (to < 0) return false;
    const kind = edgeKind(this.input.graph, this.plan.labelled, node, to);
    return kind === 'inline' || (kind !== 'top' && this.kept(to).written !== 0);
  }

  private save(): { cache: Saved; node: number } {
    return { cache: this.cache.save(), node: this.node };
  }

  private restore({ cache, node }: { cache: Saved; node: number }): void {
    this.cache.restore(cache);
    this.node = node;
    this.debt = 0;
  }

  /** Goes on at the address in `rip`: in the unit if it is an entry of its own, else outside. */
  private indirect(): void {
    const { w } = this;
    this.settle();
    this.cache.writeAll();
    w.get(L.rip);
    w.get(L.page);
    w.op(W.i64Sub);
    w.tee(L.t);
    w.i64(4096);
    w.op(W.i64LtU);
    this.openIf();
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
    this.openIf();
    w.get(L.next);
    w.i32(0xff);
    w.op(W.i32And);
    w.set(L.next);
    this.branchTo(this.topAt);
    this.close();
    this.close();
    w.i32(Exit.onward);
    this.branchTo(this.exitAt);
  }

  // ---- what emitters use ----

  /** Offset in the page of the byte behind the current instruction. */
  get behindOffset(): number {
    return this.behind;
  }

  get restOfPath(): number {
    return this.rest;
  }

  /** Pushes a register. */
  getRegister(r: number): void {
    this.usage.used[this.node] = (this.usage.used[this.node] ?? 0) | (1 << r);
    this.cache.get(r);
  }

  /** Takes the new value of a register from the stack. Not within an `if`. */
  setRegister(r: number): void {
    this.usage.used[this.node] = (this.usage.used[this.node] ?? 0) | (1 << r);
    this.usage.written[this.node] = (this.usage.written[this.node] ?? 0) | (1 << r);
    this.cache.set(r);
  }

  import(name: ImportName): void {
    this.w.call(IMPORTS.indexOf(name));
  }

  /** What is left before the current instruction, as the interpreter would count. */
  getLeft(): void {
    this.w.get(L.left);
    this.addConstant(-this.debt);
  }

  /** The flags are what an operation of this kind made them; operands and result are in their locals. */
  setKind(kind: number, size: number): void {
    if (this.flagsLive) this.cache.setFlags(kind, size);
    else this.cache.forgetFlags();
  }

  /** The interpreter's handler does it, on the state block. */
  private callHandler(instruction: Instruction): void {
    const { w } = this;
    if (instruction.record === 0) instruction.record = this.input.keepRecord(instruction);
    if (instruction.record === 0) this.failed = true;
    this.cache.writeAll();
    w.i32(instruction.record);
    w.get(L.page);
    w.i64(instruction.at);
    w.op(W.i64Add);
    this.getLeft();
    w.i32(this.rest - 1);
    this.import('stepRecord');
    this.openIf();
    // Everything is in the state block already.
    w.i32(Exit.onward);
    w.op(W.return);
    this.close();
    this.cache.reset(0, 0);
    this.debt++;
    this.loadLeft();
    this.debt--;
  }
}
