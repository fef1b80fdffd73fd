/** What the translator knows of each row id: its emitter, where control goes, and what it does to the status flags. */
import { ROW_IDS } from '../../../isa/gen/row-ids.ts';
import { FLAT_SEGMENT, IN_MEMORY, type Instruction } from './instruction.ts';
import type { Path } from './path.ts';
import type { FlagUse } from './status-flags.ts';

/** Where control goes behind an instruction. `leave`: the interpreter executes it, outside the unit. */
export const Flow = { next: 0, jump: 1, branch: 2, call: 3, indirectCall: 4, indirect: 5, leave: 6 } as const;
export type FlowKind = (typeof Flow)[keyof typeof Flow];

/**
 * Writes the code of one instruction. Whatever can make it leave (a TLB miss, a fault) comes before anything it
 * changes, because the interpreter then executes the instruction from its beginning.
 */
export type Emit = (path: Path, instruction: Instruction) => void;

export interface Emitter {
  readonly emit: Emit;
  /** Forms it cannot write are executed by the handler. Besides this the memory operand must be addressable. */
  readonly fits?: (instruction: Instruction, is64: boolean) => boolean;
  readonly flow?: FlowKind;
  /** Absent: it has nothing to do with them, or may leave all as they were. */
  readonly flags?: FlagUse | ((instruction: Instruction) => FlagUse | undefined);
  /** May leave, though it has no ModRM memory operand. */
  readonly leaves?: true;
  /** Its ModRM memory operand is not accessed (LEA, NOP). */
  readonly addressOnly?: true;
}

export interface RowPlan {
  readonly name: string;
  readonly operands: readonly string[];
  readonly flow: FlowKind;
  readonly emitter: Emitter | undefined;
}

export interface RowPlans {
  readonly plans: readonly RowPlan[];
  /** For ids that no row has. */
  readonly unknown: RowPlan;
}

/**
 * Rows that end a block for the interpreter, and yet change nothing a unit relies on: their handler is called and the
 * unit goes on (the kernel of a boot reads the time 300,000 times).
 */
const CONTINUES: ReadonlySet<string> = new Set(['RDTSC', 'RDTSCP', 'CPUID', 'SWAPGS']);

/** Joins the generated rows with the emitters: by name and operands ("MOV Ev,Gv"), by name, or by handler ("=nop"). */
export function planRows(emitters: ReadonlyMap<string, Emitter>): RowPlans {
  const unknown: RowPlan = { name: '', operands: [], flow: Flow.leave, emitter: undefined };
  const plans: RowPlan[] = [];
  for (const [id, name, operands, handler, , , ends] of ROW_IDS) {
    const emitter = emitters.get(`${name} ${operands}`) ?? emitters.get(name) ?? emitters.get(`=${handler}`);
    plans[id] = {
      name,
      operands: operands === '' ? [] : operands.split(','),
      emitter,
      flow: emitter?.flow ?? (ends && emitter === undefined && !CONTINUES.has(name) ? Flow.leave : Flow.next),
    };
  }
  for (let id = 0; id < plans.length; id++) plans[id] ??= unknown;
  return { plans, unknown };
}

/** The emitter of an instruction, undefined if its handler has to be called. */
export function emitterOf(i: Instruction, is64: boolean): Emitter | undefined {
  const { emitter } = i.plan;
  if (emitter === undefined || emitter.fits?.(i, is64) === false) return undefined;
  return emitter.addressOnly === true || canAddress(i, is64) ? emitter : undefined;
}

/** Outside 64-bit mode segments other than FS and GS have base 0 and no limit worth checking wherever units are entered. */
function canAddress(i: Instruction, is64: boolean): boolean {
  if (i.rm !== IN_MEMORY || is64) return true;
  return i.addressSize === 4 && (i.segment < 4 || i.segment >= FLAT_SEGMENT) && i.segment !== 1;
}

export function flagUse(emitter: Emitter, i: Instruction): FlagUse | undefined {
  return typeof emitter.flags === 'function' ? emitter.flags(i) : emitter.flags;
}

/** It may leave the unit before it does anything, or needs everything in the state block. */
export function mayLeave(emitter: Emitter | undefined, i: Instruction): boolean {
  return emitter === undefined || emitter.leaves === true || (i.rm === IN_MEMORY && emitter.addressOnly !== true);
}
