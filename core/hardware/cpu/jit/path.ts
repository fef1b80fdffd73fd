/** The code being written along a path of a unit: what emitters use to write the code of one instruction. */
import { Offset } from '../gen/offsets.ts';
import { Cache } from './cache.ts';
import { Exit, IMPORTS, type ImportName, L } from './locals.ts';
import { VOID, W } from './opcodes.table.ts';
import { ALL_STATUS } from './status-flags.ts';
import type { Writer } from './writer.ts';

/** Registers by node of the graph: used, and of these changed. */
export interface Usage {
  readonly used: Int32Array;
  readonly written: Int32Array;
}

export class Path {
  readonly w: Writer;
  readonly is64: boolean;
  /** What the locals hold. */
  readonly cache: Cache;
  readonly usage: Usage;
  /** Open constructs; a label is the number of the construct it belongs to. */
  depth = 0;
  /** Labels of the two ways out; see unit.ts. */
  exitLabel = 0;
  preciseLabel = 0;
  /** Block being written, as a node of the graph. */
  node = 0;
  /** Offsets in the page: of the current instruction, and of the byte behind it. */
  at = 0;
  behind = 0;
  /** Instructions from here to the next look at the budget on the longest path. */
  rest = 0;
  /** Instructions executed since L.left was last brought up to date. */
  debt = 0;
  /** Status flags that somebody may look at as they are behind the current instruction. */
  live: number = ALL_STATUS;

  constructor(w: Writer, is64: boolean, nodes: number) {
    this.w = w;
    this.is64 = is64;
    this.cache = new Cache(w);
    this.usage = { used: new Int32Array(nodes), written: new Int32Array(nodes) };
  }

  get flagsLive(): boolean {
    return this.live !== 0;
  }

  openBlock(type: number): number {
    this.w.block(type);
    return ++this.depth;
  }

  openLoop(): number {
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

  branchTo(label: number): void {
    this.w.br(this.depth - label);
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

  /** The flags are what an operation of this kind made them; operands and result are in their locals. */
  setKind(kind: number, size: number): void {
    if (this.flagsLive) this.cache.setFlags(kind, size);
    else this.cache.forgetFlags();
  }

  import(name: ImportName): void {
    this.w.call(IMPORTS.indexOf(name));
  }

  private addConstant(value: number): void {
    if (value === 0) return;
    this.w.i32(value);
    this.w.op(W.i32Add);
  }

  /** Reads what is left; the state block says what was left before the current instruction. */
  loadLeft(): void {
    const { w } = this;
    w.get(L.cpu);
    w.memory(W.i32Load, Offset.remaining);
    this.addConstant(this.debt);
    w.set(L.left);
  }

  /** Brings L.left up to date. */
  settle(): void {
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
    this.branchTo(this.preciseLabel);
  }

  /** The interpreter's handler does the instruction whose record is given, on the state block. */
  callHandler(record: number): void {
    const { w } = this;
    this.cache.writeAll();
    w.i32(record);
    w.get(L.page);
    w.i64(this.at);
    w.op(W.i64Add);
    w.get(L.left);
    this.addConstant(-this.debt);
    w.i32(this.rest - 1);
    this.import('stepRecord');
    this.openIf();
    // Everything is in the state block already.
    w.i32(Exit.onward);
    w.op(W.return);
    this.close();
    this.cache.reset(0, 0);
    // The state block counts the instruction as executed; this path will in a moment.
    this.debt++;
    this.loadLeft();
    this.debt--;
  }
}
