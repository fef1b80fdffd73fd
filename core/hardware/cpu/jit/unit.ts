/**
 * Translates one unit: the hot blocks of a page become one WebAssembly function.
 *
 * Guest registers and lazy flags live in locals from entry to exit; every way out goes through one epilogue that puts
 * them back. Code is structured from the dominator tree (N. Ramsey, "Beyond Relooper", 2022): a block that is reached
 * from one place only is written there; one that several reach gets a label; a natural loop becomes a `loop`. Entries,
 * indirect jumps and irreducible edges go through a `br_table` at the top.
 *
 *   block exit            result: why
 *     block precise       result: why; rip = page + next
 *       loop top
 *         br_table        by `next`: entry number + 1
 *         ...
 *   spill, return
 *
 * The budget is looked at where paths join (a checkpoint): enough must be left for the longest path to the next one,
 * otherwise the interpreter executes the rest one by one. Between checkpoints only the path's length is subtracted.
 */
import { Offset } from '../gen/offsets.ts';
import type { Block } from './discover.ts';
import { type Graph, isBackEdge } from './graph.ts';
import type { Instruction } from './instruction.ts';
import { DECLARED, Exit, IMPORTS, type ImportName, L } from './locals.ts';
import { I32, I64, VOID, W } from './opcodes.table.ts';
import { makePlan, type Plan } from './plan.ts';
import { emitterOf, Flow } from './rows.ts';
import type { Writer } from './writer.ts';

/** What is known of the flags at a point of the code, besides what the locals say. */
interface Knowledge {
  /** Kind and size of the last flag-setting operation on this path; kind -1: not known. */
  kind: number;
  size: number;
  /** `kind` is known but not yet written to its local. */
  pending: boolean;
  /** Instructions executed since `left` was last brought up to date. */
  debt: number;
}

export interface UnitInput {
  readonly blocks: readonly Block[];
  readonly graph: Graph;
  /** Address of the table by which an offset in the page leads to entry number + 1. */
  readonly entryTable: number;
  /** Registers loaded at entry and stored at exit; see {@link Unit.used}. */
  readonly registers: number;
  readonly is64: boolean;
  /** Keeps the record of an instruction whose handler is called; 0: no room. */
  keepRecord(instruction: Instruction): number;
}

const REGISTERS = 16;

export class Unit {
  readonly w: Writer;
  readonly is64: boolean;
  /** Registers that the code names, as a bit set; must not be more than the input said. */
  used = 0;
  /** The code cannot be used: no room for a record. */
  failed = false;
  known: Knowledge = { kind: -1, size: 0, pending: false, debt: 0 };
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
  /** Instructions from here to the next checkpoint on the longest path. */
  private rest = 0;
  private at = 0;
  private behind = 0;

  constructor(w: Writer, input: UnitInput) {
    this.w = w;
    this.input = input;
    this.is64 = input.is64;
    this.plan = makePlan(input.blocks, input.graph, input.is64);
    this.blockLabel = new Int32Array(input.blocks.length + 1);
    this.loopLabel = new Int32Array(input.blocks.length + 1);
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
    this.prologue();
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
    this.epilogue();
    w.op(W.end);
  }

  private prologue(): void {
    const { w } = this;
    this.reload();
    w.get(L.cpu);
    w.memory(W.i64Load, Offset.rip);
    w.i64(-4096);
    w.op(W.i64And);
    w.set(L.page);
    w.get(L.cpu);
    w.memory(W.i32Load, Offset.tlbRead);
    w.set(L.tlb);
    this.loadLeft();
  }

  private epilogue(): void {
    const { w } = this;
    this.spill();
    w.get(L.cpu);
    w.get(L.rip);
    w.memory(W.i64Store, Offset.rip);
    w.get(L.cpu);
    w.get(L.left);
    w.memory(W.i32Store, Offset.remaining);
  }

