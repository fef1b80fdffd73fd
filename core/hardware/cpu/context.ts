/** The register state of one virtual CPU: a typed view of its state block in the engine's memory. */
import { Bug } from '../../base/bug.ts';
import type {
  Access,
  ContainerSpec,
  Context,
  InterceptedEvent,
  PageFault,
  Segment,
  SegmentName,
  SystemRegister,
  VirtualContext,
} from '../../seams/machine.ts';
import type { HostFrames } from '../memory/frames.ts';
import { loadFloatImage, saveFloatImage } from './float-image.ts';
import { Constant, Offset, Place, STATE_SIZE } from './gen/offsets.ts';
import type { Hot } from './hot-module.ts';
import { powerOn, resetState, startUp } from './reset.ts';
import { SEGMENTS } from './state.table.ts';

const TLB_SETS = 2;
const ACCESSES: Record<Access, number> = {
  read: Constant.accessRead,
  write: Constant.accessWrite,
  execute: Constant.accessExecute,
};
const HIGH = 0x1_0000_0000;
/** After writing one of these, what the CPU derives from it is brought up to date and translations are dropped. */
const TRANSLATING: ReadonlySet<SystemRegister> = new Set(['cr0', 'cr4', 'efer']);
const DEBUG_REGISTERS: Partial<Record<SystemRegister, number>> = { dr0: 0, dr1: 1, dr2: 2, dr3: 3, dr6: 6, dr7: 7 };

/** What the context needs of its engine. */
export interface ContextHost {
  readonly frames: HostFrames;
  readonly hot: Hot;
  /** True while this context is in `run`. */
  isRunning(context: EngineContext): boolean;
  released(context: EngineContext): void;
}

export class EngineContext implements VirtualContext {
  /** Address of the state block; the TLB lies behind it. */
  readonly block: number;
  readonly registers: BigUint64Array;
  /** Somebody asked the present run to end. */
  leaving = false;
  /** Its memory changed under its translations: they go before it runs again. */
  stale = false;
  private readonly view: DataView;
  private readonly bytesOfBlock = STATE_SIZE + TLB_SETS * Constant.tlbSetBytes;
  /** CR3 of each set of translations: choosing a set chooses its CR3. */
  private readonly roots: [bigint, bigint] = [0n, 0n];

  constructor(
    private readonly host: ContextHost,
    readonly spec: ContainerSpec,
    map: number,
    /** How it signs entries of the map that its TLB keeps. */
    readonly reader: number,
  ) {
    this.block = host.frames.allocateRange(this.bytesOfBlock);
    this.view = new DataView(host.frames.bytes.buffer, this.block, STATE_SIZE);
    this.registers = new BigUint64Array(host.frames.bytes.buffer, this.block + Offset.gpr, 16);
    this.setWord(Offset.tlb, this.block + Math.ceil(STATE_SIZE / 16) * 16);
    this.setWord(Offset.physicalSpace, map);
    this.setWord(Offset.physicalFrames, spec.memory.frames);
    this.setWord(Offset.reader, reader);
    this.setWord(Offset.occupant, spec.ringZero === 'occupant' ? 1 : 0);
    powerOn(host.frames.view, this.block);
    host.hot.resetTlb(this.block);
    host.hot.selectContextSet(this.block, 0);
    host.hot.refreshContext(this.block);
  }

  private word(offset: number): number {
    return this.view.getUint32(offset, true);
  }
  private setWord(offset: number, value: number): void {
    this.view.setUint32(offset, value, true);
  }

  get rip(): bigint {
    return this.view.getBigUint64(Offset.rip, true);
  }
  set rip(value: bigint) {
    this.view.setBigUint64(Offset.rip, value, true);
  }
  get rflags(): bigint {
    return this.host.hot.contextFlags(this.block);
  }
  set rflags(value: bigint) {
    this.host.hot.setContextFlags(this.block, value | 2n);
  }
  get cpl(): number {
    return this.word(Offset.cpl);
  }

  readSegment(name: SegmentName): Segment {
    const i = SEGMENTS.indexOf(name);
    return {
      selector: this.view.getUint16(Offset.segmentSelector + 2 * i, true),
      base: this.view.getBigUint64(Offset.segmentBase + 8 * i, true),
      limit: this.word(Offset.segmentLimit + 4 * i),
      attributes: this.view.getUint16(Offset.segmentAttributes + 2 * i, true),
    };
  }

  writeSegment(name: SegmentName, segment: Segment): void {
    const i = SEGMENTS.indexOf(name);
    this.view.setUint16(Offset.segmentSelector + 2 * i, segment.selector, true);
    this.view.setBigUint64(Offset.segmentBase + 8 * i, segment.base, true);
    this.setWord(Offset.segmentLimit + 4 * i, segment.limit);
    this.view.setUint16(Offset.segmentAttributes + 2 * i, segment.attributes, true);
    if (name === 'ss') this.setWord(Offset.cpl, (segment.attributes >> 5) & 3);
    if (name === 'ss' || name === 'cs') this.host.hot.refreshContext(this.block);
  }

