/** A decoded instruction as the translator sees it, and what is known of its row: emitter, control flow, status flags. */
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

/** What is known of a row of the instruction tables. */
export interface RowPlan {
  readonly name: string;
  readonly operands: readonly string[];
  readonly flow: FlowKind;
  readonly emitter: Emitter | undefined;
}

/** One instruction of a page. */
export interface Instruction {
  /** Offset of its first byte in the page. */
  readonly at: number;
  readonly length: number;
  readonly plan: RowPlan;
  readonly size: number;
  readonly reg: number;
  readonly rm: number;
  readonly base: number;
  readonly index: number;
  readonly disp: number;
  readonly scale: number;
  readonly segment: number;
  readonly flags: number;
  readonly addressSize: number;
  /** The immediate in two signed halves. */
  readonly low: number;
  readonly high: number;
  /** Where the record is kept for a call of the handler; 0 while it is not. */
  record: number;
}