  /** Registers and flags from the state block. */
  reload(): void {
    const { w } = this;
    for (let r = 0; r < REGISTERS; r++) {
      if ((this.input.registers & (1 << r)) === 0) continue;
      w.get(L.cpu);
      w.memory(W.i64Load, Offset.gpr + 8 * r);
      w.set(L.gpr + r);
    }
    this.loadLocal(L.kind, Offset.flagKind);
    this.loadLocal(L.result, Offset.flagResult);
    this.loadLocal(L.flagLeft, Offset.flagLeft);
    this.loadLocal(L.flagRight, Offset.flagRight);
  }

  /** Registers and flags to the state block. */
  spill(): void {
    const { w } = this;
    for (let r = 0; r < REGISTERS; r++) {
      if ((this.input.registers & (1 << r)) === 0) continue;
      w.get(L.cpu);
      w.get(L.gpr + r);
      w.memory(W.i64Store, Offset.gpr + 8 * r);
    }
    this.storeLocal(L.kind, Offset.flagKind);
    this.storeLocal(L.result, Offset.flagResult);
    this.storeLocal(L.flagLeft, Offset.flagLeft);
    this.storeLocal(L.flagRight, Offset.flagRight);
  }

  private loadLocal(local: number, offset: number): void {
    this.w.get(L.cpu);
    this.w.memory(W.i64Load, offset);
    this.w.set(local);
  }

  private storeLocal(local: number, offset: number): void {
    this.w.get(L.cpu);
    this.w.get(local);
    this.w.memory(W.i64Store, offset);
  }

  /** Reads what is left after a call that may have charged. */
  loadLeft(): void {
    const { w } = this;
    w.get(L.cpu);
    w.memory(W.i32Load, Offset.remaining);
    this.addConstant(this.known.debt);
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
    const isLoop = this.input.graph.isLoop[node] === true && node !== 0;
    if (isLoop) {
      this.settle();
      this.forgetKind();
      this.loopLabel[node] = this.openLoop();
    }
    const merges = this.plan.merges[node] ?? [];
    for (let i = merges.length - 1; i >= 0; i--) this.blockLabel[merges[i] ?? 0] = this.openBlock(VOID);
    if (node === 0) this.dispatch();
    else this.code(node);
    for (const merge of merges) {
      this.close();
      this.known = { kind: -1, size: 0, pending: false, debt: 0 };
      this.tree(merge);
    }
    if (isLoop) {
      this.close();
      this.w.op(W.unreachable);
    }
  }

  private dispatch(): void {
    const { w } = this;
    const { entries } = this.input.graph;
    w.get(L.next);
    w.i32(1);
    w.op(W.i32Sub);
    w.op(W.brTable);
    w.unsigned(entries.length - 1);
    for (const entry of entries) w.unsigned(this.depth - (this.blockLabel[entry] ?? 0));
  }

