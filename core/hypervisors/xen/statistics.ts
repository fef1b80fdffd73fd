/** What happened in a hypervisor, by number: hypercalls, those nobody serves, and those that failed. */
import { errnoName } from '../../abi/xen/errno.table.ts';
import { HYPERCALLS } from '../../abi/xen/hypercalls.table.ts';
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
  /** Calls of numbers without handler. */
  readonly missing = new Map<number, number>();
  failures = 0;
  /** Calls of driver domains that were passed to the layer below, and those that were refused, by operation. */
  readonly blanket = new Map<string, { passed: number; refused: number }>();
  /** Told of every failed call, if set. */
  onFailure: ((call: FailedCall) => void) | undefined;

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
