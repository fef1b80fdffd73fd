/** What happened in a hypervisor, by number: why guests came back to it, hypercalls, those nobody serves, those that failed. */

import { EXCEPTIONS } from '../../abi/x86/exceptions.table.ts';
import { errnoName } from '../../abi/xen/errno.table.ts';
import { HYPERCALLS } from '../../abi/xen/hypercalls.table.ts';
import type { Trap } from '../../seams/machine.ts';
import type { CallArguments } from './pv/arguments.ts';
import type { PvVcpu } from './pv/vcpu.ts';

/** Numbers that are told apart; those beyond are counted with the last. */
export const CALL_NUMBERS = 64;

export function countCall(counts: Float64Array, number: number): void {
  const index = Math.min(number, CALL_NUMBERS - 1);
  counts[index] = (counts[index] ?? 0) + 1;
}

/** Calls by name, most frequent first. */
export function callsByName(counts: Float64Array): { name: string; count: number }[] {
  return HYPERCALLS.map((row) => ({ name: row.name, count: counts[row.number] ?? 0 }))
    .filter((row) => row.count > 0)
    .sort((a, b) => b.count - a.count);
}

/** Exceptions come first, by vector. */
const EXCEPTION_VECTORS = 32;
/** Then the other reasons for which a guest comes back, in any order. */
const OTHER_TRAPS = ['syscall', 'sysenter', 'interrupt', 'halt', 'shutdown', 'budget'] as const satisfies readonly Exclude<
  Trap['kind'],
  'exception'
>[];

/** A hypercall that failed, for a trace. */
export interface FailedCall {
  readonly domain: number;
  readonly vcpu: number;
  readonly name: string;
  readonly subOperation: number;
  readonly error: string;
  readonly rip: bigint;
}

export class HypercallStatistics {
  readonly counts = new Float64Array(CALL_NUMBERS);
  private readonly traps = new Float64Array(EXCEPTION_VECTORS + OTHER_TRAPS.length);
  /** Calls of numbers without handler. */
  readonly missing = new Map<number, number>();
  failures = 0;
  /** Calls of driver domains that were passed to the layer below, and those that were refused, by operation. */
  readonly blanket = new Map<string, { passed: number; refused: number }>();
  /** Told of every failed call, if set. */
  onFailure: ((call: FailedCall) => void) | undefined;

  /** A guest came back. */
  trapped(trap: Trap): void {
    const row = trap.kind === 'exception' ? trap.vector % EXCEPTION_VECTORS : EXCEPTION_VECTORS + OTHER_TRAPS.indexOf(trap.kind);
    this.traps[row] = (this.traps[row] ?? 0) + 1;
  }

  /** How often guests came back, by reason; exceptions by the names of the manuals. */
  trapsByReason(): Record<string, number> {
    const named = (row: number): string => OTHER_TRAPS[row - EXCEPTION_VECTORS] ?? EXCEPTIONS[row] ?? `vector ${row}`;
    return Object.fromEntries(
      [...this.traps.entries()].filter(([, count]) => count > 0).map(([row, count]) => [named(row), count]),
    );
  }

  countMissing(number: number): void {
    if (this.missing.size < 1024 || this.missing.has(number)) this.missing.set(number, (this.missing.get(number) ?? 0) + 1);
  }

  /** A Blanket hypercall, and what came of it. */
  passed(operation: string, result: number): void {
    const counts = this.blanket.get(operation) ?? { passed: 0, refused: 0 };
    if (result < 0) counts.refused += 1;
    else counts.passed += 1;
    this.blanket.set(operation, counts);
  }

  failed(caller: PvVcpu, number: number, args: CallArguments, result: number): void {
    this.failures += 1;
    this.onFailure?.({
      domain: caller.domain.id,
      vcpu: caller.id,
      name: nameOf(number),
      subOperation: args.low(0),
      error: errnoName(result),
      rip: caller.context.rip,
    });
  }

  /** Calls by name, most frequent first. */
  byName(): { name: string; count: number }[] {
    return callsByName(this.counts);
  }
}

const nameOf = (number: number): string => HYPERCALLS.find((row) => row.number === number)?.name ?? `number ${number}`;