  private code(node: number): void {
    const block = this.input.blocks[node - 1];
    if (block === undefined) return;
    const isCheckpoint = this.plan.checkpoint[node] === 1;
    this.at = block.start;
    if (isCheckpoint) this.checkpoint(node);
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
      this.known.debt++;
      return false;
    }
    emitter?.emit(this, instruction);
    // The emitter left the condition (branch) on the stack, or the target in `rip` (indirect).
    this.known.debt++;
    if (flow === Flow.branch) this.branch(node, block);
    else if (flow === Flow.jump || flow === Flow.call) this.edge(node, block.taken, this.behind + instruction.low);
    else this.indirect();
    return true;
  }

  private checkpoint(node: number): void {
    const { w } = this;
    this.settle();
    w.get(L.left);
    w.i32(this.plan.need[node] ?? 0);
    w.op(W.i32LtS);
    this.openIf();
    this.leavePrecisely(Exit.short);
    this.close();
  }

  /** Brings the locals up to date: what is left, and the kind of the flags. */
  private settle(): void {
    this.writeSettled();
    this.known.debt = 0;
    this.known.pending = false;
  }

  private writeSettled(): void {
    const { w, known } = this;
    if (known.debt > 0) {
      w.get(L.left);
      w.i32(known.debt);
      w.op(W.i32Sub);
      w.set(L.left);
    }
    if (known.pending) {
      w.i64Parts(known.kind, known.size);
      w.set(L.kind);
    }
  }

  /** Leaves before the current instruction. */
  leavePrecisely(why: number): void {
    const { w } = this;
    this.writeSettled();
    w.i32(this.at);
    w.set(L.next);
    w.i32(why);
    this.branchTo(this.preciseAt);
  }

  /** Control goes from `node` to `to`, which starts at offset `target` of the page. */
  private edge(node: number, to: number, target: number): void {
    const { w } = this;
    const { graph } = this.input;
    if (to < 0) {
      this.settle();
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
    } else if (isBackEdge(graph, node, to)) {
      this.settle();
      this.branchTo(this.loopLabel[to] ?? 0);
    } else if ((graph.position[to] ?? 0) <= (graph.position[node] ?? 0)) {
      this.settle();
      w.i32(graph.entries.indexOf(to) + 1);
      w.set(L.next);
      this.branchTo(this.topAt);
    } else if (this.plan.labelled[to] === 1) {
      this.settle();
      this.branchTo(this.blockLabel[to] ?? 0);
    } else this.tree(to);
  }

  /** Label that an edge can branch to without further ado, 0 if it needs code. */
  private plainLabel(node: number, to: number): number {
    const { graph } = this.input;
    if (to < 0) return 0;
    if (isBackEdge(graph, node, to)) return this.loopLabel[to] ?? 0;
    if ((graph.position[to] ?? 0) <= (graph.position[node] ?? 0)) return 0;
    return this.plan.labelled[to] === 1 ? (this.blockLabel[to] ?? 0) : 0;
  }

  /** The condition is on the stack. */
  private branch(node: number, block: Block): void {
    const { w } = this;
    const last = block.instructions[block.instructions.length - 1];
    const target = block.end + (last?.low ?? 0);
    this.settle();
    const taken = this.plainLabel(node, block.taken);
    const next = this.plainLabel(node, block.next);
    if (taken > 0) {
      w.brIf(this.depth - taken);
      this.edge(node, block.next, block.end);
    } else if (next > 0) {
      w.op(W.i32Eqz);
      w.brIf(this.depth - next);
      this.edge(node, block.taken, target);
    } else {
      const known = { ...this.known };
      this.openIf();
      this.edge(node, block.taken, target);
      this.close();
      this.known = known;
      this.edge(node, block.next, block.end);
    }
  }

  /** Goes on at the address in `rip`: in the unit if it is an entry of this page, else outside. */
  private indirect(): void {
    const { w } = this;
    this.settle();
    w.get(L.rip);
    w.get(L.page);
    w.op(W.i64Sub);
    w.tee(L.t);
    w.i64(4096);
    w.op(W.i64LtU);
    this.openIf();
    w.get(L.t);
    w.op(W.i32WrapI64);
    w.memory(W.i32Load8U, this.input.entryTable);
    w.tee(L.next);
    w.brIf(this.depth - this.topAt);
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

  getRegister(r: number): void {
    this.used |= 1 << r;
    this.w.get(L.gpr + r);
  }

  setRegister(r: number): void {
    this.used |= 1 << r;
    this.w.set(L.gpr + r);
  }

  import(name: ImportName): void {
    this.w.call(IMPORTS.indexOf(name));
  }

  /** What is left before the current instruction, as the interpreter would count. */
  getLeft(): void {
    this.w.get(L.left);
    this.addConstant(-this.known.debt);
  }

  /** Puts the kind of the flags where a call finds it. */
  settleKind(): void {
    const { w, known } = this;
    if (!known.pending) return;
    w.i64Parts(known.kind, known.size);
    w.set(L.kind);
    known.pending = false;
  }

  setKind(kind: number, size: number): void {
    this.known.kind = kind;
    this.known.size = size;
    this.known.pending = true;
  }

  forgetKind(): void {
    this.known.kind = -1;
    this.known.pending = false;
  }

  /** The interpreter's handler does it, on the state block. */
  private callHandler(instruction: Instruction): void {
    const { w } = this;
    if (instruction.record === 0) instruction.record = this.input.keepRecord(instruction);
    if (instruction.record === 0) this.failed = true;
    this.settleKind();
    this.spill();
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
    this.reload();
    this.forgetKind();
    this.known.debt++;
    this.loadLeft();
    this.known.debt--;
  }
}
