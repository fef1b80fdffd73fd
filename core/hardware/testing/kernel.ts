/**
 * A small computer whose ring 0 is machine code of a test: tables for every mode, and a HLT behind each vector.
 *
 * An event that the test does not handle itself ends at its stub, `STUBS + 16 * vector`; `trapped` then says which it
 * was and what lies on the stack. Everything is at fixed addresses, identity-mapped.
 */
import type { ContainerMemory, ExitHandlers, Trap, VirtualContext } from '../../seams/machine.ts';
import { createEngine, type Engine, type EngineOptions } from '../cpu/engine.ts';
import { hotWasm } from './hot-wasm.ts';
import { bytesOf, nothingOutside } from './program.ts';

export const PML4 = 0x1000;
const PDPT = 0x2000;
const DIRECTORY = 0x3000;
const PAGES = 0x4000;
export const GDT = 0x5000;
export const IDT = 0x6000;
export const TSS = 0x7000;
export const LDT = 0x9800;
export const STUBS = 0xa000;
export const CODE = 0x1_0000;
export const USER_CODE = 0x1_8000;
export const STACK = 0x2_0000;
export const INNER_STACK = 0x3_0000;
/** Not a multiple of 16: the processor aligns. */
export const IST_STACK = 0x3_8008;
export const USER_STACK = 0x4_0000;
export const DATA = 0x5_0000;
const RAM = 4 * 2 ** 20;

/** Selectors of the GDT every test starts with; user selectors carry RPL 3. */
export const Selector = {
  code64: 0x08,
  data: 0x10,
  code32: 0x18,
  userCode32: 0x23,
  userData: 0x2b,
  userCode64: 0x33,
  task: 0x38,
  code16: 0x48,
  data16: 0x50,
  ldt: 0x58,
  /** First of the slots a test fills. */ free: 0x68,
} as const;

/** Bits of the access byte and of the flags as they lie in a descriptor. */
export const descriptor = (base: number, limit: number, access: number, flags: number): bigint =>
  BigInt(limit & 0xffff) |
  (BigInt(base & 0xff_ffff) << 16n) |
  (BigInt(access) << 40n) |
  (BigInt((limit >> 16) & 15) << 48n) |
  (BigInt(flags) << 52n) |
  (BigInt(base >>> 24) << 56n);

/** A gate of any kind; `extra` is the IST or the number of parameters. */
export const gate = (selector: number, offset: number, access: number, extra = 0): bigint =>
  BigInt(offset & 0xffff) |
  (BigInt(selector) << 16n) |
  (BigInt(extra) << 32n) |
  (BigInt(access) << 40n) |
  (BigInt(offset >>> 16) << 48n);

const DESCRIPTORS: readonly [number, bigint][] = [
  [Selector.code64, descriptor(0, 0xf_ffff, 0x9b, 0xa)],
  [Selector.data, descriptor(0, 0xf_ffff, 0x93, 0xc)],
  [Selector.code32, descriptor(0, 0xf_ffff, 0x9b, 0xc)],
  [Selector.userCode32, descriptor(0, 0xf_ffff, 0xfb, 0xc)],
  [Selector.userData, descriptor(0, 0xf_ffff, 0xf3, 0xc)],
  [Selector.userCode64, descriptor(0, 0xf_ffff, 0xfb, 0xa)],
  [Selector.task, descriptor(TSS, 0x2067, 0x89, 0)],
  [Selector.code16, descriptor(CODE, 0xffff, 0x9b, 0)],
  [Selector.data16, descriptor(0, 0xffff, 0x93, 0)],
  [Selector.ldt, descriptor(LDT, 0xff, 0x82, 0)],
];

const WITH_ERROR_CODE: readonly number[] = [8, 10, 11, 12, 13, 14, 17];

export interface Outside extends ExitHandlers {
  readonly log: string[];
  /** Vector that the next acknowledge answers, -1: none. */
  vector: number;
  /** Called for every OUT, after it was logged. */
  onOut: (port: number, value: number) => void;
}

function outside(): Outside {
  const log: string[] = [];
  const self: Outside = {
    ...nothingOutside,
    log,
    vector: -1,
    onOut: () => undefined,
    cpuid: (_context, leaf, subleaf) => ({ eax: leaf + 1, ebx: subleaf, ecx: 3, edx: 4 }),
    readMsr: (_context, msr) => (msr === 0x1b ? 0xfee0_0900n : undefined),
    writeMsr: (_context, msr, value) => {
      log.push(`wrmsr ${msr.toString(16)} ${value.toString(16)}`);
      return msr === 0x1b;
    },
    readPort: (_context, port, width) => {
      log.push(`in ${port.toString(16)} ${width}`);
      return 0x8765_4321;
    },
    writePort: (_context, port, width, value) => {
      log.push(`out ${port.toString(16)} ${width} ${value.toString(16)}`);
      self.onOut(port, value);
    },
    acknowledgeInterrupt: (context) => {
      context.offerInterrupt(false);
      return self.vector;
    },
    controlWrite: (_context, register, value) => void log.push(`cr${register} ${value.toString(16)}`),
  };
  return self;
}

