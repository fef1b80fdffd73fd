/** What the locals of a unit hold at the point where code is being written: registers and lazy flags of the state block. */
import { Offset } from '../gen/offsets.ts';
import { Kind } from './emit/kinds.ts';
import { L } from './locals.ts';
import { W } from './opcodes.table.ts';
import type { Writer } from './writer.ts';

const REGISTERS = 16;

export interface Saved {
  readonly cached: number;
  readonly dirty: number;
  readonly kind: number;
  readonly size: number;
  readonly flagsDirty: boolean;
  readonly vectorsReady: boolean;
}

export class Cache {
  /** Kind of the last operation that set the flags, -1: not known, the state block says. */
  kind = -1;
  size = 0;
  /** On this path vector instructions were found to be allowed. */
  vectorsReady = false;
  /** Registers whose local is valid; of these, what the state block does not have yet. */
  private cached = 0;
  private dirty = 0;
  private flagsDirty = false;
  private readonly w: Writer;

  constructor(w: Writer) {
    this.w = w;
  }

  /** Pushes a register, which is read from the state block the first time. */
  get(r: number): void {
    const { w } = this;
    if (this.cached & (1 << r)) {
      w.get(L.gpr + r);
      return;
    }
    w.get(L.cpu);
    w.memory(W.i64Load, Offset.gpr + 8 * r);
    w.tee(L.gpr + r);
    this.cached |= 1 << r;
  }

  set(r: number): void {
    this.w.set(L.gpr + r);
    this.cached |= 1 << r;
    this.dirty |= 1 << r;
  }

  setFlags(kind: number, size: number): void {
    this.kind = kind;
    this.size = size;
    this.flagsDirty = true;
  }

  /** The state block has the flags, and CF is in L.carry. */
  setBit(): void {
    this.kind = Kind.bit;
    this.flagsDirty = false;
  }

  /** The flags are in the state block, or nobody looks at them. */
  forgetFlags(): void {
    this.kind = -1;
    this.flagsDirty = false;
  }

  /** Locals in `cached` are valid, those in `dirty` are not in the state block; everything else is, the flags too. */
  reset(cached: number, dirty: number): void {
    this.cached = cached;
    this.dirty = dirty;
    this.vectorsReady = false;
    this.forgetFlags();
  }

  save(): Saved {
    const { cached, dirty, kind, size, flagsDirty, vectorsReady } = this;
    return { cached, dirty, kind, size, flagsDirty, vectorsReady };
  }

  restore(saved: Saved): void {
    this.cached = saved.cached;
    this.dirty = saved.dirty;
    this.kind = saved.kind;
    this.size = saved.size;
    this.flagsDirty = saved.flagsDirty;
    this.vectorsReady = saved.vectorsReady;
  }

  /** Makes the locals of a set valid. */
  load(set: number): void {
    for (let r = 0; r < REGISTERS; r++) {
      if ((set & ~this.cached & (1 << r)) === 0) continue;
      this.w.get(L.cpu);
      this.w.memory(W.i64Load, Offset.gpr + 8 * r);
      this.w.set(L.gpr + r);
    }
    this.cached |= set;
  }

  needsWork(used: number, written: number, flags: boolean): boolean {
    return (this.dirty & ~written) !== 0 || (used & ~this.cached) !== 0 || (flags && this.flagsDirty);
  }

  /** Stores what the state block lacks, without taking note: for a side path. */
  writeDirty(): void {
    this.storeRegisters(this.dirty);
    if (this.flagsDirty) this.storeFlags();
  }

  writeAll(): void {
    this.writeRegisters(-1);
    this.writeFlags();
  }

  writeRegisters(set: number): void {
    this.storeRegisters(this.dirty & set);
    this.dirty &= ~set;
  }

  /** They stay known. */
  writeFlags(): void {
    if (this.flagsDirty) this.storeFlags();
    this.flagsDirty = false;
  }

  private storeRegisters(set: number): void {
    for (let r = 0; r < REGISTERS; r++) if (set & (1 << r)) this.store(L.gpr + r, Offset.gpr + 8 * r);
  }

  private store(local: number, offset: number): void {
    this.w.get(L.cpu);
    this.w.get(local);
    this.w.memory(W.i64Store, offset);
  }

  private storeFlags(): void {
    const { w, kind } = this;
    w.get(L.cpu);
    w.i64Parts(kind, this.size);
    w.memory(W.i64Store, Offset.flagKind);
    this.store(L.result, Offset.flagResult);
    if (kind === Kind.logic) return;
    this.store(L.flagRight, Offset.flagRight);
    if (kind !== Kind.inc && kind !== Kind.dec) this.store(L.flagLeft, Offset.flagLeft);
  }
}
