/** hot.wasm as the cold side sees it: what it exports, and how it is instantiated over the engine's memory. */
import { Bug } from '../../base/bug.ts';
import type { HotUnits } from './jit/install.ts';
import type { ImportName } from './jit/locals.ts';

/** Exports of hot/index.ts. Addresses are numbers; booleans come back as 0 or 1. */
export interface Hot extends HotUnits, Record<ImportName, unknown> {
  /** Runs a CPU for at most `cycles`; returns a `Constant.stop*`. */
  run(block: number, cycles: number): number;
  contextFlags(block: number): bigint;
  setContextFlags(block: number, value: bigint): void;
  /** 0: both sets, 1: as a write of CR3 does, 2 and 3: one set. */
  flushContext(block: number, what: number): void;
  flushContextPage(block: number, address: bigint): void;
  selectContextSet(block: number, set: number): void;
  resetTlb(block: number): void;
  /** The CPU forgets a host frame that it knows for reading and executing. */
  forgetReads(block: number, address: number): void;
  translateContext(block: number, address: bigint, access: number, user: number): number;
  contextWalkAddress(): bigint;
  contextWalkError(): number;
  /** Entries that the last walk read, from the root down; log2 of the page size, and whether it was dirty before. */
  walkedDepth(): number;
  walkedEntry(level: number): bigint;
  walkedShift(): number;
  walkedDirty(): number;
  /** Writes to the frame of a host address are told, or no longer. */
  markTable(address: number): void;
  unmarkTable(address: number): void;
  refreshContext(block: number): void;
  chargeRunning(cycles: number): void;
  attend(): void;
  forgetFrame(address: number): void;
  forgetRange(address: number, length: number): void;
}

/** Imports of hot/env.ts. */
export interface HotImports {
  frameFault(block: number, frame: number, write: number): number;
  deviceRead(block: number, address: number, width: number): bigint;
  deviceWrite(block: number, address: number, width: number, value: bigint): void;
  portRead(block: number, port: number, width: number): number;
  portWrite(block: number, port: number, width: number, value: number): void;
  cpuid(block: number): void;
  msrRead(block: number, msr: number): bigint;
  msrWrite(block: number, msr: number, value: bigint): void;
  call(block: number): number;
  acknowledge(block: number): number;
  controlWrite(block: number, register: number, value: bigint): void;
  invalidatePage(block: number, address: bigint): void;
  writeTaskPriority(block: number, value: number): void;
  tablesWalked(block: number, linear: bigint, access: number, found: number): void;
  tableWritten(block: number, host: number, length: number): void;
  /** A block head is hot; see jit/install.ts. */
  hot(block: number, host: number, mode: number, urgent: number): void;
}

export function instantiateHot(wasm: Uint8Array, memory: WebAssembly.Memory, imports: HotImports): Hot {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm as Uint8Array<ArrayBuffer>), {
    env: { memory, ...imports },
  });
  if (!isHot(exports)) throw new Bug('hot.wasm is not what this program was built with');
  return exports;
}

/** Every export by the type of its value; the compiler sees that none is missing here. */
const EXPORTS: Readonly<Record<keyof Hot, 'function' | 'object'>> = {
  table: 'object',
  run: 'function',
  contextFlags: 'function',
  setContextFlags: 'function',
  flushContext: 'function',
  flushContextPage: 'function',
  selectContextSet: 'function',
  resetTlb: 'function',
  forgetReads: 'function',
  translateContext: 'function',
  contextWalkAddress: 'function',
  contextWalkError: 'function',
  walkedDepth: 'function',
  walkedEntry: 'function',
  walkedShift: 'function',
  walkedDirty: 'function',
  markTable: 'function',
  unmarkTable: 'function',
  refreshContext: 'function',
  chargeRunning: 'function',
  attend: 'function',
  forgetFrame: 'function',
  forgetRange: 'function',
  setTranslation: 'function',
  decodeFor: 'function',
  heatOf: 'function',
  installUnit: 'function',
  putHead: 'function',
  removeHead: 'function',
  dropFrame: 'function',
  stepRecord: 'function',
  condition: 'function',
  materialise: 'function',
};

const isHot = (exports: object): exports is Hot =>
  Object.entries(EXPORTS).every(([name, type]) => typeof Reflect.get(exports, name) === type);