/** Where an unhandled event ended. Missing parts of the frame (no ring change outside 64-bit mode) read as whatever lies there. */
export interface Trapped {
  readonly vector: number;
  readonly error: number | undefined;
  readonly rip: number;
  readonly cs: number;
  readonly flags: number;
  readonly rsp: number;
  readonly ss: number;
}

export interface Kernel {
  readonly engine: Engine;
  readonly context: VirtualContext;
  readonly memory: ContainerMemory;
  readonly outside: Outside;
  /** Writes hexadecimal code (see `bytesOf`). */
  load(address: number, code: string): void;
  /** Runs; an event that ends at a stub is an error. */
  run(cycles?: number): Trap;
  /** Runs to a stub; `width` is that of the entries of its frame. */
  trapped(width?: 2 | 4 | 8): Trapped;
  register(index: number): number;
  u64(address: number): bigint;
  u32(address: number): number;
  u16(address: number): number;
  setGdt(selector: number, value: bigint): void;
  /** Entry of the page table that maps an address below 2 MiB; the default is 7: present, writable, user. */
  setPage(address: number, rights: bigint): void;
  /** Puts a gate into the 64-bit IDT. */
  setGate(vector: number, target: number, options?: { ist?: number; access?: number; selector?: number }): void;
}

export type Start = 'long' | 'user' | 'protected' | 'real';

/** A kernel that begins at CODE (ring 3: USER_CODE) in the mode given, interrupts off. */
export function kernel(start: Start, code: string, options: Pick<EngineOptions, 'translation'> = {}): Kernel {
  const engine = createEngine(hotWasm(), { memoryBytes: 128 * 2 ** 20, ...options });
  const memory = engine.createMemory([{ start: 0, length: RAM }]);
  const exits = outside();
  const context = engine.createVirtualContext({ ringZero: 'code', memory, exits });
  const put = (address: number, value: bigint): void => memory.writeU64(address, value);
  const number = (address: number, bytes: number): number =>
    [...memory.read(address, bytes)].reduceRight((value, byte) => value * 256 + byte, 0);

  const self: Kernel = {
    engine,
    context,
    memory,
    outside: exits,
    load: (address, text) => memory.write(address, bytesOf(text)),
    run: (cycles = 10_000) => {
      const trap = engine.run(context, cycles);
      const stub = Number(context.rip) - STUBS;
      if (trap.kind === 'halt' && stub >= 0 && stub < 0x1000) throw new Error(`unexpected event ${Math.floor(stub / 16)}`);
      return trap;
    },
    trapped: (width = 8) => {
      const trap = engine.run(context, 10_000);
      const at = Number(context.rip) - STUBS;
      if (trap.kind !== 'halt' || at < 0 || at >= 0x1000) throw new Error(`${trap.kind} at 0x${context.rip.toString(16)}`);
      const vector = Math.floor(at / 16);
      const stack = Number(context.registers[4]) + Number(context.readSegment('ss').base);
      const hasError = WITH_ERROR_CODE.includes(vector) && Number(context.readSystem('cr0') & 1n) === 1;
      const frame = (i: number): number => number(stack + width * (i + (hasError ? 1 : 0)), width);
      const error = hasError ? number(stack, width) : undefined;
      return { vector, error, rip: frame(0), cs: frame(1), flags: frame(2), rsp: frame(3), ss: frame(4) };
    },
    register: (index) => Number(context.registers[index]),
    u64: (address) => memory.readU64(address),
    u32: (address) => memory.readU32(address),
    u16: (address) => number(address, 2),
    setGdt: (selector, value) => put(GDT + (selector & ~7), value),
    setPage: (address, rights) => {
      put(PAGES + 8 * (address >> 12), rights === 0n ? 0n : BigInt(address & ~0xfff) | rights);
      context.flushTranslations();
    },
    setGate: (vector, target, { ist = 0, access = 0x8e, selector = Selector.code64 } = {}) => {
      put(IDT + 16 * vector, gate(selector, target, access, ist));
      put(IDT + 16 * vector + 8, 0n);
    },
  };

  for (const [selector, value] of DESCRIPTORS) self.setGdt(selector, value);
  for (let vector = 0; vector < 256; vector++) self.load(STUBS + 16 * vector, 'f4');
  put(PML4, BigInt(PDPT) | 7n);
  put(PDPT, BigInt(DIRECTORY) | 7n);
  put(DIRECTORY, BigInt(PAGES) | 7n);
  put(DIRECTORY + 8, 0x20_0000n | 0x87n);
  for (let page = 0; page < 512; page++) put(PAGES + 8 * page, BigInt(page * 4096) | 7n);
  self.load(start === 'user' ? USER_CODE : CODE, code);
  if (start === 'long' || start === 'user') startLong(self, start === 'user');
  else if (start === 'protected') startProtected(self);
  else startReal(self);
  return self;
}

