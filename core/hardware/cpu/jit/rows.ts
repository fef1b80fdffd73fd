/** Joins the rows of the instruction tables with the emitters, and answers what the translator asks of an instruction. */
import { ROW_IDS } from '../../../isa/gen/row-ids.ts';
import { type Emitter, Flow, type Instruction, type RowPlan } from './instruction.ts';
import { FLAT_SEGMENT, IN_MEMORY } from './record.ts';
import type { FlagUse } from './status-flags.ts';

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