  private systemOffset(name: SystemRegister): number {
    const debug = DEBUG_REGISTERS[name];
    if (debug !== undefined) return Offset.dr + 8 * debug;
    return Offset[name as Exclude<SystemRegister, 'dr0' | 'dr1' | 'dr2' | 'dr3' | 'dr6' | 'dr7'>];
  }
  readSystem(name: SystemRegister): bigint {
    return this.view.getBigUint64(this.systemOffset(name), true);
  }
  writeSystem(name: SystemRegister, value: bigint): void {
    this.view.setBigUint64(this.systemOffset(name), value, true);
    const { hot } = this.host;
    if (name === 'cr3') {
      const set = this.word(Offset.tlbSet) === 1 ? 1 : 0;
      this.roots[set] = value;
      if (this.spec.ringZero === 'occupant') {
        hot.flushContext(this.block, 2 + set);
        this.tellRoot(value);
      } else hot.flushContext(this.block, 0);
      hot.refreshContext(this.block);
    } else if (name in DEBUG_REGISTERS) {
      // A page with a data breakpoint stays out of the TLB (hot/debug.ts).
      if ((this.readSystem('dr7') & 0xffn) !== 0n) hot.flushContext(this.block, 0);
    } else if (TRANSLATING.has(name)) {
      hot.flushContext(this.block, 0);
      hot.refreshContext(this.block);
    }
  }

  writeTable(name: 'gdt' | 'idt', base: bigint, limit: number): void {
    this.view.setBigUint64(name === 'gdt' ? Offset.gdtBase : Offset.idtBase, base, true);
    this.setWord(name === 'gdt' ? Offset.gdtLimit : Offset.idtLimit, limit);
  }

  selectTranslations(set: 0 | 1): void {
    if (this.spec.ringZero !== 'occupant') throw new Bug('machine code chooses its translations itself');
    this.host.hot.selectContextSet(this.block, set);
    this.view.setBigUint64(Offset.cr3, this.roots[set], true);
    this.tellRoot(this.roots[set]);
  }

  /** An occupant's load of CR3 is the instruction's, whoever executes it. */
  private tellRoot(value: bigint): void {
    if ((this.word(Offset.controls) & Constant.controlCr) !== 0) this.spec.exits.controlWrite(this, 3, value);
  }

  flushTranslations(address?: bigint): void {
    if (address === undefined) this.host.hot.flushContext(this.block, 0);
    else {
      this.host.hot.flushContextPage(this.block, address);
      const told = this.spec.ringZero === 'occupant' && (this.word(Offset.controls) & Constant.controlInvlpg) !== 0;
      if (told) this.spec.exits.invalidatePage(this, address);
    }
  }

  translate(address: bigint, access: Access): { address: bigint } | { fault: PageFault } {
    const { hot } = this.host;
    if (hot.translateContext(this.block, address, ACCESSES[access], this.cpl === 3 ? 1 : 0))
      return { address: hot.contextWalkAddress() };
    return { fault: { errorCode: hot.contextWalkError(), address } };
  }

  saveFloat(into: Uint8Array): void {
    saveFloatImage(this.host.frames.bytes, this.block, into);
  }
  loadFloat(from: Uint8Array): void {
    loadFloatImage(this.host.frames.bytes, this.block, from);
  }

  get instructions(): number {
    return this.word(Offset.instructions) + this.word(Offset.instructions + 4) * HIGH;
  }

  leave(): void {
    this.leaving = true;
    this.setWord(Offset.leave, 1);
    this.attend();
  }

  private attend(): void {
    if (this.host.isRunning(this)) this.host.hot.attend();
  }

  offerInterrupt(offered: boolean): void {
    this.setWord(Offset.interruptLine, offered ? 1 : 0);
    if (offered) this.attend();
  }

  injectNmi(): void {
    this.setWord(Offset.nmiLine, 1);
    this.attend();
  }

  get halted(): number {
    return this.word(Offset.halted);
  }
  set halted(value: number) {
    this.setWord(Offset.halted, value);
    this.attend();
  }

  intercept(events: readonly InterceptedEvent[]): void {
    let controls = 0;
    if (events.includes('control-write')) controls |= Constant.controlCr;
    if (events.includes('invalidate-page')) controls |= Constant.controlInvlpg;
    if (events.includes('page-tables')) controls |= Constant.controlTables;
    this.setWord(Offset.controls, controls);
  }

  reset(kind: 'init' | { startUp: number }): void {
    if (kind === 'init') {
      resetState(this.host.frames.view, this.block);
      this.host.hot.flushContext(this.block, 0);
      this.host.hot.selectContextSet(this.block, 0);
      this.halted = 2;
    } else if (this.halted === 2) {
      startUp(this.host.frames.view, this.block, kind.startUp);
      this.halted = 0;
    }
    this.host.hot.refreshContext(this.block);
  }

  /** Live also in an exit handler: the block holds the end of the budget and what is left of it. */
  get cycles(): number {
    const end = this.word(Offset.cycles) + this.word(Offset.cycles + 4) * HIGH;
    return end - this.view.getInt32(Offset.remaining, true) - this.view.getInt32(Offset.withheld, true);
  }
  set cycles(value: number) {
    if (this.host.isRunning(this)) throw new Bug('the clock of a running context is set');
    this.setWord(Offset.cycles, value % HIGH);
    this.setWord(Offset.cycles + 4, Math.floor(value / HIGH));
  }

  charge(cycles: number): void {
    if (this.host.isRunning(this)) this.host.hot.chargeRunning(cycles);
    else this.cycles += cycles;
  }

  release(): void {
    this.host.released(this);
    this.host.frames.releaseRange(this.block, this.bytesOfBlock);
  }
}

/** The context list that the interpreter walks when a frame turns into code. */
export function writeContextList(view: DataView, contexts: readonly EngineContext[]): void {
  if (contexts.length > Constant.maxContexts) throw new Bug('too many contexts');
  view.setUint32(Place.contexts, contexts.length, true);
  for (const [i, context] of contexts.entries()) view.setUint32(Place.contexts + 4 + 4 * i, context.block, true);
}

/** The block of a context of this engine, whatever interface it is known by. */
export function engineContext(context: Context): EngineContext {
  if (context instanceof EngineContext) return context;
  throw new Bug('a context of another engine');
}