function startLong(self: Kernel, user: boolean): void {
  const { context } = self;
  for (let vector = 0; vector < 256; vector++) self.setGate(vector, STUBS + 16 * vector);
  self.memory.writeU64(TSS + 4, BigInt(INNER_STACK));
  for (let ist = 1; ist <= 7; ist++) self.memory.writeU64(TSS + 28 + 8 * ist, BigInt(IST_STACK + 0x400 * (ist - 1)));
  // No I/O map: its offset lies beyond the limit.
  self.memory.write(TSS + 102, Uint8Array.of(0xff, 0xff));
  context.writeSystem('efer', 0xd01n);
  context.writeSystem('cr4', 0x6b0n);
  context.writeSystem('cr3', BigInt(PML4));
  context.writeSystem('cr0', 0x8001_0033n);
  context.writeTable('gdt', BigInt(GDT), 0xfff);
  context.writeTable('idt', BigInt(IDT), 0xfff);
  const ring = user ? 0x60 : 0;
  const limit = 0xffff_ffff;
  context.writeSegment('cs', {
    selector: user ? Selector.userCode64 : Selector.code64,
    base: 0n,
    limit,
    attributes: 0xa9b | ring,
  });
  for (const name of ['ss', 'ds', 'es', 'fs', 'gs'] as const) {
    context.writeSegment(name, { selector: user ? Selector.userData : Selector.data, base: 0n, limit, attributes: 0xc93 | ring });
  }
  context.writeSegment('tr', { selector: Selector.task, base: BigInt(TSS), limit: 0x2067, attributes: 0x8b });
  context.writeSegment('ldtr', { selector: 0, base: 0n, limit: 0, attributes: 0x8000 });
  context.rip = BigInt(user ? USER_CODE : CODE);
  context.registers[4] = BigInt(user ? USER_STACK : STACK);
  context.rflags = 2n;
}

/** Flat 32-bit code in ring 0, without paging; 32-bit IDT and TSS. */
function startProtected(self: Kernel): void {
  const { context, memory } = self;
  self.setGdt(Selector.task, descriptor(TSS, 0x2067, 0x89, 0));
  for (let vector = 0; vector < 256; vector++)
    memory.writeU64(IDT + 8 * vector, gate(Selector.code32, STUBS + 16 * vector, 0x8e));
  memory.writeU32(TSS + 4, INNER_STACK);
  memory.writeU32(TSS + 8, Selector.data);
  memory.write(TSS + 102, Uint8Array.of(0xff, 0xff));
  context.writeSystem('cr0', 0x11n);
  context.writeTable('gdt', BigInt(GDT), 0xfff);
  context.writeTable('idt', BigInt(IDT), 0x7ff);
  context.writeSegment('cs', { selector: Selector.code32, base: 0n, limit: 0xffff_ffff, attributes: 0xc9b });
  for (const name of ['ss', 'ds', 'es', 'fs', 'gs'] as const) {
    context.writeSegment(name, { selector: Selector.data, base: 0n, limit: 0xffff_ffff, attributes: 0xc93 });
  }
  context.writeSegment('tr', { selector: Selector.task, base: BigInt(TSS), limit: 0x2067, attributes: 0x8b });
  context.writeSegment('ldtr', { selector: 0, base: 0n, limit: 0, attributes: 0x8000 });
  context.rip = BigInt(CODE);
  context.registers[4] = BigInt(STACK);
  context.rflags = 2n;
}

/** Real mode at segment CODE >> 4; the interrupt table at 0 leads to the stubs. */
function startReal(self: Kernel): void {
  const { context, memory } = self;
  for (let vector = 0; vector < 256; vector++) memory.writeU32(4 * vector, STUBS + 16 * vector);
  for (const name of ['ss', 'ds', 'es', 'fs', 'gs'] as const) {
    context.writeSegment(name, { selector: 0, base: 0n, limit: 0xffff, attributes: 0x93 });
  }
  context.writeSegment('cs', { selector: CODE >> 4, base: BigInt(CODE), limit: 0xffff, attributes: 0x9b });
  context.rip = 0n;
  context.registers[4] = 0xf000n;
  context.rflags = 2n;
}
