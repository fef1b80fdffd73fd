/** Runs the contestants of a case in turn and takes the median of what they report. */
import type { Bound, Case, QuantityName, Readings } from './subject.ts';

export interface Standing {
  readonly name: string;
  readonly runs: readonly Readings[];
  readonly median: Readings;
}

export interface Verdict extends Bound {
  readonly value: number;
  readonly holds: boolean;
}

export interface Result {
  readonly case: string;
  readonly standings: readonly Standing[];
  readonly verdicts: readonly Verdict[];
  readonly notes: readonly string[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

const named = (readings: Readings): QuantityName[] => Object.keys(readings) as QuantityName[];

function medians(runs: readonly Readings[]): Readings {
  const names = [...new Set(runs.flatMap(named))];
  return Object.fromEntries(names.map((name) => [name, median(runs.flatMap((run) => run[name] ?? []))]));
}

/** NaN, which holds nothing, where a reading is missing. */
function judge(bound: Bound, standings: readonly Standing[]): Verdict {
  const reading = (name: string): number =>
    standings.find((standing) => standing.name === name)?.median[bound.quantity] ?? Number.NaN;
  const value = reading(bound.of) / (bound.against === undefined ? 1 : reading(bound.against));
  const holds = value <= (bound.atMost ?? Number.POSITIVE_INFINITY) && value >= (bound.atLeast ?? Number.NEGATIVE_INFINITY);
  return { ...bound, value, holds };
}

/** Round by round, so that whatever else the computer does meanwhile falls on all alike. `seen` hears of every run. */
export async function compete(
  what: Case,
  rounds: number,
  seen: (contestant: string, round: number, readings: Readings) => void,
): Promise<Result> {
  const runs = what.contestants.map((): Readings[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, contestant] of what.contestants.entries()) {
      const readings = await contestant.run();
      runs[index]?.push(readings);
      seen(contestant.name, round, readings);
    }
  }
  const standings = what.contestants.map(({ name }, index): Standing => {
    const own = runs[index] ?? [];
    return { name, runs: own, median: medians(own) };
  });
  const verdicts = (what.bounds ?? []).map((bound) => judge(bound, standings));
  return { case: what.name, standings, verdicts, notes: what.notes ?? [] };
}
