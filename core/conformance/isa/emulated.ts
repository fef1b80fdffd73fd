/** Runs cases on the emulated CPU: ring 3 of a small 64-bit address space whose traps come back here. */
import { Bug } from '../../base/bug.ts';
import { nothingOutside } from '../../hardware/testing/program.ts';
import type { Trap, VirtualContext, Virtualization } from '../../seams/machine.ts';
import {
  type Answer,
  type Case,
  CODE_ADDRESS,
  DATA_ADDRESS,
  DATA_BYTES,
  FX_BYTES,
  hashWords,
  STATE_BYTES,
  State,
  WINDOW_ADDRESS,
  WINDOW_BYTES,
} from './case.ts';

/** Where things lie in the physical memory of the test machine. */
const Physical = { tables: 0x1000, code: 0x10_0000, data: 0x11_0000 } as const;
const RAM_BYTES = 0x20_0000;
/** Present, writable, user, accessed, dirty. */
const ENTRY = 0x67n;
const PAGE = 4096;
const BREAKPOINT = 0xcc;
const CODE_SEGMENT = { selector: 0x33, base: 0n, limit: 0xffff_ffff, attributes: 0xafb };
const DATA_SEGMENT = { selector: 0x2b, base: 0n, limit: 0xffff_ffff, attributes: 0xcf3 };
const CR0 = 0x8005_0033n;
/** PAE, OSFXSR, OSXMMEXCPT. */
const CR4 = 0x620n;
/** LME, LMA, NXE, SCE. */
const EFER = 0xd01n;
const MOST_CYCLES = 1_000_000;

export interface Emulated {
  run(each: Case): Answer;
  readonly context: VirtualContext;
}

export function emulated(virtualization: Virtualization): Emulated {
  const memory = virtualization.createMemory([{ start: 0, length: RAM_BYTES }]);
  const context = virtualization.createVirtualContext({ ringZero: 'occupant', memory, exits: nothingOutside });
  let nextTable: number = Physical.tables + PAGE;
  const table = (at: number, index: number): number => {
    const entry = memory.readU64(at + 8 * index);
    if (entry !== 0n) return Number(entry & ~0xfffn);
    const made = nextTable;
    nextTable += PAGE;
    memory.writeU64(at + 8 * index, BigInt(made) | ENTRY);
    return made;
  };
  const map = (linear: number, physical: number): void => {
    const level3 = table(Physical.tables, 0);
    const level2 = table(level3, linear >>> 30);
    const level1 = table(level2, (linear >>> 21) & 511);
    memory.writeU64(level1 + 8 * ((linear >>> 12) & 511), BigInt(physical) | ENTRY);
  };
  map(CODE_ADDRESS, Physical.code);
  for (let at = 0; at < DATA_BYTES; at += PAGE) map(DATA_ADDRESS + at, Physical.data + at);

  context.writeSystem('efer', EFER);
  context.writeSystem('cr4', CR4);
  context.writeSystem('cr3', BigInt(Physical.tables));
  context.writeSystem('cr0', CR0);
  for (const name of ['ds', 'es', 'ss', 'fs', 'gs'] as const) context.writeSegment(name, DATA_SEGMENT);
  context.writeSegment('cs', CODE_SEGMENT);

  const zeroes = new Uint8Array(DATA_BYTES);
  return { context, run: (each) => run(virtualization, context, memory, zeroes, each) };
}

function run(
  virtualization: Virtualization,
  context: VirtualContext,
  memory: ReturnType<Virtualization['createMemory']>,
  zeroes: Uint8Array,
  each: Case,
): Answer {
  const before = new DataView(each.state.buffer, each.state.byteOffset);
  for (let register = 0; register < 16; register++)
    context.registers[register] = before.getBigUint64(State.gpr + 8 * register, true);
  context.loadFloat(each.state.subarray(State.fx, State.fx + FX_BYTES));
  context.rip = BigInt(CODE_ADDRESS);
  context.rflags = before.getBigUint64(State.rflags, true);
  // The whole page, as the oracle does: programs may come to read and write it.
  const code = new Uint8Array(PAGE).fill(BREAKPOINT);
  code.set(each.code);
  // Writing code drops its translation, so the same code is left alone.
  if (!sameBytes(memory.read(Physical.code, PAGE), code)) memory.write(Physical.code, code);
  memory.write(Physical.data, zeroes);
  memory.write(Physical.data + (WINDOW_ADDRESS - DATA_ADDRESS), each.window);

  const trap = virtualization.run(context, MOST_CYCLES);
  const state = new Uint8Array(STATE_BYTES);
  const after = new DataView(state.buffer);
  for (let register = 0; register < 16; register++)
    after.setBigUint64(State.gpr + 8 * register, context.registers[register] ?? 0n, true);
  after.setBigUint64(State.rip, context.rip, true);
  after.setBigUint64(State.rflags, context.rflags, true);
  const [vector, error, address] = reported(trap);
  after.setBigUint64(State.vector, BigInt(vector), true);
  after.setBigUint64(State.error, BigInt(error), true);
  after.setBigUint64(State.address, BigInt.asUintN(64, address), true);
  context.saveFloat(state.subarray(State.fx, State.fx + FX_BYTES));
  const data = memory.read(Physical.data, DATA_BYTES);
  const offset = WINDOW_ADDRESS - DATA_ADDRESS;
  return { state, window: data.slice(offset, offset + WINDOW_BYTES), hash: hashWords(data) };
}

function reported(trap: Trap): [vector: number, error: number, address: bigint] {
  switch (trap.kind) {
    case 'exception':
      return [trap.vector, trap.hasErrorCode ? trap.errorCode : 0, trap.vector === 14 ? trap.address : 0n];
    case 'budget':
      return [254, 0, 0n];
    default:
      throw new Bug(`a program in ring 3 ended by ${trap.kind}`);
  }
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.every((byte, index) => byte === b[index]);
